"""Indexes for the room's filters by points, and lines anew: corrections of a unit's own and survey points are told apart."""

from django.db import migrations, models

_LINES = "audit_line"


def empty(apps, schema_editor):
    """Take every line away; whoever ends the migrate gives each row its line again and puts the walls back."""
    connection = schema_editor.connection
    on = f' ON "{_LINES}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in ("upd", "del", "ins", "trn"):
            cursor.execute(f'DROP TRIGGER IF EXISTS "{_LINES}_{event}"{on}')
        cursor.execute(f'DELETE FROM "{_LINES}"')


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_log")]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(points_before__isnull=False),
                fields=["points_before", "own", "at", "id"],
                name="audit_line_from",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(points_after__isnull=False),
                fields=["points_after", "own", "at", "id"],
                name="audit_line_to",
            ),
        ),
    ]
