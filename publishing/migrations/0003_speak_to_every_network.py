import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import config.kernel.clock
import config.kernel.fields
import config.kernel.models
from config.kernel.migrations import CompositeForeignKey, ExposeDue, SecureTables


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_limit_members_to_brands"),
        ("organizations", "0009_count_requests_of_the_api"),
        ("publishing", "0002_queue_writing_by_hand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountQuota",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=60)),
                ("limit", models.PositiveIntegerField()),
                ("used", models.PositiveIntegerField(default=0)),
                ("resets_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("declared", "Declared"),
                            ("headers", "Headers"),
                            ("endpoint", "Endpoint"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quotas",
                        to="publishing.socialaccount",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "account", "name"), name="account_quota_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConnectAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("platform", models.CharField(max_length=30)),
                ("kept", config.kernel.fields.EncryptedJSON(null=True)),
                ("offered", config.kernel.fields.EncryptedJSON(null=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="publishing.socialaccount",
                    ),
                ),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="brands.brandprofile",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MediaRendition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("reference", models.CharField(max_length=300)),
                ("rules", models.CharField(max_length=64)),
                ("fitted", models.CharField(blank=True, max_length=300)),
                ("content_type", models.CharField(blank=True, max_length=60)),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("duration_seconds", models.FloatField(blank=True, null=True)),
                ("size_bytes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                ("problem", models.TextField(blank=True)),
                (
                    "organization",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "reference", "rules"), name="rendition_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkQuota",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("platform", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=60)),
                ("limit", models.PositiveIntegerField()),
                ("used", models.PositiveIntegerField(default=0)),
                ("resets_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "name"), name="network_quota_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkState",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=config.kernel.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("successes", models.PositiveSmallIntegerField(default=0)),
                ("opened_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="parent",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followers",
                to="publishing.delivery",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="part",
            field=models.CharField(
                choices=[("post", "Post"), ("reply", "Reply"), ("comment", "Comment")],
                db_default="post",
                default="post",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="first_comment",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="options",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="thread",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="title",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="when_late",
            field=models.CharField(
                choices=[
                    ("ask", "Ask me first"),
                    ("publish", "Publish it late"),
                    ("skip", "Leave it out"),
                ],
                db_default="ask",
                default="ask",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="checked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="claimed_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="fence",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="next_send_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="opened_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="report",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="settings",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="successes",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("sending_at__isnull", False)),
                fields=["account", "sending_at"],
                name="delivery_sent",
            ),
        ),
        migrations.AddIndex(
            model_name="socialaccount",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("is_active", True)),
                fields=["due_at"],
                name="account_due",
            ),
        ),
        SecureTables("AccountQuota", "ConnectAttempt", "MediaRendition"),
        CompositeForeignKey("Delivery", "parent"),
        ExposeDue("SocialAccount", where="t.deleted_at IS NULL AND t.is_active"),
    ]
