"""The voice of a brand: read it, look at it, mend it, agree to it, hold texts against it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.forms.brand import SECTIONS
from brands.forms.voice import ReadForm, RejectForm, SaveForm, ScoreForm, VoiceForm
from brands.models import BrandProfile, BrandVoice, SavedVoice, VoiceAnalysis, VoiceAnalysisStatus
from brands.selectors import brand_named_by
from brands.services.upward import sample_writer
from brands.services.voice_analysis import reject_analysis, request_analysis, retry_analysis
from brands.services.voice_drift import voice_drift
from brands.services.voices import (
    VoiceProfile,
    confirm_voice,
    confirmed_of,
    discard_draft,
    draft_of,
    edit_voice,
    forget_saved_voice,
    identity_of,
    merge_voice,
    save_voice,
    saved_voice_named_by,
    score_voice,
    under_rules,
    use_saved_voice,
)
from brands.voice.presets import PRESETS
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.language.changes import word_changes
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.throttles import throttled


@require_GET
@member_of("viewer")
def voice_show(request: Request, brand: UUID) -> HttpResponse:
    context = _context(brand_named_by(brand))
    answer = render_part(request, "brands/voice/show.html", "live", context)
    if request.htmx and not context["is_reading"]:
        # It was waited for: what may be done with the result stands all over the page.
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@member_of("member")
@throttled("voice-read", limit=5, per_seconds=60, fail_open=True)
def voice_read(request: Request, brand: UUID) -> HttpResponse:
    row, form = brand_named_by(brand), ReadForm(request.POST)
    if form.is_valid():
        try:
            found = request_analysis(brand=row, by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            is_done = found.status == VoiceAnalysisStatus.DONE
            sentence = "That address was read this week: here is its voice." if is_done else ""
            messages.success(request, sentence or "The voice is being read. It takes a minute.")
            return _back(request, row)
    return _again(request, row, read_form=form)


@require_POST
@member_of("member")
@throttled("voice-read", limit=5, per_seconds=60, fail_open=True)
def voice_reject(request: Request, brand: UUID, analysis: UUID) -> HttpResponse:
    row, form = brand_named_by(brand), RejectForm(request.POST)
    if form.is_valid():
        reject_analysis(analysis=_found(row, analysis), by=request.user, **form.cleaned_data)
        messages.success(request, "It is read once more, and will come out differently.")
        return _back(request, row)
    return _again(request, row, reject_form=form)


@require_POST
@member_of("member")
@throttled("voice-read", limit=5, per_seconds=60, fail_open=True)
def voice_retry(request: Request, brand: UUID, analysis: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    retry_analysis(analysis=_found(row, analysis), by=request.user)
    messages.success(request, "The voice is being read again.")
    return _back(request, row)


@require_http_methods(["GET", "POST"])
@member_of("member")
def voice_edit(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    known = draft_of(row) or confirmed_of(row)
    voice = _profile(known) or identity_of(row)
    form = VoiceForm(request.POST or None, voice=voice)
    if request.method == "POST" and form.is_valid():
        edit_voice(brand=row, profile=form.profile(), by=request.user)
        messages.success(request, "The draft is saved. Confirm it to write with it.")
        return _back(request, row)
    context = {"form": form, "brand": row, "sections": SECTIONS.values()}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "brands/voice/form.html", context, status=status)


@require_POST
@member_of("member")
def voice_discard(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    discard_draft(brand=row, by=request.user)
    messages.success(request, "The draft is gone. What was confirmed stays as it is.")
    return _back(request, row)


@require_POST
@member_of("member", atomic=False)
def voice_confirm(request: Request, brand: UUID) -> HttpResponse:
    with org_atomic():
        row = brand_named_by(brand)
    voice = confirm_voice(brand=row, by=request.user)
    messages.success(request, f"Voice {voice.version} of {row.name} counts from the next post on.")
    return _back(request, row)


@require_POST
@member_of("viewer")
@throttled("voice-score", limit=600, per_seconds=3600, fail_open=True)
def voice_score(request: Request, brand: UUID) -> HttpResponse:
    """What a text would score; it is neither kept nor sent anywhere."""
    row, form = brand_named_by(brand), ScoreForm(request.POST)
    profile = _profile(confirmed_of(row) or draft_of(row))
    if profile is None:
        raise Conflict("There is no voice to hold a text against yet. Have one read first.")
    verdict = None
    if form.is_valid():
        verdict = score_voice(form.cleaned_data["sample"], under_rules(profile, row))
    context = {**_context(row), "score_form": form, "verdict": verdict}
    status = 422 if form.errors else 200
    return render_part(request, "brands/voice/show.html", "score", context, status=status)


@require_GET
@member_of("viewer")
def voice_sample(request: Request, brand: UUID) -> HttpResponse:
    """The same sample post without the voice and with it; written when somebody looks."""
    row = brand_named_by(brand)
    profile = _profile(draft_of(row) or confirmed_of(row))
    context: dict[str, Any] = {"brand": row}
    if profile is not None:
        voice = under_rules(profile, row)
        try:
            write = sample_writer.require()
            before, after = write(row, {}, None), write(row, {}, voice)
        except Invalid as error:
            context["problem"] = error.message
        else:
            context |= {
                "before": before,
                "after": after,
                "pieces": word_changes(before, after),
                "scores": [score_voice(text, voice) for text in (before, after)],
            }
    return TemplateResponse(request, "brands/voice/_sample.html", context)


@require_POST
@member_of("member")
def voice_merge(request: Request, brand: UUID) -> HttpResponse:
    """The manner of a preset or of a saved voice, for this brand's own identity."""
    row, chosen = brand_named_by(brand), request.POST.get("with", "")
    if not chosen:
        raise Invalid("Choose whose manner to take on.", field="with")
    if chosen in PRESETS:
        preset = PRESETS[chosen]
        merge_voice(brand=row, style=preset.profile, named=preset.name, by=request.user)
    else:
        use_saved_voice(brand=row, saved=saved_voice_named_by(_uuid(chosen)), by=request.user)
    messages.success(
        request, "A draft stands below: who it is from here, how it speaks from there."
    )
    return _back(request, row)


