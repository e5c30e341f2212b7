"""The criteria slice as a Django app."""

from django.apps import AppConfig


class CriteriaConfig(AppConfig):
    """Rows of the criteria slice."""

    name = "backend.criteria"
    label = "criteria"
    verbose_name = "Bộ tiêu chí"
