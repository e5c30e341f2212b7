from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0006_minutes'),
        ('audit', '0003_chain'),
    ]

    operations = [
        GiveChains(),
    ]
