"""From a paper that somebody asked for to its words.

Claimed in one short transaction, worked out with none open, settled in another. A worker that dies
leaves a lease that runs out; one that wakes too late is refused by the fence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from brands.models import BrandProfile, StrategyPaper, StrategyStatus
from brands.strategy.known import CompetitorPage, Known
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError, TooMany, Unavailable
from config.kernel.halting import halted_brands, is_halted
from config.kernel.http import OutboundRefused
from config.kernel.models import claim
from config.kernel.readers.site import pages_of_site
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.services.audit import record

from .knowledge_search import find_passages
from .strategy import add_version
from .voices import voice_of

log = structlog.get_logger(__name__)

WORK: Final = "strategy"
# Five sites of two pages, ten seconds a page and two between them, and a model's 90 s; with margin.
LEASE_SECONDS: Final = 400
MOST_ATTEMPTS: Final = 3
FIRST_WAIT_SECONDS: Final = 15.0
LONGEST_WAIT_SECONDS: Final = 900.0
MOST_SITES: Final = 5
PAGES_A_SITE: Final = 2
MOST_HOSTS: Final = 8
PASSAGES: Final = 5


def work_out_paper(*, paper_id: UUID) -> StrategyPaper | None:
    """Work out one due paper of the organization in scope.

    None when there is nothing to do: it is gone, not due, or another worker has it. Otherwise the
    paper as it stands then: READY with a new version, FAILED with a sentence, or QUEUED again with
    a later `due_at` when a further try may help (three in all). Call it with no transaction open.
    """
    paper = _claimed(paper_id)
    if paper is None:
        return None
    if paper.attempts > MOST_ATTEMPTS:
        _fail(paper, "Working it out broke off three times without a word. Ask for it again.")
        return paper
    # Agents run in workers; a web process, which imports this module too, stays small.
    from brands.agents.strategist import strategise

    try:
        worked = strategise(
            paper.kind,
            known_of(paper),
            organization_id=current_organization_id(),
            step_key=f"strategy:{paper.pk}:{paper.current_number + 1}",
        )
    except DomainError as error:
        _settle_failure(paper, error)
        return paper
    with org_atomic():
        is_mine = move(
            paper,
            StrategyStatus.READY,
            fence=paper.fence,
            due_at=None,
            claimed_until=None,
            attempts=0,
            error="",
        )
        if not is_mine:
            log.warning("strategy_came_late", paper=str(paper.pk))
            return None
        fresh = StrategyPaper.objects.select_for_update().get(pk=paper.pk)
        add_version(
            paper=fresh,
            result=worked.result,
            by=None,
            note="Worked out by the strategist",
            model_used=worked.model_used,
            cost_micros=worked.cost_micros,
        )
        record(action="strategy.worked_out", target=fresh, data={"by": worked.model_used})
    record_work(WORK)
    return fresh


def due_papers(*, moment: datetime | None = None, most: int = 100) -> list[Due]:
    """Papers of all organizations whose time has come, dealt out in turns."""
    return due_rows(StrategyPaper, moment=moment or now(), most=most)


def known_of(paper: StrategyPaper) -> Known:
    """All that a paper is worked out from, as plain values; reads competitors' pages."""
    with org_atomic():
        brand = BrandProfile.objects.get(pk=paper.brand_id)
        voice = voice_of(brand)
    return Known(
        brand=brand.name,
        language=brand.language,
        business_type=brand.business_type,
        location=brand.location,
        website=brand.website_url,
        price_range=brand.price_range,
        audience=brand.target_audience,
        selling_points=tuple(brand.unique_selling_points),
        tone=tuple(brand.tone),
        personality=brand.personality,
        pillars=tuple(pillar["name"] for pillar in brand.content_pillars),
        voice=voice.summary if voice else "",
        voice_tone=tuple(each.name for each in voice.tone_attributes) if voice else (),
        passages=_passages(paper, brand),
        pages=tuple(_competitors(paper)),
        asked=paper.inputs,
    )


