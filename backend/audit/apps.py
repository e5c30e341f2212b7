"""The audit app puts the append-only walls back after every migrate."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    """Connects the walls to migrate, once all apps are there."""

    name = "backend.audit"
    label = "audit"

    def ready(self) -> None:
        from backend.audit import checks, lines, triggers  # deferred: they read the app registry

        post_migrate.connect(triggers.put_back, sender=self, dispatch_uid="audit.walls")
        connection_created.connect(lines.teach, dispatch_uid="audit.fold")
        pre_migrate.connect(lines.take_down, sender=self, dispatch_uid="audit.lines.down")
        post_migrate.connect(lines.put_back, sender=self, dispatch_uid="audit.lines")
        checks.register()
