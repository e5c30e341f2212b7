from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_squashed_0005_left_out_report'),
        ('audit', '0002_chain'),
    ]

    operations = [
        GiveChains(),
    ]
