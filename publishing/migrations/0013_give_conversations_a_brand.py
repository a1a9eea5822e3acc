import django.db.models.deletion
from django.db import migrations

import config.kernel.models
from config.kernel.migrations import CompositeForeignKey

# A conversation belongs to the brand of its post, else to the one that uses its account first.
FILL = """
UPDATE publishing_conversation c SET brand_id = COALESCE(
  (SELECT p.brand_id FROM publishing_post p WHERE p.id = c.post_id),
  (SELECT l.brand_id FROM publishing_brandaccountlink l WHERE l.account_id = c.account_id
   ORDER BY l.is_default DESC, l.created_at LIMIT 1)
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0004_find_passages"),
        ("publishing", "0012_index_what_is_planned"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="brand",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="brands.brandprofile",
            ),
        ),
        # Whoever migrates owns the tables and is held to their policies; for this it steps out.
        migrations.RunSQL(
            "ALTER TABLE publishing_conversation NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE publishing_post NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE publishing_brandaccountlink NO FORCE ROW LEVEL SECURITY;"
            + FILL
            + ";ALTER TABLE publishing_conversation FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE publishing_post FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE publishing_brandaccountlink FORCE ROW LEVEL SECURITY;",
            migrations.RunSQL.noop,
        ),
        CompositeForeignKey("Conversation", "brand"),
    ]
