from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('rounds', '0003_reminders'),
        ('audit', '0002_chain'),
    ]

    operations = [
        GiveChains(),
    ]
