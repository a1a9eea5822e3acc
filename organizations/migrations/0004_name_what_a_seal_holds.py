from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_open_people_keys_and_trails")]

    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="leaves",
            field=models.BinaryField(default=bytes),
        ),
    ]
