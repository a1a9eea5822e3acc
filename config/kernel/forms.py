"""How every form of the pages is drawn: `{{ form }}` and `{{ form.name.as_field_group }}`."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Fields by the design system's component; the project's templates may replace widgets."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