@require_POST
@member_of("member")
def voice_save(request: Request, brand: UUID) -> HttpResponse:
    row, form = brand_named_by(brand), SaveForm(request.POST)
    if form.is_valid():
        try:
            saved = save_voice(brand=row, by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, f"“{saved.name}” is saved for the team, as its default.")
            return _back(request, row)
    return _again(request, row, save_form=form)


@require_POST
@member_of("member")
def voice_forget(request: Request, brand: UUID, saved: UUID) -> HttpResponse:
    row, voice = brand_named_by(brand), saved_voice_named_by(saved)
    forget_saved_voice(saved=voice, by=request.user)
    messages.success(request, f"“{voice.name}” is no longer saved. Brands that took it keep it.")
    return _back(request, row)


def _context(brand: BrandProfile) -> dict[str, Any]:
    draft, confirmed = draft_of(brand), confirmed_of(brand)
    reading = VoiceAnalysis.objects.filter(brand=brand).first()
    waits = (VoiceAnalysisStatus.QUEUED, VoiceAnalysisStatus.RUNNING)
    is_fresh = reading is not None and reading.rejected_at is None
    return {
        "brand": brand,
        "sections": SECTIONS.values(),
        "draft": draft,
        "draft_voice": _profile(draft),
        "confirmed": confirmed,
        "confirmed_voice": _profile(confirmed),
        "reading": reading,
        "is_reading": reading is not None and reading.status in waits,
        "has_failed": reading is not None and reading.status == VoiceAnalysisStatus.FAILED,
        "may_reject": is_fresh and _is_of(draft, reading),
        "read_form": ReadForm(initial={"url": brand.website_url}),
        "reject_form": RejectForm(),
        "score_form": ScoreForm(),
        "save_form": SaveForm(),
        "presets": PRESETS.values(),
        "saved": SavedVoice.objects.select_related("brand"),
        "drift": voice_drift(brand.pk),
    }


def _is_of(draft: BrandVoice | None, reading: VoiceAnalysis | None) -> bool:
    """Whether the draft is what was read last."""
    return (
        draft is not None
        and reading is not None
        and draft.source == BrandVoice.Source.ANALYSED
        and reading.status == VoiceAnalysisStatus.DONE
    )


def _profile(row: BrandVoice | None) -> VoiceProfile | None:
    return VoiceProfile.from_json(row.voice.reveal()) if row else None


def _found(brand: BrandProfile, analysis: UUID) -> VoiceAnalysis:
    rows = VoiceAnalysis.objects.filter(brand=brand, pk=analysis)
    row = rows.select_related("brand").first()
    if row is None:
        raise NotFound("There is no such reading. Look at the voice again.")
    return row


def _again(request: Request, brand: BrandProfile, **forms: Any) -> HttpResponse:
    context = {**_context(brand), **forms}
    return TemplateResponse(request, "brands/voice/show.html", context, status=422)


def _back(request: Request, brand: BrandProfile) -> HttpResponse:
    return redirect("brands:voice-show", org=request.organization.slug, brand=brand.pk)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such voice to take the manner of.") from None
