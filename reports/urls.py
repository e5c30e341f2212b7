"""Addresses of results, under /results/."""

from django.urls import path

from reports import correcting_views, placing_views, views
from reports.backtest import views as backtest

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
    # Other orders of the same results, and corrected publications.
    path("<int:pk>/placing/", placing_views.placing_page, name="placing"),
    path("<int:pk>/across/", placing_views.across, name="across"),
    path("<int:pk>/correct/", correcting_views.correct, name="correct"),
    path("cards/<int:pk>/past/", placing_views.past, name="past"),
    path("<int:pk>/versions/<int:version>/", correcting_views.version, name="version"),
]
