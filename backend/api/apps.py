"""The JSON door as a Django app without models."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Router, errors, pages of results."""

    name = "backend.api"
    label = "api"

    def ready(self) -> None:
        """Let every serializer refuse in Vietnamese."""
        from backend.api import sentences

        sentences.take_over()
