"""Refusals of services, shown in the form that caused them with what was typed."""

from __future__ import annotations

from django import forms

from config.kernel.errors import DomainError


def tell(form: forms.BaseForm, error: DomainError) -> None:
    """Put a service's sentence beside the field it is about, or on top of the form."""
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, error.message)
