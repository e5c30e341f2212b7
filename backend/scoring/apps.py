"""The scoring slice as a Django app; its check says what the library lacks on this machine."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Rows of the scoring slice."""

    name = "backend.scoring"
    label = "scoring"
    verbose_name = "Chấm điểm"

    def ready(self) -> None:
        # Deferred: they read settings and models.
        from backend.audit.triggers import binds
        from backend.scoring import accesses, checks, lines
        from backend.scoring.models import StoredFile

        checks.register()
        lines.register()
        accesses.register()
        binds(StoredFile, but=("state", "finding", "size"))
