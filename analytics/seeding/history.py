"""A year of published posts: for each one the run, the texts, the delivery, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from analytics.models import EngagementSnapshot
from billing.models import CreditAction, CreditTransaction
from content.models import Angle, Candidate, Generation, GenerationStatus
from organizations.models import ActorKind, AuditRecord
from publishing.channels.base import AccountFacts, Draft, Payload, fingerprint
from publishing.channels.feed import page_url
from publishing.channels.registry import channels
from publishing.models import (
    Approval,
    AutopilotRun,
    Decision,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    FeedEntry,
    PendingPost,
    PendingStatus,
    Post,
    RunStatus,
)

from .ground import Account, Brand, Ground
from .plan import DOMAIN, random_of
from .sheets import Sheet, array, at, document
from .writer import Text, Writer

AGES: Final = (("15m", 900, 0.12), ("1h", 3_600, 0.3), ("1d", 86_400, 0.8), ("1w", 604_800, 1.0))
"""Age of a snapshot, its seconds, and the share of the last numbers that a post has by then."""

POLICY: Final = "The brand lets the agent publish without asking."


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the loop: what was written, from what, for where."""

    brand: Brand
    account: Account
    material: tuple[str, str]
    schedule: str
    angle: str
    text: Text
    is_exploration: bool
    planned: datetime
    run: str
    generation: str
    candidate: str
    pending: str

    @property
    def content_hash(self) -> str:
        return fingerprint(
            {
                "content": self.text.content,
                "hashtags": list(self.text.hashtags),
                "link": "",
                "media": [],
            }
        )

    @property
    def angle_reason(self) -> str:
        if self.is_exploration:
            return "Tried to learn: this angle has few posts here."
        return "Drew the best odds of six angles from the brand's own history."


