from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.clock import now
from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class InboxFeed(Claimable, OrgOwned):
    """One account that is listened to: how far it was read, and when it is read again."""

    brand_path: ClassVar[str] = "account__brand_links__brand"

    account = TenantForeignKey(
        "publishing.SocialAccount", models.CASCADE, related_name="inbox_feed"
    )
    cursor = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    error_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "account"], name="inbox_feed_one")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="inbox_feed_due", condition=Q(is_active=True))
        ]

    def __str__(self) -> str:
        return f"Inbox of {self.account_id}"


class Sentiment(models.TextChoices):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class ConversationStatus(models.TextChoices):
    OPEN = "open"
    DONE = "done"


class Conversation(HasGraph, OrgOwned):
    """What one outsider and the brand say to each other in one place over there.

    The brand is that of the post that it hangs under, else the one that uses the account first of
    all: brands that share an account do not share what people write to each.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        ConversationStatus.OPEN,
        {
            ConversationStatus.OPEN: [ConversationStatus.DONE],
            ConversationStatus.DONE: [ConversationStatus.OPEN],
        },
    )
    state_field = "status"

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        MENTION = "mention", "Mention"
        MESSAGE = "message", "Message"
        REVIEW = "review", "Review"

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    account = TenantForeignKey("publishing.SocialAccount", models.CASCADE, related_name="+")
    post = TenantForeignKey(
        "publishing.Post", models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    platform = models.CharField(max_length=30)
    kind = models.CharField(max_length=7, choices=Kind)
    remote_id = models.CharField(max_length=500)
    person_id = models.CharField(max_length=300, blank=True)
    person_name = models.CharField(max_length=200, blank=True)
    person_handle = models.CharField(max_length=200, blank=True)
    person_url = models.CharField(max_length=1000, blank=True)
    status = models.CharField(
        max_length=4, choices=ConversationStatus, default=ConversationStatus.OPEN
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sentiment = models.CharField(max_length=8, choices=Sentiment, default=Sentiment.NEUTRAL)
    last_message_at = models.DateTimeField()
    # The oldest word of theirs that nobody has answered, and until when somebody should.
    waiting_since = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    told_late_at = models.DateTimeField(null=True, blank=True)
    unread_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-last_message_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "kind", "remote_id"], name="conversation_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "status", "-last_message_at", "-id"],
                name="conversation_recent",
            ),
            models.Index(
                fields=["answer_due_at"],
                name="conversation_late",
                condition=Q(status="open", told_late_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.person_name or self.person_handle

    @property
    def is_late(self) -> bool:
        due = self.answer_due_at
        return self.status == ConversationStatus.OPEN and due is not None and due <= now()


class MessageState(models.TextChoices):
    """How far an answer of ours is; what others say, and notes, are said from the beginning."""

    QUEUED = "queued"
    SENDING = "sending"
    SAID = "said"
    UNKNOWN = "unknown"
    FAILED = "failed"


class InboxMessage(Claimable, HasGraph, OrgOwned):
    """One thing said in a conversation: by them, by us, or a note among ourselves.

    An answer is sent once: `sending` is committed before the first byte, and what nobody can tell
    afterwards waits for a person.
    """

    brand_path: ClassVar[str] = "conversation__brand"

    class Side(models.TextChoices):
        THEIRS = "theirs"
        OURS = "ours"
        NOTE = "note"

    graph = Graph(
        MessageState.QUEUED,
        {
            MessageState.QUEUED: [MessageState.SENDING, MessageState.FAILED],
            MessageState.SENDING: [
                MessageState.SAID,
                MessageState.QUEUED,
                MessageState.UNKNOWN,
                MessageState.FAILED,
            ],
            MessageState.UNKNOWN: [MessageState.SAID, MessageState.QUEUED, MessageState.FAILED],
            MessageState.FAILED: [MessageState.QUEUED],
            MessageState.SAID: [],
        },
    )
    state_field = "state"

    conversation = TenantForeignKey(
        "publishing.Conversation", models.CASCADE, related_name="messages"
    )
    side = models.CharField(max_length=6, choices=Side)
    state = models.CharField(max_length=7, choices=MessageState, default=MessageState.QUEUED)
    remote_id = models.CharField(max_length=500, blank=True)
    # What an answer goes under, over there.
    parent_remote_id = models.CharField(max_length=500, blank=True)
    # What a channel needs to answer exactly this.
    handle = models.JSONField(default=dict, blank=True)
    author_id = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    url = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField()
    sentiment = models.CharField(max_length=8, choices=Sentiment, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    idempotency_key = models.CharField(max_length=64, blank=True)
    was_suggested = models.BooleanField(default=False)
    # When the first byte of an answer may have left.
    sending_at = models.DateTimeField(null=True, blank=True)
    # How long they had waited when this answer went out, and whether that was within the level.
    waited_seconds = models.PositiveIntegerField(null=True, blank=True)
    was_in_time = models.BooleanField(null=True, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ["said_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "conversation", "remote_id"],
                condition=~Q(remote_id=""),
                name="inbox_message_unique",
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "said_at"], name="inbox_message_said"),
            models.Index(
                fields=["organization", "remote_id"],
                name="inbox_message_remote",
                condition=~Q(remote_id=""),
            ),
            models.Index(
                fields=["organization", "said_at"],
                name="inbox_message_waited",
                condition=Q(waited_seconds__isnull=False),
            ),
            models.Index(
                fields=["due_at"],
                name="inbox_message_due",
                condition=Q(state__in=["queued", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class SavedReply(OrgOwned):
    """Words to answer with, kept under a name; {{ name }} is who is answered."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=80)
    text = models.TextField()
    use_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "saved replies"
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="saved_reply_name")
        ]

    def __str__(self) -> str:
        return self.name


class InboxSettings(OrgOwned):
    """How soon a brand answers: minutes within its business hours, in the brand's zone."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="inbox_settings")
    answer_within_minutes = models.PositiveIntegerField(default=240)
    # {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}; 0 is Sunday.
    business_hours = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "brand"], name="inbox_settings_one")
        ]
        verbose_name_plural = "inbox settings"

    def __str__(self) -> str:
        return f"{self.answer_within_minutes} min"
