"""A file of posts, and how it is to be read."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from publishing.channels.registry import platform_label
from publishing.models import PostImport
from publishing.services.compositions import usable_accounts
from publishing.services.imports import wishes_of
from publishing.services.imports_checking import (
    AT_ITS_TIME,
    DRAFT,
    IN_QUEUE,
    Wishes,
)
from publishing.services.imports_columns import FIELDS
from publishing.services.imports_reading import MOST_BYTES
from publishing.services.imports_times import DAY_FIRST, MONTH_FIRST

LANDINGS = [
    (AT_ITS_TIME, "Goes out at its time; a row without one stays a draft"),
    (IN_QUEUE, "Goes into a queue"),
    (DRAFT, "Stays a draft"),
]
ORDERS = [
    ("", "Ask me where it is unclear"),
    (DAY_FIRST, "The day: 31/3/2027"),
    (MONTH_FIRST, "The month: 3/31/2027"),
]


class UploadForm(forms.Form):
    brand: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        None, label="Brand", empty_label=None
    )
    upload = forms.FileField(label="File")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {upload.size / 1_048_576:.1f} MB; at most 2 MB are taken. Split it, "
                "and import the parts one after another."
            )
        return upload


class WishesForm(forms.Form):
    """Which column says what, and what the rows become."""

    lands = forms.ChoiceField(choices=LANDINGS, label="What a row becomes")
    date_order = forms.ChoiceField(
        choices=ORDERS, required=False, label="In a date such as 3/4/2027, what stands first"
    )
    queue: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        None, required=False, label="Queue of rows that name none"
    )
    accounts = forms.MultipleChoiceField(
        required=False,
        label="Accounts of rows that name none",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, post_import: PostImport, **kwargs: Any) -> None:
        wishes = wishes_of(post_import)
        initial = {
            "lands": wishes.lands,
            "date_order": wishes.date_order,
            "queue": wishes.queue or None,
            "accounts": list(wishes.accounts),
            **{f"column_{name}": column for name, column in wishes.columns.items()},
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        queues: Any = self.fields["queue"]
        queues.queryset = post_import.brand.queues.all()
        accounts: Any = self.fields["accounts"]
        accounts.choices = [
            (str(each.pk), f"{each.name}, {platform_label(each.platform)}")
            for each in usable_accounts(post_import.brand)
        ]
        columns = [(name, name) for name in post_import.mapping["all_columns"]]
        for field in FIELDS:
            self.fields[f"column_{field.name}"] = forms.ChoiceField(
                choices=[("", "Not in the file"), *columns],
                required=False,
                label=field.label,
                help_text=field.help,
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{field.name}"] for field in FIELDS]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        seen: dict[str, str] = {}
        for field in FIELDS:
            column = found.get(f"column_{field.name}")
            if column and column in seen:
                self.add_error(
                    f"column_{field.name}", f"“{column}” is chosen for {seen[column]} already."
                )
            elif column:
                seen[column] = field.label.lower()
        if (
            found.get("lands") == IN_QUEUE
            and not found.get("queue")
            and (not found.get("column_queue"))
        ):
            self.add_error("queue", "Choose the queue.")
        return found

    def wishes(self) -> Wishes:
        found = self.cleaned_data
        columns = {field.name: found[f"column_{field.name}"] for field in FIELDS}
        return Wishes(
            {name: column for name, column in columns.items() if column},
            found["lands"],
            found["date_order"],
            tuple(found["accounts"]),
            str(found["queue"].pk) if found["queue"] else "",
        )
