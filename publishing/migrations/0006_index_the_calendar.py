from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Posts are written while their indexes are made.
    atomic = False

    dependencies = [
        ("publishing", "0005_plan_approve_and_listen"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                fields=["organization", "scheduled_for", "id"], name="pending_calendar"
            ),
        ),
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                fields=["brand", "scheduled_for", "id"], name="pending_brand_calendar"
            ),
        ),
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("queue__isnull", False)),
                fields=["queue", "scheduled_for"],
                name="pending_queue",
            ),
        ),
    ]
