"""What the strategist is asked with, by kind, and how a paper is edited part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from brands.models import BrandProfile
from brands.strategy.layout import LAYOUTS, Column, Part, parts_of

from .fields import LinesField

# Empty rows under a table, for what somebody wants to add.
SPARE_ROWS = 2


class AskForm(forms.Form):
    """`known` is what the brand already says, put in so that nobody types it again."""

    kind: ClassVar[str]

    def __init__(self, *args: Any, brand: BrandProfile, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.known(brand), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def known(self, brand: BrandProfile) -> dict[str, Any]:
        return {"audience": brand.target_audience, "business_type": brand.business_type}

    def inputs(self) -> dict[str, str | list[str]]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class _Competitors(LinesField):
    def __init__(self, *, required: bool) -> None:
        super().__init__(
            required=required,
            label="Competitors",
            help_text=(
                "One a line: a name, an address, or both. Up to five sites are read, as far as "
                "they allow it: Oak & Co https://oak.example"
            ),
        )


def _audience() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=600,
        label="Who it speaks to",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _channels() -> LinesField:
    return LinesField(
        required=False, label="Channels", help_text="Where you reach them, one a line."
    )


class PositioningForm(AskForm):
    kind = "positioning"

    audience = _audience()
    competitors = _Competitors(required=False)


class FunnelForm(AskForm):
    kind = "funnel"

    business_type = forms.CharField(required=False, max_length=120, label="What it does")
    audience = _audience()
    offer = forms.CharField(
        required=False,
        max_length=300,
        label="The next step for those who are interested",
        help_text="Such as: a free measuring appointment.",
    )
    channels = _channels()


class CompetitionForm(AskForm):
    kind = "competition"

    competitors = _Competitors(required=True)
    channels = _channels()


class IndicatorsForm(AskForm):
    kind = "kpis"

    objectives = LinesField(
        label="Objectives",
        help_text="One a line, such as: more enquiries, better known in Kiel.",
    )
    channels = _channels()


class KeywordsForm(AskForm):
    kind = "keywords"

    query = forms.CharField(
        max_length=120, label="What people look for", help_text="Such as: wooden masts."
    )
    place = forms.CharField(required=False, max_length=120, label="Where")
    audience = _audience()

    def known(self, brand: BrandProfile) -> dict[str, Any]:
        return {**super().known(brand), "place": brand.location}


ASK_FORMS: dict[str, type[AskForm]] = {
    form.kind: form
    for form in (PositioningForm, FunnelForm, CompetitionForm, IndicatorsForm, KeywordsForm)
}


@dataclass(frozen=True)
class Group:
    """One part of a paper as fields; of a table, a list for each row."""

    part: Part
    field: BoundField | None
    rows: list[list[tuple[Column, BoundField | str]]]


class PaperForm(forms.Form):
    """All parts of a paper in one form; tables have a field a cell."""

    title = forms.CharField(max_length=200, label="Title")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, kind: str, title: str, seen: int, result: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial={"title": title, "seen": seen})
        self.kind, self.shown = kind, result
        for part in parts_of(kind):
            self._add(part)

    def groups(self) -> Iterator[Group]:
        for part in parts_of(self.kind):
            if part.kind == "table":
                yield Group(part, None, [self._row(part, at) for at in range(self._count(part))])
            else:
                yield Group(part, self[part.name], [])

    def result(self) -> dict[str, Any]:
        values: dict[str, Any] = {name: self.shown.get(name, []) for name in ("basis", "missing")}
        for part in parts_of(self.kind):
            if part.kind == "table":
                values[part.name] = [self._cells(part, at) for at in range(self._count(part))]
            else:
                values[part.name] = self.cleaned_data[part.name]
        return values

    def _add(self, part: Part) -> None:
        if part.kind == "table":
            for at in range(self._count(part)):
                for column in self._typed(part):
                    self._add_cell(part, at, column)
        elif part.kind == "lines":
            self.fields[part.name] = LinesField(
                required=False,
                label=part.label,
                help_text=part.help or "One a line.",
                initial=self.shown.get(part.name),
            )
        else:
            self.fields[part.name] = forms.CharField(
                required=False,
                label=part.label,
                help_text=part.help,
                initial=self.shown.get(part.name),
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def _add_cell(self, part: Part, at: int, column: Column) -> None:
        label = f"{column.label}, row {at + 1}"
        said = self._said(part, at).get(column.name, "")
        field: forms.Field
        if column.choices:
            choices = [(each, each.capitalize()) for each in column.choices]
            field = forms.ChoiceField(required=False, choices=choices, label=label, initial=said)
        else:
            area = forms.Textarea(attrs={"rows": 2})
            field = forms.CharField(required=False, label=label, initial=said, widget=area)
        self.fields[_cell_name(part, at, column)] = field

    def _row(self, part: Part, at: int) -> list[tuple[Column, BoundField | str]]:
        typed = self._typed(part)
        return [
            (
                column,
                self[_cell_name(part, at, column)]
                if column in typed
                else self._fixed(part, at, column),
            )
            for column in part.columns
        ]

    def _cells(self, part: Part, at: int) -> dict[str, str]:
        return {
            column.name: self.cleaned_data[_cell_name(part, at, column)]
            if column in self._typed(part)
            else self._fixed(part, at, column)
            for column in part.columns
        }

    def _fixed(self, part: Part, at: int, column: Column) -> str:
        if part.fixed and column == part.columns[0]:
            return part.fixed[at]
        return str(self._said(part, at).get(column.name, ""))

    def _typed(self, part: Part) -> list[Column]:
        return [column for column in part.columns if column.source]

    def _said(self, part: Part, at: int) -> Mapping[str, str]:
        rows = self.shown.get(part.name) or []
        return rows[at] if at < len(rows) else {}

    def _count(self, part: Part) -> int:
        if part.fixed:
            return len(part.fixed)
        return len(self.shown.get(part.name) or []) + SPARE_ROWS


def _cell_name(part: Part, at: int, column: Column) -> str:
    return f"{part.name}-{at}-{column.name}"


def kinds() -> list[tuple[str, str, str]]:
    """(kind, label, lead) of all papers that can be asked for."""
    return [(kind, layout.label, layout.lead) for kind, layout in LAYOUTS.items()]
