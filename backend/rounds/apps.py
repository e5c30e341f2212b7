"""The rounds slice as a Django app."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rows of the rounds slice."""

    name = "backend.rounds"
    label = "rounds"
    verbose_name = "Đợt đánh giá"
