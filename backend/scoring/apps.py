"""The scoring slice as a Django app; its check says what the library lacks on this machine."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Rows of the scoring slice."""

    name = "backend.scoring"
    label = "scoring"
    verbose_name = "Chấm điểm"

    def ready(self) -> None:
        from backend.scoring import accesses, checks, lines  # deferred: they read settings and models

        checks.register()
        lines.register()
        accesses.register()
