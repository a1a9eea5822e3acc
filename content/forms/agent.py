from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from config.kernel.llm.agents import every_agent
from config.kernel.llm.options import MOST_RETRIES, AgentOptions
from config.kernel.llm.spec import AgentSpec
from content.models import AgentSetting, LanguageModel, OrganizationAgentSetting
from content.services.agent_trials import is_list, sample_of, values_of
from organizations.models import Organization

OPTION_FIELDS = (
    "agent", "model", "temperature", "max_tokens", "instructions", "retries", "is_enabled",
)  # fmt: skip
MOST_TOKENS = 32_000
MOST_INSTRUCTIONS = 5_000  # specification 4b, additional instructions
PROVIDERS = ("openai", "anthropic", "google", "mistral", "openrouter", "compatible")


def agent_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in every_agent()]


class OptionsForm(forms.Form):
    """How an agent works, where it differs from its file."""

    model = forms.CharField(
        required=False,
        max_length=140,
        help_text="provider:name, such as anthropic:claude-haiku-5-5. Empty: as configured.",
    )
    temperature = forms.FloatField(required=False, min_value=0, max_value=2)
    max_tokens = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_TOKENS, label="Most tokens of an answer"
    )
    instructions = forms.CharField(
        required=False,
        max_length=MOST_INSTRUCTIONS,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="Added after the agent's own instructions.",
    )
    retries = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_RETRIES,
        help_text="Further tries at one model when it is busy or away. Empty: 2.",
    )

    def clean_model(self) -> str:
        text = " ".join(self.cleaned_data["model"].split())
        provider, colon, name = text.partition(":")
        if text and not (colon and name and provider in PROVIDERS):
            raise forms.ValidationError(
                f"Write provider:name with one of {', '.join(PROVIDERS)} as the provider."
            )
        return text


class SettingForm(OptionsForm, forms.ModelForm):  # type: ignore[type-arg]
    """The same as a row. Which agents there are is asked when the form is opened."""

    agent = forms.ChoiceField(choices=agent_choices)

    class Meta:
        model = AgentSetting
        fields = OPTION_FIELDS


class OrganizationSettingForm(SettingForm):
    """One team's row; the team is named once, when the row is made."""

    team = forms.CharField(help_text="Its slug, as in the addresses of its pages.")

    field_order = ("team",)

    class Meta:
        model = OrganizationAgentSetting
        fields = OPTION_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["team"].initial = self.instance.organization.slug
            self.fields["team"].disabled = True

    def clean_team(self) -> str:
        slug: str = self.cleaned_data["team"].strip()
        found = Organization.objects.filter(slug=slug).first()
        if found is None:
            raise forms.ValidationError("No team has this slug.")
        self.instance.organization = found
        return slug


class TrialForm(OptionsForm):
    """Options that nobody saved, and an input to try them on: one field for each of the agent's."""

    organization = forms.CharField(
        required=False,
        help_text="Slug of a team, to use its models, keys and budget. Empty: the installation's.",
    )
    is_enabled = forms.BooleanField(required=False, label="Enabled, else offline")

    field_order = ("organization", "model", "temperature", "max_tokens", "retries", "instructions")

    def __init__(self, spec: AgentSpec[Any, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        for name, value in sample_of(spec).items():
            rows = 4 if is_list(spec, name) or "\n" in value or len(value) > 80 else 2
            self.fields[self._key(name)] = forms.CharField(
                required=False,
                initial=value,
                label=name.replace("_", " "),
                help_text="One a line." if is_list(spec, name) else "",
                widget=forms.Textarea(attrs={"rows": rows, "cols": 80}),
            )

    @staticmethod
    def _key(name: str) -> str:
        return f"input_{name}"

    def clean_organization(self) -> Organization | None:
        slug = self.cleaned_data["organization"].strip()
        found = Organization.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            raise forms.ValidationError("No team has this slug.")
        return found

    @property
    def options(self) -> AgentOptions:
        said: Mapping[str, Any] = self.cleaned_data
        return AgentOptions(
            model=said["model"],
            temperature=said["temperature"],
            max_tokens=said["max_tokens"],
            instructions=said["instructions"],
            retries=said["retries"],
            is_enabled=said["is_enabled"],
        )

    @property
    def values(self) -> Any:
        """The agent's input. Raises Invalid, naming the field."""
        names = self.spec.input_type.model_fields
        return values_of(
            self.spec, {name: self.cleaned_data.get(self._key(name), "") for name in names}
        )


class LanguageModelForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = LanguageModel
        fields = (
            "provider", "name", "kind", "is_active", "is_default", "capabilities",
            "input_micros_per_million", "output_micros_per_million", "max_output_tokens",
            "context_tokens", "discovered_at", "validated_at",
        )  # fmt: skip
        help_texts = {  # noqa: RUF012
            "is_default": "Taken where nobody named a model. The default before it steps back.",
            "input_micros_per_million": "Millionths of a dollar a million tokens: 100000 is $0.10.",
            "output_micros_per_million": "Likewise. Calls are charged by the price list or by the "
            "route's own price; these figures inform.",
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("is_default") and not said.get("is_active"):
            self.add_error(
                "is_default", "A default is active. Switch the model on, or choose another."
            )
        return said

    def _get_validation_exclusions(self) -> set[str]:
        # One default a provider and kind: the one before steps back when this one is saved.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return found | {"is_default"}
