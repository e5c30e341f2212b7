"""The JSON door as a Django app without models."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Router, errors, pages of results."""

    name = "backend.api"
    label = "api"
