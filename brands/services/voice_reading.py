"""The reading itself: pages fetched, the voice heard, a draft put before people.

Claimed in a short transaction, read with none open, settled in another. A worker that dies leaves a
lease that runs out; one that wakes too late is refused by the fence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from brands.models import BrandVoice, VoiceAnalysis, VoiceAnalysisStatus
from brands.voice.profile import VoiceProfile
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError, PaymentRequired, TooMany, Unavailable
from config.kernel.halting import halted_brands, is_halted
from config.kernel.llm.errors import ModelError
from config.kernel.models import claim
from config.kernel.readers import Unreadable
from config.kernel.readers.site import PAGE_SECONDS, pages_of_site
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.services.audit import record

from .voices import keep_draft, known_brand

if TYPE_CHECKING:
    from brands.agents.brand_voice_analyzer import Read

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]
"""Called with the name of a step and a sentence, for the terminal and the page."""

MOST_PAGES: Final = 8  # specification 4c, page fetch
LEASE_SECONDS: Final = 300  # renewed with every page
MOST_ATTEMPTS: Final = 3
FIRST_WAIT_SECONDS: Final = 10.0
LONGEST_WAIT_SECONDS: Final = 600.0
WORK: Final = "voice"
# Where brands speak of themselves, in the four languages that are known well.
PREFERRED: Final = (
    *("about", "story", "ueber", "über", "uber-uns", "a-propos", "histoire", "nosotros", "quienes"),
    *("blog", "journal", "news", "aktuell", "magazin", "team", "philosoph", "values", "mission"),
)


def due_analyses(*, moment: datetime | None = None, most: int = 200) -> list[Due]:
    """Readings of all organizations whose time has come, dealt out in turns."""
    return due_rows(VoiceAnalysis, moment=moment or now(), most=most)


def analyse(*, analysis_id: UUID, progress: Progress | None = None) -> VoiceAnalysis | None:
    """Read one due voice of the organization in scope.

    None when there is nothing to do: it is gone, not due, or another worker has it. Otherwise the
    row as it stands then: DONE with a draft for the brand, FAILED with a sentence, or QUEUED again
    with a later `due_at` when a further try may help. Call it with no transaction open.
    """
    analysis = _claimed(analysis_id)
    if analysis is None:
        return None
    tell = _Teller(analysis, progress)
    try:
        if analysis.attempts > MOST_ATTEMPTS:
            raise Unreadable(
                "Reading it broke off three times without a word. Paste a text instead."
            )
        texts = _texts(analysis, tell)
        tell("understand", "Listening for the voice")
        read = _read(analysis, texts)
    except LeaseLost:
        log.warning("voice_came_late", analysis=str(analysis.pk))
        return None
    except DomainError as error:
        _settle_failure(analysis, error)
        return analysis
    _settle(analysis, read.profile, read.model_used, read.cost_micros, tell.pages)
    return analysis


class LeaseLost(Exception):
    """Another worker has the row by now, or it was asked for anew."""


class _Teller:
    """Tells the page and the terminal how far it is, and keeps the lease alive by it."""

    def __init__(self, analysis: VoiceAnalysis, progress: Progress | None) -> None:
        self.analysis, self.progress = analysis, progress
        self.pages: list[dict[str, Any]] = []

    def __call__(self, step: str, sentence: str) -> None:
        until = now() + timedelta(seconds=LEASE_SECONDS)
        with org_atomic():
            mine = VoiceAnalysis.objects.filter(
                pk=self.analysis.pk, fence=self.analysis.fence, status=VoiceAnalysisStatus.RUNNING
            )
            if not mine.update(claimed_until=until, step=sentence[:200], pages=self.pages):
                raise LeaseLost
        if self.progress is not None:
            self.progress(step, sentence)


def _claimed(analysis_id: UUID) -> VoiceAnalysis | None:
    waiting = VoiceAnalysis.objects.filter(
        pk=analysis_id, status__in=[VoiceAnalysisStatus.QUEUED, VoiceAnalysisStatus.RUNNING]
    ).select_related("brand", "previous")
    organization_id = current_organization_id()
    if is_halted(organization_id):
        return None
    waiting = waiting.exclude(brand_id__in=halted_brands(organization_id))
    rows = claim(
        waiting, lease_seconds=LEASE_SECONDS, changes={"status": VoiceAnalysisStatus.RUNNING}
    )
    return rows[0] if rows else None


def _texts(analysis: VoiceAnalysis, tell: _Teller) -> list[str]:
    """What there is to read. Raises Unreadable for what stays so, Unavailable for what may pass."""
    if not analysis.url:
        return [analysis.source_text.reveal()]
    place = urlsplit(analysis.url).hostname
    tell("read", f"Asking {place} what may be read")
    texts: list[str] = []
    first_error = ""
    may_pass = False
    for number, page in enumerate(
        pages_of_site(analysis.url, most_pages=MOST_PAGES, seconds=PAGE_SECONDS, prefer=PREFERRED),
        start=1,
    ):
        if page.extracted is not None:
            texts.append(page.extracted.text)
        first_error = first_error or page.error
        may_pass = may_pass or page.may_pass
        found = page.extracted
        tell.pages.append(
            {"url": page.url, "title": found.title if found else "", "error": page.error}
        )
        tell("read", f"Read page {number} of at most {MOST_PAGES} of {place}")
    if not texts:
        sentence = first_error or "There is nothing to read at that address."
        raise Unavailable(sentence) if may_pass else Unreadable(sentence)
    return texts


def _read(analysis: VoiceAnalysis, texts: list[str]) -> Read:
    """By the organization's model; on the last try, and where it cannot, by the offline reader."""
    # Agents run in workers; a web process, which imports this module too, stays small.
    from brands.agents.brand_voice_analyzer import analyse_voice, analyse_voice_offline

    before = analysis.previous
    previous = VoiceProfile.from_json(before.result.reveal()) if before and before.result else None
    options: dict[str, Any] = {
        "previous": previous,
        "reason": before.rejected_reason if before else "",
    }
    brand = known_brand(analysis.brand)
    try:
        return analyse_voice(
            texts,
            brand,
            organization_id=current_organization_id(),
            step_key=f"voice:{analysis.pk}",
            **options,
        )
    except (ModelError, PaymentRequired) as error:
        is_worth_waiting = isinstance(error, (Unavailable, TooMany))
        if is_worth_waiting and analysis.attempts < MOST_ATTEMPTS:
            raise
        log.warning("voice_read_offline", analysis=str(analysis.pk), code=error.code)
        return analyse_voice_offline(texts, brand, **options)


