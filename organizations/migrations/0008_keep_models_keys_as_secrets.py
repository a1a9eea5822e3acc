import django.db.models.deletion
from django.db import migrations

import config.kernel.models
from config.kernel.migrations import CompositeForeignKey


class Migration(migrations.Migration):
    """One way to keep a key. A stored one was sealed for the route's row and opens nowhere else, so
    it is not carried over: the page asks for it again, and says so. The theme is the browser's."""

    dependencies = [("organizations", "0007_keep_consents")]

    operations = [
        migrations.RemoveField(model_name="modelroute", name="api_key"),
        migrations.AddField(
            model_name="modelroute",
            name="secret",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="organizations.providersecret",
            ),
        ),
        CompositeForeignKey("ModelRoute", "secret"),
        migrations.RemoveField(model_name="user", name="theme"),
    ]
