"""Reports as a Django app."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class ReportsConfig(AppConfig):
    """Rankings and documents; puts the walls round published rankings back after every migrate."""

    name = "reports"
    label = "reports"
    verbose_name = "Kết quả"

    def ready(self) -> None:
        # Deferred: what they are about is loaded by then.
        from backend.audit.lines import shows
        from reports import walls
        from reports.models import IssuedDocument, Ranking

        shows(Ranking, "results")
        host = "(SELECT r.host_id FROM rounds_round r WHERE r.id = {row}.round_key)"
        shows(IssuedDocument, "results", host=host, words=("history_change_reason", "withdrawn_reason"))

        pre_migrate.connect(walls.take_down, sender=self, dispatch_uid="reports.walls.down")
        post_migrate.connect(walls.put_back, sender=self, dispatch_uid="reports.walls.up")
        checks.register(walls.stand, checks.Tags.database)
