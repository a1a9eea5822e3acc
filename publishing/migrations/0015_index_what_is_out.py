from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Posts are written while their indexes are made.
    atomic = False

    dependencies = [
        ("publishing", "0014_note_what_a_draft_repeats"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("status", "published")),
                fields=["organization", "published_at", "id"],
                name="post_calendar",
            ),
        ),
    ]