def _claimed(paper_id: UUID) -> StrategyPaper | None:
    waiting = StrategyPaper.objects.filter(
        pk=paper_id, status__in=[StrategyStatus.QUEUED, StrategyStatus.RUNNING]
    )
    organization_id = current_organization_id()
    if is_halted(organization_id):
        return None
    waiting = waiting.exclude(brand_id__in=halted_brands(organization_id))
    rows = claim(waiting, lease_seconds=LEASE_SECONDS, changes={"status": StrategyStatus.RUNNING})
    return rows[0] if rows else None


def _passages(paper: StrategyPaper, brand: BrandProfile) -> tuple[tuple[str, str], ...]:
    said = paper.inputs.get("query") or brand.business_type or " ".join(brand.unique_selling_points)
    question = f"{brand.name} {said}".strip()
    if not any(character.isalnum() for character in question):
        return ()
    found = find_passages(query=question, brand_id=brand.pk, limit=PASSAGES, agent="strategist")
    return tuple((passage.title, passage.text) for passage in found)


def _competitors(paper: StrategyPaper) -> Iterator[CompetitorPage]:
    """Only those whose address was given are read; a name alone is passed on as a name."""
    given = paper.inputs.get("competitors") or []
    addresses = [line for line in given if _address(line)][:MOST_SITES]
    for line in addresses:
        yield _read_site(*_named(line))


def _named(line: str) -> tuple[str, str]:
    """“Oak & Co https://oak.example” is a name with an address; without a name it is the host."""
    address = _address(line)
    name = line.replace(address, "").strip(" ,:-–()")
    url = address if "://" in address else f"https://{address}"
    return name or (urlsplit(url).hostname or address).removeprefix("www."), url


def _address(line: str) -> str:
    for word in line.split():
        bare = word.strip("(),;")
        if bare.startswith(("http://", "https://", "www.")):
            return bare
    return ""


def _read_site(name: str, url: str) -> CompetitorPage:
    texts: list[str] = []
    title = error = ""
    hosts: dict[str, None] = {}
    own = urlsplit(url).hostname or ""
    try:
        for page in pages_of_site(url, most_pages=PAGES_A_SITE):
            error = error or page.error
            if page.extracted is not None:
                title = title or page.extracted.title
                texts.append(page.extracted.text)
                links = (urlsplit(link).hostname or "" for link in page.extracted.links)
                found = (host.removeprefix("www.") for host in links if host)
                hosts |= dict.fromkeys(host for host in found if host not in own)
    except (OutboundRefused, Unavailable) as refused:
        error = refused.message
    text = "\n\n".join(texts)
    return CompetitorPage(
        name=name,
        address=url,
        title=title,
        text=text,
        hosts=tuple(hosts)[:MOST_HOSTS],
        error="" if text else error or "It has no text that could be read.",
    )


def _settle_failure(paper: StrategyPaper, error: DomainError) -> None:
    if isinstance(error, (Unavailable, TooMany)) and paper.attempts < MOST_ATTEMPTS:
        asked = getattr(error, "retry_after", None) or 0.0
        wait = max(FIRST_WAIT_SECONDS * 4 ** (paper.attempts - 1), asked)
        with org_atomic():
            move(
                paper,
                StrategyStatus.QUEUED,
                fence=paper.fence,
                error=f"{error.message} Warren tries again by itself.",
                due_at=now() + timedelta(seconds=min(wait, LONGEST_WAIT_SECONDS)),
                claimed_until=None,
            )
        return
    _fail(paper, error.message)


def _fail(paper: StrategyPaper, sentence: str) -> None:
    with org_atomic():
        is_moved = move(
            paper,
            StrategyStatus.FAILED,
            fence=paper.fence,
            error=sentence,
            due_at=None,
            claimed_until=None,
        )
        if is_moved:
            record(action="strategy.failed", target=paper, reason=sentence)
    record_work(WORK)
