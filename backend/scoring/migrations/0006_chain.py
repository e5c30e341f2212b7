from django.db import migrations

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0005_approval'),
        ('audit', '0002_chain'),
    ]

    operations = [
        GiveChains(),
    ]
