from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from brands.forms.brand import SECTIONS
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import DomainError
from config.kernel.web import render_part, toast
from organizations.access import Request, member_of
from publishing.forms.problems import tell
from publishing.forms.workflow import WorkflowForm
from publishing.selectors.workflows import approvers_for
from publishing.services.workflows import (
    Step,
    save_workflow,
    sentence_of,
    steps_of_workflow,
    workflow_of,
)

TEMPLATE = "publishing/workflow/form.html"
SAVED = "Saved. It holds for posts that are put forward from now on."


@require_http_methods(["GET", "POST"])
@member_of("admin")
def workflow_edit(request: Request, brand: UUID) -> HttpResponse:
    """Who approves the posts of one brand. Adding or moving a step saves nothing."""
    row = brand_named_by(brand)
    people = approvers_for(row)
    if request.method != "POST":
        return _page(request, row, _standing(row, people))
    form = WorkflowForm.sent(request.POST, people)
    if wish := request.POST.get("arrange", ""):
        form.arrange(wish)
        return _page(request, row, form)
    if form.is_valid():
        try:
            save_workflow(brand=row, by=request.user, steps=form.steps, **form.cleaned_data)
        except DomainError as error:
            tell(form, error)
            form.steps_error = error.message if getattr(error, "field", "") == "steps" else ""
        else:
            if request.htmx:
                return toast(_page(request, row, _standing(row, people)), SAVED)
            messages.success(request, SAVED)
            return redirect("publishing:workflow-edit", org=request.organization.slug, brand=row.pk)
    return _page(request, row, form, status=422)


def _standing(brand: BrandProfile, people: Mapping[UUID, str]) -> WorkflowForm:
    workflow = workflow_of(brand)
    steps = steps_of_workflow(workflow) if workflow.mode == workflow.Mode.STEPS else []
    return WorkflowForm.of(workflow, steps, people)


def _page(
    request: Request, brand: BrandProfile, form: WorkflowForm, status: int = 200
) -> HttpResponse:
    mode = form["mode"].value()
    asked = form.steps if mode == "steps" else [Step("Approval")] if mode == "one" else []
    context = {
        "brand": brand,
        "form": form,
        "sections": SECTIONS.values(),
        "current_brand": brand,
        "sentence": sentence_of(asked, form.people),
        "nav_place": "brands",
    }
    return render_part(request, TEMPLATE, "workflow", context, status=status)
