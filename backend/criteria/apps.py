"""The criteria slice as a Django app; it keeps the walls round published sets over every migrate."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class CriteriaConfig(AppConfig):
    """Rows of the criteria slice."""

    name = "backend.criteria"
    label = "criteria"
    verbose_name = "Bộ tiêu chí"

    def ready(self) -> None:
        from backend.criteria import walls  # deferred: it reads the models

        pre_migrate.connect(walls.take_down, sender=self, dispatch_uid="criteria.walls.down")
        post_migrate.connect(walls.put_back, sender=self, dispatch_uid="criteria.walls.up")
        checks.register(walls.walls_stand, checks.Tags.database)
