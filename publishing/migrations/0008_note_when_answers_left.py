from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Messages are kept while their indexes are made.
    atomic = False

    dependencies = [("publishing", "0007_let_clients_connect_accounts")]

    operations = [
        migrations.AddField(
            model_name="inboxmessage",
            name="sending_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="inboxmessage",
            name="waited_seconds",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="inboxmessage",
            name="was_in_time",
            field=models.BooleanField(blank=True, null=True),
        ),
        AddIndexConcurrently(
            model_name="inboxmessage",
            index=models.Index(
                condition=models.Q(("remote_id", ""), _negated=True),
                fields=["organization", "remote_id"],
                name="inbox_message_remote",
            ),
        ),
        AddIndexConcurrently(
            model_name="inboxmessage",
            index=models.Index(
                condition=models.Q(("waited_seconds__isnull", False)),
                fields=["organization", "said_at"],
                name="inbox_message_waited",
            ),
        ),
    ]
