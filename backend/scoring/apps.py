"""The scoring slice as a Django app; its check says what the library lacks on this machine."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Rows of the scoring slice."""

    name = "backend.scoring"
    label = "scoring"
    verbose_name = "Chấm điểm"

    def ready(self) -> None:
        from backend.scoring import checks  # deferred: it reads the settings

        checks.register()
