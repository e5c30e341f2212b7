from django.db import migrations, models

from backend.audit.giving_chains import GiveChains


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_access'),
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('length', models.BigIntegerField()),
                ('head', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('length__gte', 0)), name='audit_chain_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Shape',
            fields=[
                ('code', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=100)),
                ('columns', models.JSONField()),
            ],
        ),
        GiveChains(),
    ]
