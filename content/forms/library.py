from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from content.models import Asset, AssetFolder
from content.selectors.library import folder_tree
from content.services.library import ALT_CHARACTERS, NAME_CHARACTERS
from content.services.library_cuts import RATIOS, Box, box_for
from content.services.library_folders import NAME_CHARACTERS as FOLDER_CHARACTERS

PER_CENT = 100


def folder_field(label: str = "Folder") -> forms.ModelChoiceField[AssetFolder]:
    return forms.ModelChoiceField(
        queryset=None, required=False, label=label, empty_label="No folder"
    )


def fill_folders(form: forms.Form, *names: str) -> None:
    """Put the folders in sight into choices, each under its own."""
    branches = folder_tree()
    for name in names:
        field: Any = form.fields[name]
        field.queryset = AssetFolder.objects.select_related("brand")
        field.choices = [
            ("", field.empty_label),
            *((str(branch.folder.pk), branch.path) for branch in branches),
        ]


class PlaceForm(forms.Form):
    """Whose the files are and where they are put."""

    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None, required=False, label="Brand", empty_label="Every brand"
    )
    folder = folder_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")
        fill_folders(self, "folder")


class AssetForm(forms.Form):
    """What a file of the library is called, shows and is about."""

    name = forms.CharField(max_length=NAME_CHARACTERS, label="Name")
    alt = forms.CharField(
        required=False,
        max_length=ALT_CHARACTERS,
        label="Description for those who cannot see it",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Goes out with every new post that shows it.",
    )
    tags = forms.CharField(required=False, label="Tags", help_text="Separated by commas.")
    folder = folder_field()
    focal_x = forms.IntegerField(
        required=False, min_value=0, max_value=PER_CENT, label="From the left, in percent"
    )
    focal_y = forms.IntegerField(
        required=False, min_value=0, max_value=PER_CENT, label="From the top, in percent"
    )

    def __init__(self, *args: Any, row: Asset, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": row.name,
            "alt": row.alt,
            "tags": ", ".join(row.tags),
            "folder": row.folder_id,
            "focal_x": round(row.focal_x * PER_CENT),
            "focal_y": round(row.focal_y * PER_CENT),
        }
        super().__init__(*args, **kwargs)
        fill_folders(self, "folder")
        if row.is_video:
            del self.fields["focal_x"], self.fields["focal_y"]

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])

    def values(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        for name in ("focal_x", "focal_y"):
            percent = said.pop(name, None)
            if percent is not None:
                said[name] = percent / PER_CENT
        return said


class CropForm(forms.Form):
    """A part of a picture, in percent of the whole; empty fields: the largest part of the ratio."""

    ratio = forms.ChoiceField(
        choices=[(name, name) for name in RATIOS], label="Shape", required=False
    )
    x = forms.FloatField(required=False, min_value=0, max_value=PER_CENT, label="From the left")
    y = forms.FloatField(required=False, min_value=0, max_value=PER_CENT, label="From the top")
    width = forms.FloatField(required=False, min_value=0.1, max_value=PER_CENT, label="Width")
    height = forms.FloatField(required=False, min_value=0.1, max_value=PER_CENT, label="Height")

    def box(self, asset: Asset) -> Box:
        said = [self.cleaned_data[name] for name in ("x", "y", "width", "height")]
        if any(each is None for each in said):
            ratio = RATIOS[self.cleaned_data["ratio"] or "1:1"]
            return box_for(asset, ratio)
        x, y, width, height = (each / PER_CENT for each in said)
        return Box(x, y, min(width, 1 - x), min(height, 1 - y))


class FolderForm(forms.Form):
    name = forms.CharField(max_length=FOLDER_CHARACTERS, label="Name")
    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None, required=False, label="Brand", empty_label="Every brand"
    )
    parent = folder_field("Lies in")

    def __init__(self, *args: Any, row: AssetFolder | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {"name": row.name, "parent": row.parent_id}
        super().__init__(*args, **kwargs)
        fill_folders(self, "parent")
        if row is None:
            brands: Any = self.fields["brand"]
            brands.queryset = BrandProfile.objects.order_by("name")
        else:
            del self.fields["brand"]


class BulkForm(forms.Form):
    """Several files of the library at once."""

    asset: forms.ModelMultipleChoiceField[Asset] = forms.ModelMultipleChoiceField(
        queryset=None,
        error_messages={
            "required": "Choose the files first: tick them in the list.",
            "invalid_choice": "One of the files is not there any more. Reload, and choose again.",
            "invalid_pk_value": "One of the files is not known. Reload, and choose again.",
        },
    )
    tags = forms.CharField(required=False)
    folder = folder_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assets: Any = self.fields["asset"]
        assets.queryset = Asset.objects.all()
        fill_folders(self, "folder")

    @property
    def ids(self) -> list[Any]:
        return [row.pk for row in self.cleaned_data["asset"]]

    @property
    def problem(self) -> str:
        return next((str(error) for errors in self.errors.values() for error in errors), "")


def tags_in(text: str) -> list[str]:
    return [tag.strip() for tag in text.replace("\x00", "").split(",") if tag.strip()]
