"""History keeps an opinion's code and title, not the node, which may go."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("criteria", "0002_workshop")]

    operations = [migrations.RemoveField(model_name="historicalopinion", name="node")]
