from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('criteria', '0001_squashed_0003_opinion_outlives_node'),
        ('audit', '0003_chain'),
    ]

    operations = [
        GiveChains(),
    ]
