"""Addresses of accounts and seats, under /people/."""

from django.urls import path

from tiers.people import views

app_name = "people"
urlpatterns = [
    path("", views.account_list, name="account_list"),
    path("add/", views.account_add, name="account_add"),
    path("import/", views.account_import, name="account_import"),
    path("import/confirm/", views.account_import_confirm, name="account_import_confirm"),
    path("import/template/", views.import_template, name="import_template"),
    path("<int:pk>/", views.account_detail, name="account_detail"),
    path("<int:pk>/edit/", views.account_edit, name="account_edit"),
    path("<int:pk>/seats/add/", views.seat_add, name="seat_add"),
    path("<int:pk>/disable/", views.account_disable, name="account_disable"),
    path("<int:pk>/enable/", views.account_enable, name="account_enable"),
    path("<int:pk>/reset/", views.account_reset, name="account_reset"),
    path("seats/<int:pk>/end/", views.seat_end, name="seat_end"),
]
