"""Lists and colours as people type them."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms

from config.kernel.contrast import HEX

PILLAR: Final = re.compile(r"^(?P<name>.{1,200}?)\s{0,9}[:\-]?\s{0,9}(?P<share>\d{1,3})\s{0,9}%?$")
_ARROWS: Final = ("->", "→", "=>", ":")


class LinesField(forms.CharField):
    """A list, typed with one entry a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]


class PillarsField(forms.CharField):
    """Pillars with their share, one a line: `Craft: 60`."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{pillar['name']}: {pillar['percentage']}" for pillar in value)

    def clean(self, value: Any) -> Any:
        pillars = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            found = PILLAR.match(line)
            if found is None:
                raise forms.ValidationError(
                    f"“{line}” has no share. Write the pillar and its percentage, like Craft: 60."
                )
            pillars.append({"name": found["name"], "percentage": int(found["share"])})
        return pillars


class SynonymsField(forms.CharField):
    """What is said instead of a word, one a line: `cheap: good value`."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{word}: {instead}" for word, instead in value.items())

    def clean(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            word, instead = self._split(line)
            if word.casefold() == instead.casefold():
                raise forms.ValidationError(f"“{word}” would stand for itself. Name another word.")
            pairs[word] = instead
        return pairs

    def _split(self, line: str) -> tuple[str, str]:
        for arrow in _ARROWS:
            word, found, instead = (part.strip() for part in line.partition(arrow))
            if found and word and instead:
                return word, instead
        raise forms.ValidationError(
            f"“{line}” does not say what to write instead. Write both, like cheap: good value."
        )


class ColorField(forms.CharField):
    widget = forms.TextInput(attrs={"type": "color"})

    def clean(self, value: Any) -> Any:
        color = str(super().clean(value)).strip().upper()
        if HEX.fullmatch(color) is None:
            raise forms.ValidationError(
                f"“{color}” is no colour. Write # and six digits, like #1F2937."
            )
        return color


class ManyField(forms.MultipleChoiceField):
    """Any number of a few, each with a box."""

    widget = forms.CheckboxSelectMultiple