def _settle(
    analysis: VoiceAnalysis,
    profile: VoiceProfile,
    model_used: str,
    cost_micros: int,
    pages: list[dict[str, Any]],
) -> None:
    with org_atomic():
        mine = VoiceAnalysis.objects.select_for_update().filter(
            pk=analysis.pk, fence=analysis.fence, status=VoiceAnalysisStatus.RUNNING
        )
        row = mine.first()
        if row is None:
            log.warning("voice_came_late", analysis=str(analysis.pk))
            return
        # Sealed for its row, so that it is set on the instance and not by an update.
        row.result = profile.as_json()
        row.status = VoiceAnalysisStatus.DONE
        row.model_used, row.cost_micros = model_used[:120], cost_micros
        row.pages, row.step, row.error = pages, "", ""
        row.finished_at, row.due_at, row.claimed_until, row.attempts = now(), None, None, 0
        row.save()
        keep_draft(
            brand=analysis.brand,
            profile=profile,
            source=BrandVoice.Source.ANALYSED,
            url=analysis.url,
            by=None,
        )
        record(
            action="voice.analysed",
            target=analysis.brand,
            data={"by": model_used, "pages": len(pages)},
        )
    analysis.status, analysis.result = VoiceAnalysisStatus.DONE, profile.as_json()
    record_work(WORK)


def _settle_failure(analysis: VoiceAnalysis, error: DomainError) -> None:
    can_pass = isinstance(error, (Unavailable, TooMany))
    if can_pass and analysis.attempts < MOST_ATTEMPTS:
        _try_later(analysis, error)
        return
    sentence = f"Tried three times. {error.message}" if can_pass else error.message
    fields = {"error": sentence, "step": "", "due_at": None, "claimed_until": None}
    with org_atomic():
        if move(analysis, VoiceAnalysisStatus.FAILED, fence=analysis.fence, **fields):
            record(action="voice.failed", target=analysis.brand, reason=sentence)
    record_work(WORK)


def _try_later(analysis: VoiceAnalysis, error: DomainError) -> None:
    asked = getattr(error, "retry_after", None) or 0.0
    wait = min(max(FIRST_WAIT_SECONDS * 4 ** (analysis.attempts - 1), asked), LONGEST_WAIT_SECONDS)
    with org_atomic():
        move(
            analysis,
            VoiceAnalysisStatus.QUEUED,
            fence=analysis.fence,
            error=f"{error.message} Warren tries again by itself.",
            step="",
            due_at=now() + timedelta(seconds=wait),
            claimed_until=None,
        )
    log.info("voice_waits", analysis=str(analysis.pk), seconds=wait, code=error.code)
