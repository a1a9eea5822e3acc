from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_count_unread_and_limit_visits")]

    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="leaves",
            field=models.BinaryField(default=bytes),
        ),
    ]
