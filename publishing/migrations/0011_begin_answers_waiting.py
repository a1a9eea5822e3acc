from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_fill_empty_slots")]

    operations = [
        migrations.AlterField(
            model_name="inboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Sending"),
                    ("said", "Said"),
                    ("unknown", "Unknown"),
                    ("failed", "Failed"),
                ],
                default="queued",
                max_length=7,
            ),
        ),
    ]
