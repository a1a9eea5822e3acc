from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from config.kernel.migrations import ExposeDue


class Migration(migrations.Migration):
    # Queues are written while their index is made.
    atomic = False

    dependencies = [
        ("publishing", "0009_index_the_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="postingqueue",
            name="fill_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        AddIndexConcurrently(
            model_name="postingqueue",
            index=models.Index(
                condition=models.Q(("fills_from_pool", True), ("paused_at", None)),
                fields=["fill_due_at"],
                name="queue_fill_due",
            ),
        ),
        ExposeDue(
            "PostingQueue",
            where="t.fills_from_pool AND t.paused_at IS NULL",
            due="fill_due_at",
            claimed="",
        ),
    ]
