from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from billing.models import Plan
from billing.services.payments import MOST_PACKS
from config.kernel.models import uuid7


class OnceForm(forms.Form):
    """A form whose second sending is the first one again: its hidden number says so."""

    nonce = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def once(self) -> UUID:
        return self.cleaned_data["nonce"] or uuid7()


class PlanForm(OnceForm):
    plan = forms.SlugField()

    def clean_plan(self) -> Plan:
        plan = Plan.objects.filter(slug=self.cleaned_data["plan"], is_public=True).first()
        if plan is None:
            raise forms.ValidationError("There is no such plan any more. Reload the page.")
        return plan


class TopUpForm(OnceForm):
    packs = forms.IntegerField(min_value=1, max_value=MOST_PACKS, initial=1, label="Packs")

    def __init__(self, *args: Any, pack: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["packs"].help_text = pack


class BudgetForm(forms.Form):
    dollars = forms.DecimalField(
        min_value=0, max_value=1_000_000, decimal_places=2, label="US dollars a month"
    )

    def __init__(self, *args: Any, most_cents: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = f" The plan allows up to ${most_cents / 100:,.0f}." if most_cents is not None else ""
        self.fields["dollars"].help_text = (
            "You are told when 75 and 90 % are spent; at 100 % models that cost anything stop."
            + most
        )

    def cents(self) -> int:
        amount: Decimal = self.cleaned_data["dollars"]
        return int(amount * 100)
