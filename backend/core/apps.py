"""The core as a Django app without models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every slice stands on."""

    name = "backend.core"
    label = "core"
