from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0003_speak_to_every_network"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deliveryattempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("published", "Published"),
                    ("not_sent", "Not Sent"),
                    ("ambiguous", "Ambiguous"),
                    ("refused", "Refused"),
                    ("reconnect", "Reconnect"),
                    ("rate_limited", "Rate Limited"),
                    ("accepted", "Accepted"),
                    ("found", "Found"),
                    ("not_found", "Not Found"),
                    ("decided", "Decided"),
                ],
                max_length=12,
            ),
        ),
    ]
