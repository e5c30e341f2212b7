"""The rule book as a Django app without models."""

from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    """Verbs, roles and the guardian backend."""

    name = "permissions"
    label = "permissions"
