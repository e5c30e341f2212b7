from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0003_council_grants'),
        ('audit', '0003_chain'),
    ]

    operations = [
        GiveChains(),
    ]
