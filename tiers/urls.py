"""Addresses of the organisation, under /units/."""

from django.urls import path

from tiers import views

app_name = "tiers"

urlpatterns = [
    path("", views.unit_list, name="unit_list"),
    path("mergers/", views.merger_list, name="merger_list"),
    path("<int:pk>/", views.unit_detail, name="unit_detail"),
    path("<int:pk>/history/", views.unit_history, name="unit_history"),
    path("<int:pk>/edit/", views.unit_edit, name="unit_edit"),
    path("<int:pk>/add/", views.unit_add, name="unit_add"),
    path("<int:pk>/release/", views.release_add, name="release_add"),
    path("releases/<int:pk>/withdraw/", views.release_withdraw, name="release_withdraw"),
]
