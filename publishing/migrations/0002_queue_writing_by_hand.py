from django.conf import settings
from django.db import migrations, models

import config.kernel.models
from config.kernel.migrations import CompositeForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0001_create"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="autopilotrun",
            name="mode",
            field=models.CharField(
                choices=[("autopilot", "Autopilot"), ("manual", "Manual")],
                db_default="autopilot",
                default="autopilot",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="autopilotrun",
            name="instruction",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="autopilotrun",
            name="requested_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="autopilotrun",
            name="regenerates",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=models.CASCADE,
                related_name="rewritings",
                to="publishing.pendingpost",
            ),
        ),
        migrations.AddConstraint(
            model_name="autopilotrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("organization", "regenerates"),
                name="run_one_rewriting",
            ),
        ),
        CompositeForeignKey("AutopilotRun", "regenerates"),
    ]
