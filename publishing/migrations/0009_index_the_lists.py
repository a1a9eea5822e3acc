from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

COMING = ("approved", "auto_approved", "draft", "pending", "publishing")
STRANDED = ("expired", "failed", "rejected")


class Migration(migrations.Migration):
    # Posts are written while their indexes are made.
    atomic = False

    dependencies = [
        ("publishing", "0008_note_when_answers_left"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("status__in", COMING)),
                fields=["organization", "scheduled_for", "id"],
                name="pending_coming",
            ),
        ),
        AddIndexConcurrently(
            model_name="pendingpost",
            index=models.Index(
                condition=models.Q(("status__in", STRANDED)),
                fields=["organization", "-scheduled_for", "-id"],
                name="pending_stranded",
            ),
        ),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(fields=["organization", "-impressions", "-id"], name="post_seen"),
        ),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(fields=["organization", "-clicks", "-id"], name="post_clicked"),
        ),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                condition=models.Q(("status", "deleted")),
                fields=["organization", "-published_at", "-id"],
                name="post_lost",
            ),
        ),
    ]
