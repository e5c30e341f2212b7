from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_old_letters'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='notice',
            name='error',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='sent_at',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='state',
        ),
    ]
