from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from organizations.models import ActorKind, ApiKey, AuditCategory, Membership
from organizations.trail.reading import AuditFilter
from organizations.trail.words import audit_targets, audit_words, title_of

_KINDS = [
    ("kind:person", "Any person"),
    ("kind:agent", "The agent"),
    ("kind:rule", "A rule"),
    ("kind:api_key", "Any API key"),
    ("kind:staff", "The support"),
    ("kind:system", "Warren itself"),
    ("kind:client", "A client, by a link"),
]
assert {kind for kind, _ in _KINDS} == {f"kind:{kind}" for kind in ActorKind.values}


class AuditFilterForm(forms.Form):
    """The filters of the audit log; what does not fit is as good as not given."""

    category = forms.ChoiceField(required=False)
    actor = forms.ChoiceField(required=False)
    action = forms.ChoiceField(required=False)
    target = forms.ChoiceField(required=False)
    row = forms.UUIDField(required=False, widget=forms.HiddenInput)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: MultiValueDict[str, Any]) -> None:
        super().__init__(data)
        for name, choices in _choices().items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for name, label in _LABELS.items():
            self.fields[name].widget.attrs |= {"aria-label": label, "class": "input"}

    @property
    def found(self) -> AuditFilter:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return AuditFilter(**given)


_LABELS = {
    "category": "Category",
    "actor": "Who",
    "action": "What was done",
    "target": "What it was done to",
    "since": "From this day",
    "until": "Up to this day",
}


def _choices() -> dict[str, list[Any]]:
    targets = sorted((target.word, label) for label, target in audit_targets.items())
    return {
        "category": [("", "Every category"), *AuditCategory.choices],
        "actor": [("", "Everybody"), ("Kinds", _KINDS), *_people(), *_keys()],
        "action": [("", "Everything done"), *_actions()],
        "target": [("", "To anything"), *((label, word) for word, label in targets)],
    }


def _people() -> list[Any]:
    members = Membership.objects.select_related("user").order_by("user__name")
    return [("People", [(f"user:{each.user_id}", str(each.user)) for each in members])]


def _keys() -> list[Any]:
    keys = ApiKey.objects.order_by("name").values_list("pk", "name")
    named = [(f"key:{pk}", name) for pk, name in keys]
    return [("API keys", named)] if named else []


def _actions() -> list[Any]:
    """In groups by noun, each act in its words."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for action, words in audit_words.items():
        groups[title_of(action.partition(".")[0])].append((action, words[:1].upper() + words[1:]))
    return sorted(groups.items())
