from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0008_session'),
        ('audit', '0003_chain'),
    ]

    operations = [
        GiveChains(),
    ]
