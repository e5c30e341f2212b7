"""The audit app puts the append-only walls back after every migrate."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    """Connects the walls to migrate, once all apps are there."""

    name = "backend.audit"
    label = "audit"

    def ready(self) -> None:
        from backend.audit import (  # deferred: they read the app registry
            checks,
            continuing,
            lines,
            shapes,
            triggers,
        )

        pre_migrate.connect(continuing.take_down, sender=self, dispatch_uid="audit.take_down")
        post_migrate.connect(shapes.keep, sender=self, dispatch_uid="audit.shapes")
        post_migrate.connect(triggers.put_back, sender=self, dispatch_uid="audit.walls")
        connection_created.connect(lines.teach, dispatch_uid="audit.fold")
        pre_migrate.connect(lines.take_down, sender=self, dispatch_uid="audit.lines.down")
        post_migrate.connect(lines.put_back, sender=self, dispatch_uid="audit.lines")
        checks.register()
