import django.db.models.deletion
from django.db import migrations, models

import config.kernel.clock
import config.kernel.models
from config.kernel.migrations import SecureTables


class Migration(migrations.Migration):
    dependencies = [("organizations", "0008_keep_models_keys_as_secrets")]

    operations = [
        migrations.CreateModel(
            name="ApiUsage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("month", models.DateField(help_text="Its first day.")),
                ("requests", models.PositiveBigIntegerField(default=0)),
                (
                    "organization",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "API usage",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "month"), name="api_usage_month_unique"
                    ),
                ],
            },
        ),
        SecureTables("ApiUsage"),
    ]
