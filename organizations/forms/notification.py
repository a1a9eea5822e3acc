from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms

from organizations.models import User
from organizations.notices.audience import Ways, choices_of, ways_of
from organizations.notices.kinds import NoticeKind


@dataclass(frozen=True, slots=True)
class Line:
    """One kind as the page shows it, with its two boxes."""

    kind: NoticeKind
    page: forms.BoundField
    mail: forms.BoundField


class ChoicesForm(forms.Form):
    """Two boxes for each kind that a member may be told of: in Warren, and by mail."""

    def __init__(
        self, data: Any = None, *, user: User, kinds: Sequence[NoticeKind], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.kinds = kinds
        standing = choices_of((kind.key for kind in kinds), user_id=user.pk)
        for kind in kinds:
            ways = ways_of(kind, standing.get((user.pk, kind.key)))
            self.fields[f"page-{kind.key}"] = _box("In Warren", kind, ways.in_page, kind.is_binding)
            self.fields[f"mail-{kind.key}"] = _box("By mail", kind, ways.by_mail, False)

    def groups(self) -> list[tuple[str, list[Line]]]:
        lines = [
            Line(kind, self[f"page-{kind.key}"], self[f"mail-{kind.key}"]) for kind in self.kinds
        ]
        return [(name, list(rows)) for name, rows in groupby(lines, key=lambda row: row.kind.group)]

    def ways(self) -> dict[str, Ways]:
        said = self.cleaned_data
        return {
            kind.key: Ways(said[f"page-{kind.key}"], said[f"mail-{kind.key}"])
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
