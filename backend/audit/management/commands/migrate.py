"""manage.py migrate, also where a wall has fallen: it is what puts the walls back."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's migrate; it does not ask the database first whether every wall stands."""

    def check(self, *args: Any, **options: Any) -> None:
        """Check all but the database: after a migrate that was cut short its walls are down."""
        super().check(*args, **(options | {"databases": None}))
