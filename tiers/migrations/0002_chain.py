from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0001_initial'),
        ('audit', '0002_chain'),
    ]

    operations = [
        GiveChains(),
    ]
