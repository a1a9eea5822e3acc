"""Asking for a voice to be read from an address or a text, and turning an answer down.

The row is the queue; `voice_reading` works through it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from brands.models import BrandProfile, BrandVoice, VoiceAnalysis, VoiceAnalysisStatus
from brands.voice.merging import merge_voices
from brands.voice.profile import VoiceProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.readers.typed import typed_address
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from config.kernel.tasks import hint
from config.kernel.throttle import throttle
from organizations.models import User
from organizations.services.audit import record

from .voices import identity_of, keep_draft

TEXT_CHARACTERS: Final = 50_000  # specification 4b, voice_presets
FRESH: Final = timedelta(days=7)  # specification 4b, brand_voice_cache
PER_MINUTE: Final = 5  # specification 4a, analyses of one address


def request_analysis(
    *, brand: BrandProfile, by: User | None, url: str = "", text: str = ""
) -> VoiceAnalysis:
    """Have a voice read from a text of at most 50,000 characters, else from an address.

    An address that was read within seven days, and whose answer nobody rejected, has its answer at
    once. One reading of a brand at a time: a second wish while one runs gets that one. Raises
    Invalid, naming the field, and TooMany beyond five readings of an address in a minute.
    """
    running = running_analysis(brand.pk)
    if running is not None:
        return running
    if text.strip() or not url.strip():
        return _queued(brand, by, text=_checked_text(text))
    address = typed_address(url)
    answered = _answered(address)
    if answered is not None:
        return _repeated(answered, brand, by)
    throttle("voice-analysis", address, limit=PER_MINUTE, per_seconds=60, fail_open=True)
    return _queued(brand, by, url=address)


def reject_analysis(*, analysis: VoiceAnalysis, reason: str, by: User) -> VoiceAnalysis:
    """Turn a result down and have it read again; the next one heeds the reason and differs.

    Raises Conflict when it is not done, or was rejected before.
    """
    sentence = " ".join(reason.replace("\x00", "").split())[:500]
    if analysis.url:
        throttle("voice-analysis", analysis.url, limit=PER_MINUTE, per_seconds=60, fail_open=True)
    with org_atomic():
        done = VoiceAnalysis.objects.filter(
            pk=analysis.pk, status=VoiceAnalysisStatus.DONE, rejected_at=None
        )
        if not done.update(rejected_at=now(), rejected_reason=sentence):
            raise Conflict("This reading was rejected before, or it is not done yet. Look again.")
        record(action="voice.rejected", target=analysis.brand, by=by, reason=sentence)
        source = analysis.source_text.reveal() if analysis.source_text else ""
        return _queued(analysis.brand, by, url=analysis.url, text=source, previous=analysis)


def running_analysis(brand_id: UUID) -> VoiceAnalysis | None:
    waiting = [VoiceAnalysisStatus.QUEUED, VoiceAnalysisStatus.RUNNING]
    with org_atomic():
        return VoiceAnalysis.objects.filter(brand_id=brand_id, status__in=waiting).first()


def retry_analysis(*, analysis: VoiceAnalysis, by: User) -> None:
    """Try a failed reading again from the start. Raises Conflict when it has not failed."""
    with org_atomic():
        has_failed = analysis.status == VoiceAnalysisStatus.FAILED
        to = VoiceAnalysisStatus.QUEUED
        if not has_failed or not move(analysis, to, due_at=now(), attempts=0, error="", step=""):
            raise Conflict("Only a reading that failed can be tried again. Look at the page again.")
        record(action="voice.retried", target=analysis.brand, by=by)
        _on_its_way(analysis)


def _checked_text(text: str) -> str:
    plain = text.replace("\x00", "").strip()
    if not any(character.isalnum() for character in plain):
        raise Invalid("Give an address, or paste texts of the brand.", field="url")
    if len(plain) > TEXT_CHARACTERS:
        raise Invalid(
            f"The text has {len(plain):,} characters; at most {TEXT_CHARACTERS:,} are read. "
            "Keep the passages that sound most like the brand.",
            field="text",
        )
    return plain


def _answered(address: str) -> VoiceAnalysis | None:
    with org_atomic():
        rows = VoiceAnalysis.objects.filter(
            url=address,
            status=VoiceAnalysisStatus.DONE,
            rejected_at=None,
            finished_at__gte=now() - FRESH,
        )
        return rows.order_by("-finished_at").first()


def _repeated(answered: VoiceAnalysis, brand: BrandProfile, by: User | None) -> VoiceAnalysis:
    """The same answer for the same address: as the brand's draft, and for another brand as a row
    of that brand's own."""
    profile = VoiceProfile.from_json(answered.result.reveal())
    with org_atomic():
        if answered.brand_id != brand.pk:
            profile = merge_voices(identity_of(brand), profile)
            answered = VoiceAnalysis.objects.create(
                brand=brand,
                url=answered.url,
                status=VoiceAnalysisStatus.DONE,
                pages=answered.pages,
                result=profile.as_json(),
                model_used=answered.model_used,
                finished_at=answered.finished_at,
                requested_by=by,
            )
        record(action="voice.requested", target=brand, by=by, data={"from": answered.url})
        source = BrandVoice.Source.ANALYSED
        keep_draft(brand=brand, profile=profile, source=source, url=answered.url, by=by)
    return answered


def _queued(
    brand: BrandProfile,
    by: User | None,
    *,
    url: str = "",
    text: str = "",
    previous: VoiceAnalysis | None = None,
) -> VoiceAnalysis:
    with org_atomic():
        analysis = VoiceAnalysis.objects.create(
            brand=brand,
            url=url,
            source_text=text or None,
            previous=previous,
            due_at=now(),
            requested_by=by,
        )
        record(action="voice.requested", target=brand, by=by, data={"from": url or "a pasted text"})
        _on_its_way(analysis)
    return analysis


def _on_its_way(analysis: VoiceAnalysis) -> None:
    transaction.on_commit(
        partial(_send_hint, str(analysis.organization_id), str(analysis.pk)), using="default"
    )


def _send_hint(organization_id: str, analysis_id: str) -> None:
    # Tasks import this module.
    from brands.tasks import read_voice

    hint(read_voice, organization_id, analysis_id)
