from __future__ import annotations

from django.db import models
from django.db.models import Q

from config.kernel.models import Base, OrgOwned


class LanguageModel(Base):
    """A model that providers offer: what it can do and costs. One row for the installation.

    Prices are millionths of a dollar per million tokens. A model that a provider lists no more is
    not active; nothing is removed, since old answers name it.
    """

    class Provider(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        ANTHROPIC = "anthropic", "Anthropic"
        GOOGLE = "google", "Google"
        MISTRAL = "mistral", "Mistral"

    class Kind(models.TextChoices):
        FLAGSHIP = "flagship", "Flagship"
        FAST = "fast", "Fast"
        LEGACY = "legacy", "Legacy"

    provider = models.CharField(max_length=20, choices=Provider)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FAST)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    capabilities = models.JSONField(default=dict, blank=True)
    input_micros_per_million = models.PositiveBigIntegerField(null=True, blank=True)
    output_micros_per_million = models.PositiveBigIntegerField(null=True, blank=True)
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    discovered_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["provider", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="language_model_unique"),
            models.UniqueConstraint(
                fields=["provider", "kind"],
                condition=Q(is_default=True),
                name="language_model_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.name}"


class ModelDiscovery(Base):
    """One look at the providers' model lists: counts, errors, and how long it took."""

    class Status(models.TextChoices):
        SUCCESS = "success"
        PARTIAL = "partial"
        FAILED = "failed"

    status = models.CharField(max_length=8, choices=Status)
    found_count = models.PositiveIntegerField(default=0)
    added = models.JSONField(default=list, blank=True)
    deactivated = models.JSONField(default=list, blank=True)
    providers = models.JSONField(default=list, blank=True)
    errors = models.JSONField(default=list, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "model discoveries"

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}: {self.status}"


class AgentOptions(models.Model):
    """How an agent works, where it differs from its file; null and empty leave the file's word.

    `model` is "provider:name". `instructions` are added after the agent's own. A disabled agent
    leaves its work to the offline counterpart.
    """

    agent = models.CharField(max_length=60)
    model = models.CharField(max_length=140, blank=True)
    temperature = models.FloatField(null=True, blank=True)
    max_tokens = models.PositiveIntegerField(null=True, blank=True)
    instructions = models.TextField(blank=True)
    retries = models.PositiveSmallIntegerField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature=None) | Q(temperature__gte=0, temperature__lte=2),
                name="%(class)s_temperature",
            ),
            models.CheckConstraint(
                condition=Q(retries=None) | Q(retries__lte=10), name="%(class)s_retries"
            ),
        ]

    def __str__(self) -> str:
        return self.agent


class AgentSetting(AgentOptions, Base):
    """One agent's options for the whole installation."""

    class Meta(AgentOptions.Meta):
        ordering = ["agent"]
        constraints = [
            *AgentOptions.Meta.constraints,
            models.UniqueConstraint(fields=["agent"], name="agent_setting_unique"),
        ]


class OrganizationAgentSetting(AgentOptions, OrgOwned):
    """One agent's options for one organization; they stand over the installation's."""

    class Meta(AgentOptions.Meta):
        ordering = ["agent"]
        constraints = [
            *AgentOptions.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "agent"], name="organization_agent_unique"
            ),
        ]
