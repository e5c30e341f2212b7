"""The scoring slice as a Django app."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Rows of the scoring slice."""

    name = "backend.scoring"
    label = "scoring"
    verbose_name = "Chấm điểm"
