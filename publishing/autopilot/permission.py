"""From rows to the facts that a policy's clauses ask for, and what comes of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from brands.models import BrandProfile
from brands.models.brand_profile import default_guard_rules
from config.kernel.clock import now, resolve, to_zone
from config.kernel.language.addresses import addresses_in
from content.guards import CandidateText, GuardBrief, TextCount
from content.guards import claims as claims_guard
from content.guards import crisis as crisis_guard
from content.guards import prices as prices_guard
from content.guards.links import same_page
from content.models import Candidate, GuardResult
from publishing.channels.base import Hosts
from publishing.channels.registry import channels
from publishing.models import Approval, Decision, PendingPost, PendingStatus, PolicyContract
from publishing.services.contracts import terms_of

from .policy import Facts, Failed, Judgement, Terms, judge
from .policy.hours import next_allowed
from .policy.persons import own_names, persons_in

OUT = (
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.PUBLISHING,
    PendingStatus.PUBLISHED,
)


def judged(post: PendingPost, candidate: Candidate | None, contract: PolicyContract) -> Judgement:
    """Hold one text against a policy, as things stand in this transaction.

    The policy's row is locked, so that two runs at once never count past what it allows.
    """
    terms = terms_of(contract)
    return judge(facts_of(post, candidate, terms), terms)


def facts_of(post: PendingPost, candidate: Candidate | None, terms: Terms) -> Facts:
    brand = post.brand
    said = words_of(post)
    moment = next_allowed(post.scheduled_for, terms) or post.scheduled_for
    return Facts(
        text=said,
        account_id=post.account_id,
        moment=post.scheduled_for,
        topics=_topics(post),
        claims=tuple(sorted(claims_guard.kinds_in(said))),
        prices=_prices(said, post.hashtags),
        persons=persons_in(said, own_names(brand.name, *brand.unique_selling_points)),
        crisis=_crisis(brand, said, post.hashtags),
        new_domains=new_domains(brand, post),
        failed=_failed(candidate),
        posts_today=_posts_of_day(brand, post, moment, terms.zone),
        credits_today=_credits_of_day(brand, terms.zone),
        reviewed=reviewed(post.account_id),
        is_hosted=isinstance(channels.get(post.platform), Hosts),
    )


def words_of(post: PendingPost) -> str:
    """Everything that readers will read, but hashtags and link."""
    return "\n\n".join(filter(None, [post.title, post.content, *post.thread, post.first_comment]))


def reviewed(account_id: UUID) -> int:
    """Posts of an account that a person, or a client, let go."""
    by_a_person = Q(approver__isnull=False) | ~Q(client_name="")
    return (
        Approval.objects.filter(
            by_a_person, account_id=account_id, voided_at=None, pending_post__status__in=OUT
        )
        .values("pending_post_id")
        .distinct()
        .count()
    )


def new_domains(brand: BrandProfile, post: PendingPost) -> tuple[str, ...]:
    """Hosts of its addresses that neither the brand has nor an earlier post that was let go."""
    said = " ".join((words_of(post), post.link))
    hosts = {same_page(address)[0] for address in [*addresses_in(said), post.link] if address}
    own = {same_page(link)[0] for link in [*brand.allowed_links, brand.website_url] if link}
    strange = sorted(host for host in hosts if host and not _is_under(host, own))
    return tuple(host for host in strange if not _was_let_go(brand, post, host))


def _is_under(host: str, own: set[str]) -> bool:
    return any(each and (host == each or host.endswith(f".{each}")) for each in own)


def _was_let_go(brand: BrandProfile, post: PendingPost, host: str) -> bool:
    named = Q(link__icontains=f"//{host}") | Q(link__icontains=f".{host}")
    named |= Q(content__icontains=host)
    earlier = PendingPost.objects.filter(named, brand=brand, status__in=OUT).exclude(pk=post.pk)
    found = earlier.values_list("link", "content").order_by("-created_at")[:20]
    return any(
        host in {same_page(address)[0] for address in [*addresses_in(text), link] if address}
        for link, text in found
    )


def _topics(post: PendingPost) -> tuple[str, ...]:
    material = post.material
    found = [post.pillar]
    if material is not None:
        found += [material.content_pillar, *material.keywords]
    return tuple(each for each in found if each)


def _brief(**fields: Any) -> GuardBrief:
    return GuardBrief(count=lambda text: TextCount(0, 1, 0), **fields)


def _prices(text: str, hashtags: Sequence[str]) -> tuple[str, ...]:
    """Every price, discount and free offer: without sources the guard finds them all."""
    verdict = prices_guard.check(CandidateText(text, tuple(hashtags)), _brief())
    if verdict.ok:
        return ()
    return tuple(dict.fromkeys(text[slice(*span)] for span in verdict.spans)) or ("a hashtag",)


def _crisis(brand: BrandProfile, text: str, hashtags: Sequence[str]) -> tuple[str, ...]:
    rules: Mapping[str, Any] = {**default_guard_rules(), **(brand.guard_rules or {})}
    words = tuple(str(word) for word in rules["crisis_words"] or ())
    brief = _brief(languages=(brand.language,) if brand.language else (), crisis_words=words)
    verdict = crisis_guard.check(CandidateText(text, tuple(hashtags)), brief)
    if verdict.ok:
        return ()
    return tuple(dict.fromkeys(text[slice(*span)] for span in verdict.spans)) or ("a hashtag",)


def _failed(candidate: Candidate | None) -> tuple[Failed, ...]:
    said = check_words(candidate) if candidate is not None else ""
    return (Failed("checks", said),) if said else ()


def check_words(candidate: Candidate) -> str:
    """What its checks had against a text, for people; empty when nothing asks a person."""
    failed = GuardResult.objects.filter(candidate=candidate, passed=False).order_by("guard")
    if candidate.is_valid:
        failed = failed.filter(severity=GuardResult.REVIEW)
    reasons = " ".join(dict.fromkeys(each.reason for each in failed if each.reason))
    if not candidate.is_valid:
        return f"No text passed every check, so this one needs a person. {reasons}".strip()
    return f"This needs a person. {reasons}" if reasons else ""


def _day(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    day = to_zone(moment, zone).date()
    return resolve(day, time(0), zone), resolve(day + timedelta(days=1), time(0), zone)


def _posts_of_day(brand: BrandProfile, post: PendingPost, moment: datetime, zone: str) -> int:
    begins, ends = _day(moment, zone)
    living = Approval.objects.filter(
        voided_at=None,
        contract__brand=brand,
        pending_post__scheduled_for__gte=begins,
        pending_post__scheduled_for__lt=ends,
    )
    return living.exclude(pending_post=post).count()


def _credits_of_day(brand: BrandProfile, zone: str) -> int:
    begins, ends = _day(now(), zone)
    spent = Decision.objects.filter(
        pending_post__brand=brand,
        pending_post__generation_mode=PendingPost.GenerationMode.AUTOPILOT,
        created_at__gte=begins,
        created_at__lt=ends,
    )
    return int(spent.aggregate(sum=Sum("credits"))["sum"] or 0)
