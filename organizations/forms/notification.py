from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms

from config.kernel.clock import zone_choices
from organizations.models import NotificationSettings, User
from organizations.notices.audience import Ways, choices_of, ways_of
from organizations.notices.kinds import NoticeKind

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


@dataclass(frozen=True, slots=True)
class Line:
    """One kind as the page shows it, with its boxes; a webhook's only for who has one."""

    kind: NoticeKind
    page: forms.BoundField
    mail: forms.BoundField
    hook: forms.BoundField | None


class ChoicesForm(forms.Form):
    """Boxes for each kind that a member may be told of: in Warren, by mail, and by webhook."""

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        kinds: Sequence[NoticeKind],
        has_hook: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.kinds = kinds
        self.has_hook = has_hook
        self.standing: dict[str, Ways] = {}
        standing = choices_of((kind.key for kind in kinds), user_id=user.pk)
        for kind in kinds:
            ways = ways_of(kind, standing.get((user.pk, kind.key)))
            self.standing[kind.key] = ways
            self.fields[f"page-{kind.key}"] = _box("In Warren", kind, ways.in_page, kind.is_binding)
            self.fields[f"mail-{kind.key}"] = _box("By mail", kind, ways.by_mail, False)
            if has_hook:
                self.fields[f"hook-{kind.key}"] = _box("By webhook", kind, ways.by_hook, False)

    def groups(self) -> list[tuple[str, list[Line]]]:
        lines = [
            Line(
                kind,
                self[f"page-{kind.key}"],
                self[f"mail-{kind.key}"],
                self[f"hook-{kind.key}"] if self.has_hook else None,
            )
            for kind in self.kinds
        ]
        return [(name, list(rows)) for name, rows in groupby(lines, key=lambda row: row.kind.group)]

    def ways(self) -> dict[str, Ways]:
        said = self.cleaned_data
        return {
            kind.key: Ways(
                said[f"page-{kind.key}"],
                said[f"mail-{kind.key}"],
                # What is not asked stays as it is.
                said.get(f"hook-{kind.key}", self.standing[kind.key].by_hook),
            )
            for kind in self.kinds
        }


def _box(word: str, kind: NoticeKind, is_on: bool, is_fixed: bool) -> forms.BooleanField:
    return forms.BooleanField(
        label=f"{word}: {kind.words}",
        required=False,
        initial=is_on,
        # A box that cannot be changed keeps its value, whatever is sent.
        disabled=is_fixed,
        widget=forms.CheckboxInput(attrs={"aria-label": f"{word}: {kind.words}"}),
    )


class WhenForm(forms.Form):
    """When a person is written to. A time of quiet has both its ends, or none."""

    digest = forms.ChoiceField(
        label="Mail and webhooks",
        choices=NotificationSettings.Digest.choices,
        help_text="Gathered ones come as one letter, sorted by what they are about.",
    )
    digest_time = forms.TimeField(
        label="At", widget=_TIME, help_text="Of a daily or weekly digest."
    )
    digest_weekday = forms.TypedChoiceField(
        label="On", choices=list(enumerate(WEEKDAYS)), coerce=int, help_text="Of a weekly digest."
    )
    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=_TIME)
    quiet_until = forms.TimeField(
        label="Quiet until",
        required=False,
        widget=_TIME,
        help_text="Nothing is sent in between, also over midnight. Left empty: no quiet hours.",
    )
    timezone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    urgent_waits = forms.BooleanField(
        required=False,
        label="Urgent notices wait too",
        help_text="Otherwise a post that failed and the like are told at once, also at night.",
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        begins, ends = said.get("quiet_from"), said.get("quiet_until")
        for name, value, other in (
            ("quiet_from", begins, ends),
            ("quiet_until", ends, begins),
        ):
            if value is None and other is not None and name not in self.errors:
                self.add_error(name, "Enter both ends of the quiet hours, or none.")
        if begins is not None and begins == ends:
            self.add_error(
                "quiet_until", "The quiet hours end when they begin. Enter another time."
            )
        return said


class HookForm(forms.Form):
    hook_url = forms.URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        help_text="Takes POST requests; https, reachable from the internet.",
    )
