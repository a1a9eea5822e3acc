from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

PLANNED = ("approved", "auto_approved", "draft", "pending", "publishing", "failed")


class Migration(migrations.Migration):
    # Posts are written while their indexes are made.
    atomic = False

    dependencies = [
        ("publishing", "0011_begin_answers_waiting"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("status__in", PLANNED)),
                fields=["organization", "scheduled_for", "id"],
                name="pending_org_plan",
            ),
        ),
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("status__in", PLANNED)),
                fields=["brand", "scheduled_for", "id"],
                name="pending_brand_plan",
            ),
        ),
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("status__in", PLANNED)),
                fields=["account", "scheduled_for"],
                name="pending_account_plan",
            ),
        ),
    ]