class Loop:
    """Sheets that every turn writes on, published or not."""

    def __init__(self, ground: Ground, random: Random) -> None:
        self.ground, self.random = ground, random
        self.writers = {brand.id: Writer(brand.trade, random) for brand in ground.brands}
        self.runs = Sheet(
            AutopilotRun,
            *("brand_id", "schedule_id", "material_id", "occurrence", "platforms"),
            *("scheduled_for", "status", "outcome", "started_at", "finished_at"),
        )
        self.generations = Sheet(
            Generation,
            *("brand_id", "material_id", "platform", "status", "credits"),
            *("started_at", "finished_at"),
        )
        self.candidates = Sheet(
            Candidate,
            *("generation_id", "label", "rank", "text", "hashtags", "angle", "angle_reason"),
            *("is_exploration", "similarity_score", "guard_score", "history_score"),
            *("aesthetics_score", "diversity_score", "cost_score", "rerank_score"),
            *("max_similarity", "is_valid", "character_count", "model_used", "is_selected"),
        )
        self.pending = Sheet(
            PendingPost,
            *("brand_id", "account_id", "material_id", "schedule_id", "run_id", "generation_id"),
            *("candidate_id", "batch_id", "platform", "content", "hashtags", "angle"),
            *("angle_reason", "is_exploration", "scheduled_for", "expires_at", "status"),
            *("rejection_reason", "failure_category", "failure_reason"),
        )
        self.approvals = Sheet(Approval, "pending_post_id", "account_id", "content_hash", "policy")
        self.deliveries = Sheet(
            Delivery,
            *("pending_post_id", "account_id", "platform", "occurrence", "idempotency_key"),
            *("state", "payload", "payload_hash", "content_hash", "due_at", "attempts", "fence"),
            *("remote_id", "remote_url", "sending_at", "published_at", "charge_key"),
            *("error_code", "error_message"),
        )
        self.attempts = Sheet(
            DeliveryAttempt,
            *("delivery_id", "number", "outcome", "message", "code", "evidence", "duration_ms"),
        )
        self.decisions = Sheet(
            Decision, "run_id", "pending_post_id", "kind", "summary", "reason", "data", "credits"
        )
        self.credits = Sheet(
            CreditTransaction,
            *("amount", "action", "description", "key", "related_type", "related_id"),
        )
        self.audit = Sheet(
            AuditRecord, "actor_kind", "action", "target_type", "target_id", "reason"
        )

    @property
    def sheets(self) -> list[Sheet]:
        return [
            *(self.runs, self.generations, self.candidates, self.pending, self.approvals),
            *(self.deliveries, self.attempts, self.decisions, self.credits, self.audit),
        ]

    def turn(self, planned: datetime, number: int) -> Turn:
        """Choose and write; a new text for the brand of this turn."""
        keys, random = self.ground.keys, self.random
        brand = self.ground.brands[number % len(self.ground.brands)]
        angle = random.choice(Angle.values)
        return Turn(
            brand=brand,
            account=random.choice(brand.accounts),
            material=random.choice(brand.materials),
            schedule=random.choice(brand.schedules),
            angle=angle,
            text=self.writers[brand.id].post(angle),
            is_exploration=random.random() < 0.1,
            planned=planned,
            run=next(keys),
            generation=next(keys),
            candidate=next(keys),
            pending=next(keys),
        )

    def write(
        self,
        turn: Turn,
        status: str,
        *,
        expires: datetime | None = None,
        ended: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        """The rows of a turn up to the post that waits or goes on its way.

        `ended` says why it was not published: reason of rejection, category and reason of failure.
        """
        owner, written = self.ground.id, at(turn.planned - timedelta(minutes=2))
        self.runs.add(
            *(turn.run, owner, written),
            *(turn.brand.id, turn.schedule, turn.material[0], f"{turn.planned:%F %T} {turn.run}"),
            *(array([turn.account.platform]), at(turn.planned), RunStatus.DONE),
            *(f"One post for {turn.account.name}.", written, written),
        )
        self.generations.add(
            *(turn.generation, owner, written),
            *(turn.brand.id, turn.material[0], turn.account.platform, GenerationStatus.DONE),
            *(1, written, written),
        )
        self.candidate(turn, turn.candidate, "A", 1, turn.angle, turn.text)
        self.pending.add(
            *(turn.pending, owner, written),
            *(turn.brand.id, turn.account.id, turn.material[0], turn.schedule, turn.run),
            *(turn.generation, turn.candidate, turn.run, turn.account.platform),
            *(turn.text.content, array(turn.text.hashtags), turn.angle, turn.angle_reason),
            *(turn.is_exploration, at(turn.planned), at(expires) if expires else None, status),
            *ended,
        )
        self._explain(turn)
        self._charge(turn, CreditAction.GENERATE, turn.generation, written)

    def candidate(self, turn: Turn, id: str, label: str, rank: int, angle: str, text: Text) -> None:
        chance = self.random.random
        scores = [round(0.4 + chance() * 0.6, 4) for _ in range(6)]
        self.candidates.add(
            *(id, self.ground.id, at(turn.planned - timedelta(minutes=2))),
            *(turn.generation, label, rank, text.content, array(text.hashtags), angle),
            *(turn.angle_reason, turn.is_exploration),
            *scores,
            round(sum(scores) / 6, 4),
            *(round(chance() * 0.6, 4), True, len(text.content), "offline", rank == 1),
        )

    def approve(self, turn: Turn) -> None:
        written = at(turn.planned - timedelta(minutes=1))
        self.approvals.add(
            *(next(self.ground.keys), self.ground.id, written),
            *(turn.pending, turn.account.id, turn.content_hash, POLICY),
        )
        self.decide(turn, Decision.Kind.APPROVAL, "Approved by the brand's policy", POLICY, {})

    def deliver(
        self, turn: Turn, state: str, *, sent: datetime | None = None, code: str = "", why: str = ""
    ) -> tuple[str, str, str]:
        """The delivery's row; gives its id and, where it is out, the post's id and address."""
        id = next(self.ground.keys)
        key = hashlib.sha256(f"{turn.pending}:{turn.account.id}:1".encode()).hexdigest()
        payload = _payload(turn, key, is_coming=state == DeliveryState.SCHEDULED)
        remote_id, url = (
            _address(turn.account, key) if state == DeliveryState.PUBLISHED else ("", "")
        )
        out = at(sent) if sent else None
        self.deliveries.add(
            *(id, self.ground.id, at(turn.planned - timedelta(minutes=1))),
            *(turn.pending, turn.account.id, turn.account.platform, "1", key, state),
            *(document(payload), fingerprint(payload), turn.content_hash, at(turn.planned)),
            *(1 if sent else 0, 2 if sent else 0, remote_id, url, out, out if remote_id else None),
            *(f"publish:{id}" if sent else "", code, why),
        )
        if sent:
            self._charge(turn, CreditAction.PUBLISH, id, at(sent))
        return id, remote_id, url

    def decide(
        self, turn: Turn, kind: str, summary: str, reason: str, data: dict[str, object]
    ) -> None:
        credits = 1 if kind == Decision.Kind.DELIVERY else 0
        self.decisions.add(
            *(next(self.ground.keys), self.ground.id, at(turn.planned)),
            *(turn.run, turn.pending, kind, summary, reason, document(data), credits),
        )

    def _explain(self, turn: Turn) -> None:
        self.decide(
            turn,
            Decision.Kind.MATERIAL,
            f"Material: {turn.material[1]}",
            "Its turn: no usable material has rested longer.",
            {"material": turn.material[0], "strategy": "round_robin"},
        )
        self.decide(
            turn,
            Decision.Kind.ANGLE,
            Angle(turn.angle).label,
            turn.angle_reason,
            {"odds": round(self.random.random(), 3), "is_exploration": turn.is_exploration},
        )

    def _charge(self, turn: Turn, action: str, id: str, written: str) -> None:
        what = Generation if action == CreditAction.GENERATE else Delivery
        self.credits.add(
            *(next(self.ground.keys), self.ground.id, written),
            *(-1, action, f"{CreditAction(action).label} for {turn.account.name}"),
            *(f"{action}:{id}", what._meta.label_lower, id),
        )


class History(Loop):
    """What went out in the year before the plan's end."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, random_of(ground.plan, ground.number, "history"))
        self.posts = Sheet(
            Post,
            *("brand_id", "account_id", "pending_post_id", "delivery_id", "material_id"),
            *("schedule_id", "platform", "content", "hashtags", "external_id", "external_url"),
            *("published_at", "angle", "angle_reason", "is_exploration", "model_used"),
            *("likes", "comments", "shares", "clicks", "impressions", "reach"),
            *("engagement_rate", "metrics_updated_at"),
        )
        self.entries = Sheet(
            FeedEntry,
            *("account_id", "key", "text", "hashtags", "published_at"),
            *("views_count", "clicks_count"),
        )
        self.snapshots = Sheet(
            EngagementSnapshot,
            *("post_id", "age", "age_seconds", "likes", "comments", "shares", "clicks"),
            *("impressions", "reach", "engagement_rate"),
        )

    @property
    def sheets(self) -> list[Sheet]:
        return [*super().sheets, self.posts, self.entries, self.snapshots]

    def tell(self) -> list[Sheet]:
        """All posts of the organization, spread over its accounts and the year."""
        plan = self.ground.plan
        step = timedelta(days=365) / max(1, plan.posts)
        for number in range(plan.posts):
            # The last one is some minutes old: the youngest snapshot needs a quarter of an hour.
            moment = plan.until - step * number - step * self.random.uniform(0.05, 0.95)
            self._publish(self.turn(moment, number))
        return self.sheets

    def _publish(self, turn: Turn) -> None:
        self.write(turn, PendingStatus.PUBLISHED)
        self.approve(turn)
        sent = turn.planned + timedelta(seconds=self.random.uniform(0.4, 25))
        delivery, remote_id, url = self.deliver(turn, DeliveryState.PUBLISHED, sent=sent)
        self._try(turn, delivery, remote_id, url, sent)
        self._post(turn, delivery, remote_id, url, sent)
        label = turn.account.name
        self.decide(
            turn,
            Decision.Kind.DELIVERY,
            f"Published on {label}"[:300],
            f"{label} confirmed the post. At the first try.",
            {"attempts": 1, "outcome": "published", "url": url},
        )
        self.audit.add(
            *(next(self.ground.keys), self.ground.id, at(sent)),
            *(ActorKind.AGENT, "delivery.published", Delivery._meta.label_lower, delivery, ""),
        )

    def _try(self, turn: Turn, delivery: str, remote_id: str, url: str, sent: datetime) -> None:
        number = 1
        if self.random.random() < 0.04:
            before = at(sent - timedelta(seconds=self.random.uniform(60, 240)))
            self.attempts.add(
                *(next(self.ground.keys), self.ground.id, before, delivery, 1),
                *(DeliveryAttempt.Outcome.RATE_LIMITED, "The network asked for a pause."),
                *("rate_limited", "{}", 140),
            )
            number = 2
        self.attempts.add(
            *(next(self.ground.keys), self.ground.id, at(sent), delivery, number),
            *(DeliveryAttempt.Outcome.PUBLISHED, "", ""),
            *(document({"remote_id": remote_id, "url": url}), self.random.randint(60, 900)),
        )

    def _post(self, turn: Turn, delivery: str, remote_id: str, url: str, sent: datetime) -> None:
        id, random = next(self.ground.keys), self.random
        impressions = int(random.lognormvariate(5.2, 0.9)) + 3
        engaged = int(impressions * random.uniform(0.005, 0.08))
        likes = int(engaged * 0.7)
        totals = (likes, (engaged - likes) // 2, engaged - likes - (engaged - likes) // 2)
        clicks = int(impressions * random.uniform(0, 0.05))
        numbers = (*totals, clicks, impressions, int(impressions * 0.8))
        rate = round(100 * engaged / impressions, 4)
        self.posts.add(
            *(id, self.ground.id, at(sent)),
            *(turn.brand.id, turn.account.id, turn.pending, delivery, turn.material[0]),
            *(turn.schedule, turn.account.platform, turn.text.content, array(turn.text.hashtags)),
            *(remote_id, url, at(sent), turn.angle, turn.angle_reason, turn.is_exploration),
            *("offline", *numbers, rate, at(self.ground.plan.until)),
        )
        if turn.account.platform == "feed":
            self.entries.add(
                *(next(self.ground.keys), self.ground.id, at(sent)),
                *(turn.account.id, remote_id.rpartition("/")[2], turn.text.content),
                *(array(turn.text.hashtags), at(sent), impressions, clicks),
            )
        self._measure(id, numbers, rate, sent)

    def _measure(self, post: str, numbers: tuple[int, ...], rate: float, sent: datetime) -> None:
        for age, seconds, share in AGES:
            moment = sent + timedelta(seconds=seconds)
            if moment > self.ground.plan.until:
                break
            parts = (int(number * share) for number in numbers)
            self.snapshots.add(
                *(next(self.ground.keys), self.ground.id, at(moment)),
                *(post, age, seconds),
                *parts,
                round(rate * (0.7 + 0.3 * share), 4),
            )


def _payload(turn: Turn, key: str, *, is_coming: bool) -> Payload:
    """As its channel freezes it, where it will be sent; of what is out only the words count."""
    account, text = turn.account, turn.text
    channel = channels.get(account.platform) if is_coming else None
    if channel is None:
        return {"text": text.content, "key": key[:16]}
    draft = Draft(text.content, text.hashtags)
    facts = AccountFacts(account.handle, account.handle, f"https://pds.{DOMAIN}")
    return channel.freeze(draft, facts, occurrence_key=key, now=turn.planned)


def _address(account: Account, key: str) -> tuple[str, str]:
    name = key[:16]
    if account.platform == "feed":
        return f"{account.handle}/{name}", f"{page_url(account.handle)}{name}/"
    return f"at://{account.handle}/{name}", f"https://bsky.invalid/{account.handle}/{name}"
