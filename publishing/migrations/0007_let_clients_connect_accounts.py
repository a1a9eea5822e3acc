import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import config.kernel.models
from config.kernel.migrations import CompositeForeignKey


class Migration(migrations.Migration):
    dependencies = [("publishing", "0006_index_the_calendar")]

    operations = [
        migrations.AddField(
            model_name="connectattempt",
            name="link",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="publishing.portallink",
            ),
        ),
        migrations.AlterField(
            model_name="connectattempt",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="connectattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", False), ("link__isnull", False), _connector="OR"
                ),
                name="connect_attempt_of_somebody",
            ),
        ),
        migrations.AddField(
            model_name="portallink",
            name="sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        CompositeForeignKey("ConnectAttempt", "link"),
    ]
