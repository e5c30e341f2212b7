"""Reports as a Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Rankings and documents."""

    name = "reports"
    label = "reports"
    verbose_name = "Kết quả"
