from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0003_share_only_structure")]

    operations = [
        migrations.AddField(
            model_name="material",
            name="medium",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
