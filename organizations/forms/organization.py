from __future__ import annotations

from django import forms

from config.kernel.clock import zone_choices
from organizations.models import User


class OrganizationForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name of your team",
        help_text="Your agency or company. Clients see brands, not this name.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    timezone = forms.ChoiceField(
        choices=zone_choices,
        initial="UTC",
        label="Time zone",
        help_text="Times are shown in it unless a brand has its own.",
    )


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["name", "interface_mode"]
        labels = {"name": "Your name", "interface_mode": "How much pages show"}
        help_texts = {
            "name": "Shown to your team beside what you approve.",
            "interface_mode": (
                "Simple leaves out what stands behind a decision: scores, odds and likeness as "
                "numbers, names and prices of models, and the evidence of each delivery. What was "
                "decided, and why in a sentence, is shown in both."
            ),
        }
        widgets = {"interface_mode": forms.RadioSelect}
