"""Addresses of results, under /results/."""

from django.urls import path

from reports import views
from reports.backtest import views as backtest
from reports.bulk import views as bulk
from reports.issuing import views as issuing

app_name = "reports"

urlpatterns = [
    path("", views.ranking_list, name="ranking_list"),
    path("<int:pk>/", views.ranking, name="ranking"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/left-out/", views.left_out, name="left_out"),
    path("<int:pk>/documents/", views.ranking_document, name="ranking_document"),
    path("groups/<int:pk>/try/", views.try_group, name="try_group"),
    path("<int:pk>/backtests/", backtest.backtest_round, name="backtest_round"),
    path("backtests/sets/<int:pk>/", backtest.backtest_start, name="backtest_start"),
    path("backtests/<int:pk>/", backtest.backtest, name="backtest"),
    path("backtests/<int:pk>/sheet/", backtest.backtest_sheet, name="backtest_sheet"),
    path("cards/<int:pk>/", views.unit_result, name="unit_result"),
    path("cards/<int:pk>/documents/", views.card_document, name="card_document"),
    path("sessions/<int:pk>/documents/", views.session_document, name="session_document"),
    path("criteria/<int:pk>/changes/<int:older>/", views.comparison_document, name="comparison_document"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/file/", views.document_file, name="document_file"),
    # Issued documents, and the check that is open to everybody.
    path("documents/<int:pk>/issue/", issuing.issue, name="issue"),
    path("documents/<int:pk>/withdraw/", issuing.withdraw, name="withdraw"),
    path("<int:pk>/issued/", issuing.register, name="issued_list"),
    path("verify/", issuing.verify, name="verify"),
    path("verify/<str:code>/", issuing.verify_code, name="verify_code"),
    # Documents of all units in one go.
    path("<int:pk>/batches/", bulk.batch_list, name="batch_list"),
    path("batches/<int:pk>/", bulk.batch, name="batch"),
    path("batches/<int:pk>/cancel/", bulk.batch_cancel, name="batch_cancel"),
    path("batches/<int:pk>/resume/", bulk.batch_resume, name="batch_resume"),
    path("batches/<int:pk>/file/", bulk.batch_file, name="batch_file"),
]
