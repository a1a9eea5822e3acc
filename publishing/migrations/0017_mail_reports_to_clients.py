from django.db import migrations, models

from config.kernel.migrations import ExposeDue


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0016_take_imports_back_in_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="portallink",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="portallink",
            name="claimed_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="portallink",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="portallink",
            name="fence",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="portallink",
            name="letter_begun",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="portallink",
            name="letter_day",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="portallink",
            name="letter_problem",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="portallink",
            name="mailed",
            field=models.CharField(
                choices=[
                    ("never", "Never"),
                    ("weekly", "Every Monday"),
                    ("monthly", "On the first of every month"),
                ],
                db_default="never",
                default="never",
                max_length=7,
            ),
        ),
        migrations.AddIndex(
            model_name="portallink",
            index=models.Index(
                condition=models.Q(
                    ("revoked_at", None), models.Q(("mailed", "never"), _negated=True)
                ),
                fields=["due_at"],
                name="portal_letter_due",
            ),
        ),
        ExposeDue("PortalLink", where="t.mailed <> 'never' AND t.revoked_at IS NULL"),
    ]
