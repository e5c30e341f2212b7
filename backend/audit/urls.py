"""Addresses of the log."""

from django.urls import path

from backend.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.checkpoint_list, name="checkpoint_list"),
    path("verify_bundle.py", views.program, name="program"),
]
