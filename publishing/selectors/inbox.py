"""The inbox: conversations in a list, and one of them as a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.pagination import Page, paginate
from organizations.models import Membership, Role
from organizations.services.brand_sight import sight
from publishing.channels.base import Listens
from publishing.channels.registry import channels, platform_label
from publishing.models import (
    Conversation,
    ConversationStatus,
    InboxFeed,
    InboxMessage,
    InboxSettings,
    MessageState,
    SavedReply,
    Sentiment,
    SocialAccount,
)
from publishing.services.inbox import room_of
from publishing.services.inbox_keeping import Side

PAGE_SIZE: Final = 25
BRANDS_SHOWN: Final = 50
LISTENERS_SHOWN: Final = 100
MOST_MESSAGES: Final = 200
"""Of one conversation on its page: the newest."""
SNIPPET: Final = 120
TABS: Final = {
    "open": "All open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "done": "Done",
}
EMPTY: Final = {
    "open": "Nobody waits. What people say to your channels appears here within minutes.",
    "mine": "No open conversation is yours.",
    "unassigned": "Every open conversation is somebody’s.",
    "done": "No conversation was ended yet.",
}


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What a person chose; each is empty or a value that exists."""

    tab: str = "open"
    brand: str = ""
    account: str = ""
    kind: str = ""
    sentiment: str = ""
    late: str = ""
    search: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> InboxFilter:
        """Values that make no sense count as not chosen, so that an old address still works."""
        tab, kind = query.get("tab", ""), query.get("kind", "")
        sentiment = query.get("sentiment", "")
        return cls(
            tab=tab if tab in TABS else "open",
            brand=_uuid(query.get("brand", "")),
            account=_uuid(query.get("account", "")),
            kind=kind if kind in Conversation.Kind.values else "",
            sentiment=sentiment if sentiment in Sentiment.values else "",
            late="yes" if query.get("late") == "yes" else "",
            search=" ".join(query.get("q", "").replace("\x00", "").split())[:100],
        )

    @property
    def is_narrow(self) -> bool:
        return replace(self, tab="open") != InboxFilter()

    def as_query(self, **changes: str) -> dict[str, str]:
        """The address's query, without what was not chosen."""
        chosen = replace(self, **changes)
        told = {
            "tab": chosen.tab if chosen.tab != "open" else "",
            "brand": chosen.brand,
            "account": chosen.account,
            "kind": chosen.kind,
            "sentiment": chosen.sentiment,
            "late": chosen.late,
            "q": chosen.search,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class InboxList:
    chosen: InboxFilter
    page: Page[Any]
    """Conversations, each with `last_text` and `last_side`."""
    counts: Mapping[str, int]
    accounts: Sequence[SocialAccount]
    brands: Sequence[BrandProfile]

    @property
    def is_listening(self) -> bool:
        """Whether any connected channel can be read."""
        return any(isinstance(channels.get(each.platform), Listens) for each in self.accounts)

    @property
    def empty_words(self) -> str:
        if self.chosen.is_narrow:
            return "No conversation matches. Change what is chosen above."
        return EMPTY[self.chosen.tab]


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the page shows it."""

    message: InboxMessage
    author: str
    state: str

    @property
    def is_ours(self) -> bool:
        return self.message.side == Side.OURS

    @property
    def is_note(self) -> bool:
        return self.message.side == Side.NOTE

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (MessageState.QUEUED, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class ConversationPage:
    row: Conversation
    lines: Sequence[Line]
    label: str
    zone: str
    room: int | None
    replies: Sequence[SavedReply]
    people: Sequence[Membership]

    @property
    def is_moving(self) -> bool:
        return any(each.is_on_its_way for each in self.lines)

    @property
    def is_late(self) -> bool:
        return self.row.is_late

    @property
    def is_done(self) -> bool:
        return self.row.status == ConversationStatus.DONE


@dataclass(frozen=True, slots=True)
class ListenerRow:
    """One channel as the inbox's settings show it."""

    account: SocialAccount
    can_listen: bool
    hears: str
    feed: InboxFeed | None


@dataclass(frozen=True, slots=True)
class Speed:
    """How soon people were answered. `share` is None where no answer had a level."""

    who: str
    count: int
    median: timedelta | None
    share: float | None

    @property
    def words(self) -> str:
        """The median as people say it; "" where nobody was answered."""
        if self.median is None:
            return "none"
        minutes = round(self.median.total_seconds() / 60)
        if minutes < 120:
            return f"{minutes} min"
        return f"{minutes / 60:.1f} h" if minutes < 2880 else f"{minutes / 1440:.1f} days"


def inbox_list(*, chosen: InboxFilter, me: UUID, cursor: str | None = None) -> InboxList:
    """One page of conversations, the newest word first."""
    accounts = list(
        SocialAccount.objects.filter(is_active=True).only("platform", "name", "handle", "status")
    )
    brands = list(BrandProfile.objects.only("name").order_by("name"))
    rows = _narrowed(Conversation.objects.all(), chosen)
    counts = rows.aggregate(
        **{tab: Count("pk", filter=_of_tab(tab, me), distinct=True) for tab in ("open", "mine")},
        unassigned=Count("pk", filter=_of_tab("unassigned", me), distinct=True),
    )
    said = InboxMessage.objects.filter(conversation=OuterRef("pk")).exclude(side=Side.NOTE)
    last = said.order_by("-said_at", "-id")
    page = paginate(
        rows.filter(_of_tab(chosen.tab, me))
        .select_related("account", "assignee")
        .only(*_LISTED)
        .annotate(
            last_text=Subquery(last.values(cut=Left("text", SNIPPET))[:1]),
            last_side=Subquery(last.values("side")[:1]),
        ),
        order=("-last_message_at", "-id"),
        cursor=cursor,
        size=PAGE_SIZE,
    )
    return InboxList(chosen, page, counts, accounts, brands)


_LISTED: Final = (
    *("kind", "platform", "person_name", "person_handle", "status", "sentiment"),
    *("last_message_at", "waiting_since", "answer_due_at", "unread_count"),
    *("account__name", "assignee__name", "assignee__email"),
)


def conversation_page(*, row: Conversation) -> ConversationPage:
    """A conversation's newest messages, oldest first, and what can be done with it.

    `row` comes with its account, brand and post.
    """
    said = row.messages.select_related("written_by").order_by("-said_at", "-id")
    messages = list(said[:MOST_MESSAGES])[::-1]
    theirs = [each for each in messages if each.side == Side.THEIRS and each.remote_id]
    return ConversationPage(
        row=row,
        lines=[_line(row, each) for each in messages],
        label=platform_label(row.platform),
        zone=row.brand.timezone if row.brand else "UTC",
        room=room_of(row, theirs[-1] if theirs else None),
        replies=list(SavedReply.objects.filter(Q(brand=None) | Q(brand=row.brand_id))),
        people=_people(row),
    )


def found_conversation(pk: UUID) -> Conversation | None:
    rows = Conversation.objects.select_related("account", "brand", "post", "assignee")
    return rows.filter(pk=pk).first()


def listeners() -> list[ListenerRow]:
    """Connected channels, at most 100, those that can be heard first."""
    feeds = {each.account_id: each for each in InboxFeed.objects.all()}
    rows: list[ListenerRow] = []
    accounts = SocialAccount.objects.filter(is_active=True).order_by("platform", "name")
    for account in accounts.defer("credentials")[:LISTENERS_SHOWN]:
        channel = channels.get(account.platform)
        hears: tuple[str, ...] = channel.hears if isinstance(channel, Listens) else ()
        words = ", ".join(f"{kind}s" for kind in hears)
        rows.append(ListenerRow(account, bool(hears), words, feeds.get(account.pk)))
    return sorted(rows, key=lambda each: not each.can_listen)


def levels(*, cursor: str | None = None) -> Page[BrandProfile]:
    """Brands by name, each with the minutes and hours of its level."""
    rows = InboxSettings.objects.filter(brand=OuterRef("pk"))
    brands = BrandProfile.objects.annotate(
        minutes=Subquery(rows.values("answer_within_minutes")[:1]),
        hours=Subquery(rows.values("business_hours")[:1]),
    )
    return paginate(brands, order=("name", "id"), cursor=cursor, size=BRANDS_SHOWN)


def listening_networks() -> list[str]:
    """Names of the networks that can be read."""
    return sorted(each.label for each in channels.values() if isinstance(each, Listens))


def speeds(*, days: int, moment: datetime) -> list[Speed]:
    """Median time to the first answer and the share within the level, all together and by member.

    Of answers that went out from here in the last `days`; the newest 5,000.
    """
    rows = list(
        InboxMessage.objects.filter(
            waited_seconds__isnull=False, said_at__gte=moment - timedelta(days=days)
        )
        .order_by("-said_at")
        .values_list("written_by__name", "written_by__email", "waited_seconds", "was_in_time")[
            :5_000
        ]
    )
    by: dict[str, list[tuple[int, bool | None]]] = {}
    for name, email, waited, in_time in rows:
        by.setdefault(name or email or "Somebody who left", []).append((waited or 0, in_time))
    everybody = [each for told in by.values() for each in told]
    return [
        _speed("Everybody", everybody),
        *(_speed(who, by[who]) for who in sorted(by, key=str.casefold) if len(by) > 1),
    ]


def _speed(who: str, told: Sequence[tuple[int, bool | None]]) -> Speed:
    waits = sorted(waited for waited, _ in told)
    judged = [in_time for _, in_time in told if in_time is not None]
    middle = len(waits) // 2
    median = None
    if waits:
        low = waits[middle] if len(waits) % 2 else (waits[middle - 1] + waits[middle]) // 2
        median = timedelta(seconds=low)
    return Speed(who, len(told), median, sum(judged) / len(judged) if judged else None)


def _narrowed(rows: QuerySet[Conversation], chosen: InboxFilter) -> QuerySet[Conversation]:
    if chosen.brand:
        rows = rows.filter(brand_id=UUID(chosen.brand))
    if chosen.account:
        rows = rows.filter(account_id=UUID(chosen.account))
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.sentiment:
        rows = rows.filter(sentiment=chosen.sentiment)
    if chosen.late:
        rows = rows.filter(answer_due_at__lte=now())
    if chosen.search:
        words = chosen.search
        said = InboxMessage.objects.filter(conversation=OuterRef("pk"), text__icontains=words)
        named = Q(person_name__icontains=words) | Q(person_handle__icontains=words)
        rows = rows.filter(named | Exists(said))
    return rows


def _of_tab(tab: str, me: UUID) -> Q:
    if tab == "done":
        return Q(status=ConversationStatus.DONE)
    is_open = Q(status=ConversationStatus.OPEN)
    if tab == "mine":
        return is_open & Q(assignee=me)
    return is_open & Q(assignee=None) if tab == "unassigned" else is_open


def _line(row: Conversation, message: InboxMessage) -> Line:
    if message.side == Side.THEIRS:
        author = message.author_name or row.person_name or row.person_handle or "Somebody"
    elif message.written_by is not None:
        author = message.written_by.name or message.written_by.email
    else:
        author = message.author_name or row.account.name
    return Line(message, author, message.state)


def _people(row: Conversation) -> list[Membership]:
    """Members to whom it may be given: those who may answer and see its brand."""
    able = [role for role in Role.values if Role(role).covers(Role.MEMBER)]
    rows = Membership.objects.filter(role__in=able, user__is_active=True)
    members = list(rows.select_related("user").order_by(F("user__name").asc()))
    limited = [each.pk for each in members if not each.sees_all_brands]
    seen = sight().of_each(limited) if limited else {}
    return [
        each
        for each in members
        if each.sees_all_brands or row.brand_id in {brand.id for brand in seen.get(each.pk, ())}
    ]


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def as_context(listed: InboxList) -> dict[str, Any]:
    """What the list's template reads beside the rows."""
    return {
        "tabs": [(slug, word, listed.counts.get(slug)) for slug, word in TABS.items()],
        "kinds": Conversation.Kind.choices,
        "sentiments": Sentiment.choices,
    }
