from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0010_choose_when_to_be_told")]

    operations = [
        migrations.AlterField(
            model_name="auditrecord",
            name="actor_kind",
            field=models.CharField(
                choices=[
                    ("person", "Person"),
                    ("agent", "Agent"),
                    ("rule", "Rule"),
                    ("api_key", "API key"),
                    ("staff", "Staff"),
                    ("system", "System"),
                    ("client", "Client, by a link"),
                ],
                max_length=8,
            ),
        ),
    ]
