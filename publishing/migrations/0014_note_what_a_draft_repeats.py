from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0013_give_conversations_a_brand"),
    ]

    operations = [
        migrations.AddField(
            model_name="composition",
            name="said_before",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="composition",
            name="compared_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
