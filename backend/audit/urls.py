"""Addresses of the log."""

from django.urls import path

from backend.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.checkpoint_list, name="checkpoint_list"),
    path("key.txt", views.key, name="key"),
    path("<int:number>.txt", views.note, name="note"),
    path("verify_bundle.py", views.program, name="program"),
]
