from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0018_key_accounts_by_server")]

    operations = [
        migrations.AddField(
            model_name="portallink",
            name="letters_stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
