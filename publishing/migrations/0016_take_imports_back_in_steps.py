import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.kernel.migrations import ExposeDue


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("publishing", "0015_index_what_is_out"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="postimport",
            name="post_import_due",
        ),
        migrations.AddField(
            model_name="postimport",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="postimport",
            name="status",
            field=models.CharField(
                choices=[
                    ("checked", "Checked"),
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("cancelled", "Cancelled"),
                    ("undoing", "Undoing"),
                    ("undone", "Undone"),
                ],
                default="checked",
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="postimport",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "running", "undoing"])),
                fields=["due_at"],
                name="post_import_due",
            ),
        ),
        ExposeDue(
            "PostImport",
            where="t.status IN ('queued', 'running', 'undoing')",
            instead_of="t.status IN ('queued', 'running')",
        ),
    ]
