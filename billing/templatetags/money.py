"""Amounts of money as people write them."""

from __future__ import annotations

from django import template

register = template.Library()

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


@register.filter
def cents(amount: int | None, currency: str = "USD") -> str:
    """Hundredths of a currency: $29, $29.50, 29.50 CHF."""
    if amount is None:
        return "–"
    text = f"{abs(amount) / 100:,.2f}".removesuffix(".00")
    minus = "−" if amount < 0 else ""
    sign = SIGNS.get(currency)
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {currency}"
