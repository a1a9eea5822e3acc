import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import config.kernel.clock
import config.kernel.models
from config.kernel.migrations import CompositeForeignKey, ExposeDue, OnlyRead, SecureTables


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0004_find_passages"),
        ("content", "0005_keep_a_media_library"),
        ("organizations", "0010_choose_when_to_be_told"),
        ("publishing", "0004_note_what_is_worked_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Workflow",
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
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("none", "Nobody: what a person schedules goes out"),
                            ("one", "One person"),
                            ("steps", "Several steps"),
                        ],
                        default="one",
                        max_length=5,
                    ),
                ),
                ("lets_author_approve", models.BooleanField(default=True)),
                (
                    "reminder_hours",
                    models.PositiveSmallIntegerField(
                        default=6, validators=[django.core.validators.MaxValueValidator(336)]
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                    ),
                ),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workflow",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "brand"), name="workflow_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkflowStep",
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
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("internal", "The team"), ("client", "The client")],
                        default="internal",
                        max_length=8,
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[("any", "Any one of them"), ("all", "All of them")],
                        default="any",
                        max_length=3,
                    ),
                ),
                (
                    "approvers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
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
                    "workflow",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="publishing.workflow",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "workflow", "number"), name="workflow_step_number"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="approval",
            name="clauses",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="approval",
            name="client_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="approval",
            name="valid_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="campaign",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="pillar",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="step",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="steps",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="wall_time",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="zone",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="pendingpost",
            name="angle",
            field=models.CharField(
                blank=True,
                choices=[
                    ("product_focus", "Product Focus"),
                    ("user_benefit", "User Benefit"),
                    ("storytelling", "Storytelling"),
                    ("educational", "Educational"),
                    ("social_proof", "Social Proof"),
                    ("promotional", "Promotional"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="pendingpost",
            name="candidate",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="pending_posts",
                to="content.candidate",
            ),
        ),
        migrations.AlterField(
            model_name="pendingpost",
            name="generation",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="pending_posts",
                to="content.generation",
            ),
        ),
        migrations.AlterField(
            model_name="pendingpost",
            name="material",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="pending_posts",
                to="content.material",
            ),
        ),
        migrations.AlterField(
            model_name="post",
            name="angle",
            field=models.CharField(
                blank=True,
                choices=[
                    ("product_focus", "Product Focus"),
                    ("user_benefit", "User Benefit"),
                    ("storytelling", "Storytelling"),
                    ("educational", "Educational"),
                    ("social_proof", "Social Proof"),
                    ("promotional", "Promotional"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="CalendarEvent",
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
                ("name", models.CharField(max_length=120)),
                ("note", models.TextField(blank=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
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
            ],
            options={
                "ordering": ["starts_on", "name"],
                "indexes": [
                    models.Index(fields=["organization", "starts_on"], name="calendar_event_start"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="calendar_event_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarSettings",
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
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "week_starts_on",
                    models.PositiveSmallIntegerField(
                        default=1, validators=[django.core.validators.MaxValueValidator(6)]
                    ),
                ),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_settings",
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
            ],
            options={
                "verbose_name_plural": "calendar settings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "brand"), name="calendar_settings_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Composition",
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
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("text", models.TextField(blank=True)),
                (
                    "hashtags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("link", models.CharField(blank=True, max_length=2000)),
                ("media", models.JSONField(blank=True, default=list)),
                ("title", models.CharField(blank=True, max_length=300)),
                (
                    "thread",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("splits_long", models.BooleanField(default=False)),
                ("first_comment", models.TextField(blank=True)),
                (
                    "when_late",
                    models.CharField(
                        choices=[
                            ("ask", "Ask me first"),
                            ("publish", "Publish it late"),
                            ("skip", "Leave it out"),
                        ],
                        default="ask",
                        max_length=7,
                    ),
                ),
                ("pillar", models.CharField(blank=True, max_length=80)),
                ("campaign", models.CharField(blank=True, max_length=120)),
                ("shortens_links", models.BooleanField(blank=True, null=True)),
                ("adds_utm", models.BooleanField(blank=True, null=True)),
                ("notes", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="compositions",
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
                    "signature",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="content.signature",
                    ),
                ),
                (
                    "template",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="content.contenttemplate",
                    ),
                ),
            ],
            options={
                "ordering": ["-updated_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["organization", "-updated_at", "-id"], name="composition_recent"
                    ),
                    models.Index(fields=["brand", "-updated_at"], name="composition_brand"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comment", "Comment"),
                            ("mention", "Mention"),
                            ("message", "Message"),
                            ("review", "Review"),
                        ],
                        max_length=7,
                    ),
                ),
                ("remote_id", models.CharField(max_length=500)),
                ("person_id", models.CharField(blank=True, max_length=300)),
                ("person_name", models.CharField(blank=True, max_length=200)),
                ("person_handle", models.CharField(blank=True, max_length=200)),
                ("person_url", models.CharField(blank=True, max_length=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done")], default="open", max_length=4
                    ),
                ),
                (
                    "sentiment",
                    models.CharField(
                        choices=[
                            ("positive", "Positive"),
                            ("neutral", "Neutral"),
                            ("negative", "Negative"),
                        ],
                        default="neutral",
                        max_length=8,
                    ),
                ),
                ("last_message_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("answer_due_at", models.DateTimeField(blank=True, null=True)),
                ("told_late_at", models.DateTimeField(blank=True, null=True)),
                ("unread_count", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="publishing.socialaccount",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "post",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="conversations",
                        to="publishing.post",
                    ),
                ),
            ],
            options={
                "ordering": ["-last_message_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["organization", "status", "-last_message_at", "-id"],
                        name="conversation_recent",
                    ),
                    models.Index(
                        condition=models.Q(("status", "open"), ("told_late_at", None)),
                        fields=["answer_due_at"],
                        name="conversation_late",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "account", "kind", "remote_id"),
                        name="conversation_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvergreenItem",
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
                (
                    "cooldown_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(31),
                            django.core.validators.MaxValueValidator(730),
                        ],
                    ),
                ),
                ("most_uses", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("use_count", models.PositiveSmallIntegerField(default=0)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "composition",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evergreen",
                        to="publishing.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["last_used_at", "created_at"],
            },
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="evergreen",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="posts",
                to="publishing.evergreenitem",
            ),
        ),
        migrations.CreateModel(
            name="InboxFeed",
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
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("cursor", models.JSONField(blank=True, default=dict)),
                ("is_active", models.BooleanField(default=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("error_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inbox_feed",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_active", True)),
                        fields=["due_at"],
                        name="inbox_feed_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "account"), name="inbox_feed_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxMessage",
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
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "side",
                    models.CharField(
                        choices=[("theirs", "Theirs"), ("ours", "Ours"), ("note", "Note")],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("said", "Said"),
                            ("unknown", "Unknown"),
                            ("failed", "Failed"),
                        ],
                        default="said",
                        max_length=7,
                    ),
                ),
                ("remote_id", models.CharField(blank=True, max_length=500)),
                ("parent_remote_id", models.CharField(blank=True, max_length=500)),
                ("handle", models.JSONField(blank=True, default=dict)),
                ("author_id", models.CharField(blank=True, max_length=300)),
                ("author_name", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField()),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("said_at", models.DateTimeField()),
                (
                    "sentiment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("positive", "Positive"),
                            ("neutral", "Neutral"),
                            ("negative", "Negative"),
                        ],
                        max_length=8,
                    ),
                ),
                ("idempotency_key", models.CharField(blank=True, max_length=64)),
                ("was_suggested", models.BooleanField(default=False)),
                ("error_message", models.TextField(blank=True)),
                (
                    "conversation",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="publishing.conversation",
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
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["said_at", "id"],
                "indexes": [
                    models.Index(fields=["conversation", "said_at"], name="inbox_message_said"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["due_at"],
                        name="inbox_message_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("remote_id", ""), _negated=True),
                        fields=("organization", "conversation", "remote_id"),
                        name="inbox_message_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxSettings",
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
                ("answer_within_minutes", models.PositiveIntegerField(default=240)),
                ("business_hours", models.JSONField(blank=True, default=dict)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inbox_settings",
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
            ],
            options={
                "verbose_name_plural": "inbox settings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "brand"), name="inbox_settings_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InstallationStop",
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
                (
                    "platform",
                    models.CharField(blank=True, help_text="Empty: everything.", max_length=30),
                ),
                ("reason", models.CharField(max_length=300)),
                ("stopped_by", models.CharField(max_length=200)),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                ("resumed_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at", None)),
                        fields=("platform",),
                        name="installation_stop_living",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkCode",
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
                ("code", models.CharField(max_length=16, unique=True)),
                ("link_id", models.UUIDField(unique=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LinkSettings",
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
                ("shortens", models.BooleanField(default=False)),
                ("adds_utm", models.BooleanField(default=False)),
                ("utm_source", models.CharField(default="{platform}", max_length=80)),
                ("utm_medium", models.CharField(default="social", max_length=80)),
                ("utm_campaign", models.CharField(blank=True, default="{campaign}", max_length=80)),
                ("utm_content", models.CharField(blank=True, default="{post}", max_length=80)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_settings",
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
            ],
            options={
                "verbose_name_plural": "link settings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "brand"), name="link_settings_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyContract",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("signed", "Signed"),
                            ("superseded", "Superseded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "topics_excluded",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "claims",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("hours", models.JSONField(blank=True, default=dict)),
                ("timezone", models.CharField(default="UTC", max_length=64)),
                ("posts_per_day", models.PositiveSmallIntegerField(default=3)),
                ("credits_per_day", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "account_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("first_posts_reviewed", models.PositiveSmallIntegerField(default=20)),
                ("signed_name", models.CharField(blank=True, max_length=120)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("terms_hash", models.CharField(blank=True, max_length=64)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contracts",
                        to="brands.brandprofile",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "brand", "number"), name="contract_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "signed")),
                        fields=("organization", "brand"),
                        name="contract_one_signed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "draft")),
                        fields=("organization", "brand"),
                        name="contract_one_draft",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="approval",
            name="contract",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="approvals",
                to="publishing.policycontract",
            ),
        ),
        migrations.CreateModel(
            name="PortalLink",
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
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("review", "Approve posts"),
                            ("connect", "Connect accounts"),
                            ("calendar", "See the calendar"),
                            ("report", "See the report"),
                            ("ics", "Subscribe to the calendar"),
                        ],
                        max_length=8,
                    ),
                ),
                ("token_digest", models.CharField(max_length=64)),
                ("client_name", models.CharField(blank=True, max_length=120)),
                ("client_email", models.EmailField(blank=True, max_length=254)),
                (
                    "post_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "platforms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("first_used_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("use_count", models.PositiveIntegerField(default=0)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portal_links",
                        to="brands.brandprofile",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "token_digest"), name="portal_link_token"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostComment",
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
                ("client_name", models.CharField(blank=True, max_length=120)),
                ("body", models.TextField()),
                ("is_for_client", models.BooleanField(default=False)),
                (
                    "mentions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="publishing.portallink",
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
                    "parent",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="publishing.postcomment",
                    ),
                ),
                (
                    "pending_post",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="publishing.pendingpost",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PostImport",
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
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(choices=[("csv", "CSV"), ("json", "JSON")], max_length=4),
                ),
                ("mapping", models.JSONField(blank=True, default=dict)),
                ("lands", models.CharField(default="draft", max_length=10)),
                ("rows", models.JSONField(blank=True, default=list)),
                ("made_count", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("checked", "Checked"),
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("undone", "Undone"),
                        ],
                        default="checked",
                        max_length=9,
                    ),
                ),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="brands.brandprofile",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "running"])),
                        fields=["due_at"],
                        name="post_import_due",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="composition",
            name="import_batch",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="compositions",
                to="publishing.postimport",
            ),
        ),
        migrations.CreateModel(
            name="PostingQueue",
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
                ("name", models.CharField(max_length=80)),
                ("timezone", models.CharField(default="UTC", max_length=64)),
                ("is_default", models.BooleanField(default=False)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("fills_from_pool", models.BooleanField(default=False)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queues",
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
            ],
            options={
                "ordering": ["-is_default", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "brand", "name"), name="queue_name"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("organization", "brand"),
                        name="queue_one_default",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="postimport",
            name="queue",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="publishing.postingqueue",
            ),
        ),
        migrations.AddField(
            model_name="evergreenitem",
            name="queue",
            field=config.kernel.models.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pool",
                to="publishing.postingqueue",
            ),
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="queue",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="posts",
                to="publishing.postingqueue",
            ),
        ),
        migrations.CreateModel(
            name="PostVersion",
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
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("author_name", models.CharField(blank=True, max_length=120)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "pending_post",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="publishing.pendingpost",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "pending_post", "number"),
                        name="post_version_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QueueSlot",
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
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MaxValueValidator(6)]
                    ),
                ),
                ("wall_time", models.TimeField()),
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
                    "organization",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "queue",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="publishing.postingqueue",
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "wall_time"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "queue", "account", "weekday", "wall_time"),
                        name="queue_slot_unique",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recurrence",
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
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("rule", models.CharField(max_length=300)),
                ("starts_on", models.DateField()),
                ("wall_time", models.TimeField()),
                ("timezone", models.CharField(default="UTC", max_length=64)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("most", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("made_count", models.PositiveSmallIntegerField(default=0)),
                ("made_until", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("ended", "Ended")],
                        default="active",
                        max_length=6,
                    ),
                ),
                ("last_error", models.TextField(blank=True)),
                (
                    "composition",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recurrences",
                        to="publishing.composition",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "active")),
                        fields=["due_at"],
                        name="recurrence_due",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="recurrence",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="posts",
                to="publishing.recurrence",
            ),
        ),
        migrations.CreateModel(
            name="SavedReply",
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
                ("name", models.CharField(max_length=80)),
                ("text", models.TextField()),
                ("use_count", models.PositiveIntegerField(default=0)),
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
            ],
            options={
                "verbose_name_plural": "saved replies",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "name"), name="saved_reply_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignOff",
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
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("step_name", models.CharField(blank=True, max_length=80)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("changes", "Asked for changes"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=8,
                    ),
                ),
                ("client_name", models.CharField(blank=True, max_length=120)),
                ("account_id", models.UUIDField()),
                ("content_hash", models.CharField(max_length=64)),
                ("comment", models.TextField(blank=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                (
                    "link",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sign_offs",
                        to="publishing.portallink",
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
                    "pending_post",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_offs",
                        to="publishing.pendingpost",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False), ("voided_at", None)),
                        fields=("organization", "pending_post", "step", "user"),
                        name="sign_off_one_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stop",
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
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("organization", "The whole team"),
                            ("brand", "A brand"),
                            ("platform", "A network"),
                            ("account", "A channel"),
                        ],
                        max_length=12,
                    ),
                ),
                ("platform", models.CharField(blank=True, max_length=30)),
                ("reason", models.CharField(max_length=300)),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                ("resume_note", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stops",
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
                        related_name="stops",
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
                    "resumed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at", None)),
                        fields=("organization", "level", "brand", "account", "platform"),
                        name="stop_one_living",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackedLink",
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
                ("code", models.CharField(max_length=16)),
                ("url", models.CharField(max_length=2000)),
                ("target", models.CharField(max_length=2200)),
                ("utm", models.JSONField(blank=True, default=dict)),
                ("clicks_count", models.PositiveIntegerField(default=0)),
                ("visitors_count", models.PositiveIntegerField(default=0)),
                ("last_clicked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "brand",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tracked_links",
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
                    "pending_post",
                    config.kernel.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="links",
                        to="publishing.pendingpost",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["brand", "-created_at"], name="tracked_link_brand"),
                    models.Index(fields=["pending_post"], name="tracked_link_post"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkVisit",
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
                ("visitor", models.CharField(max_length=32)),
                ("on_date", models.DateField()),
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
                    "link",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="publishing.trackedlink",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "link", "visitor", "on_date"),
                        name="link_visit_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Variant",
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
                ("overrides", models.JSONField(blank=True, default=dict)),
                ("overridden_from", models.JSONField(blank=True, default=dict)),
                ("options", models.JSONField(blank=True, default=dict)),
                (
                    "account",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="publishing.socialaccount",
                    ),
                ),
                (
                    "composition",
                    config.kernel.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="publishing.composition",
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
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "composition", "account"), name="variant_unique"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="pendingpost",
            name="variant",
            field=config.kernel.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="posts",
                to="publishing.variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="evergreenitem",
            constraint=models.UniqueConstraint(
                fields=("organization", "composition", "queue"), name="evergreen_unique"
            ),
        ),
        SecureTables(
            "CalendarEvent",
            "CalendarSettings",
            "Composition",
            "Conversation",
            "EvergreenItem",
            "InboxFeed",
            "InboxMessage",
            "InboxSettings",
            "LinkSettings",
            "LinkVisit",
            "PolicyContract",
            "PortalLink",
            "PostComment",
            "PostImport",
            "PostVersion",
            "PostingQueue",
            "QueueSlot",
            "Recurrence",
            "SavedReply",
            "SignOff",
            "Stop",
            "TrackedLink",
            "Variant",
            "Workflow",
            "WorkflowStep",
        ),
        CompositeForeignKey("PendingPost", "variant"),
        CompositeForeignKey("PendingPost", "recurrence"),
        CompositeForeignKey("PendingPost", "queue"),
        CompositeForeignKey("PendingPost", "evergreen"),
        CompositeForeignKey("Approval", "contract"),
        OnlyRead("InstallationStop"),
        ExposeDue("Recurrence", where="t.status = 'active'"),
        ExposeDue("PostImport", where="t.status IN ('queued', 'running')"),
        ExposeDue("InboxFeed", where="t.is_active"),
        ExposeDue("InboxMessage", where="t.state IN ('queued', 'sending')"),
        ExposeDue(
            "Conversation",
            where="t.status = 'open' AND t.told_late_at IS NULL",
            due="answer_due_at",
            claimed="",
        ),
    ]
