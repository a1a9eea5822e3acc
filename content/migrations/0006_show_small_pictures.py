from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0005_keep_a_media_library")]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="thumbnail",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
