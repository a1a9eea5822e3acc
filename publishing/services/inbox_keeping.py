"""What was heard becomes conversations and messages: each once, however often it is heard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.language.sentiment import sentiment_of
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.channels.base import Heard
from publishing.models import (
    BrandAccountLink,
    Conversation,
    ConversationStatus,
    InboxMessage,
    MessageState,
    Post,
    SocialAccount,
)

from .inbox_level import Level, due_moment, level_of

Side = InboxMessage.Side
LONGEST_TEXT = 20_000
CLOCKS_APART = timedelta(minutes=5)


def keep_heard(*, account: SocialAccount, heard: Sequence[Heard], is_first: bool = False) -> int:
    """Keep what is new of an account, oldest first; returns how many messages were new.

    In the caller's transaction, or one of its own. What is known already changes nothing, so two
    workers do no harm. Our own words end the waiting and never begin a conversation. `is_first`
    marks a first reading: what was said before anybody listened is shown, and nobody is late.
    """
    with org_atomic():
        known = _known(account, [each.remote_id for each in heard])
        fresh = {each.remote_id: each for each in heard if each.remote_id not in known}
        if not fresh:
            return 0
        places = _places(account, list(fresh.values()))
        levels = {place.brand_id: level_of(place.brand) for place in places.values()}
        told: dict[UUID, list[InboxMessage]] = {}
        for each in fresh.values():
            place = places.get(each.remote_id)
            if (
                place is not None
                and (said := _keep(place, each, levels[place.brand_id], is_first)) is not None
            ):
                told.setdefault(place.pk, []).append(said)
        for place in {place.pk: place for place in places.values()}.values():
            if place.pk in told:
                _settle(place, told[place.pk], is_first=is_first)
        return sum(len(each) for each in told.values())


def brand_of_account(account: SocialAccount) -> BrandProfile | None:
    """Whose voice answers here: the brand that uses the account first of all."""
    links = BrandAccountLink.objects.filter(account=account).select_related("brand")
    link = links.order_by("-is_default", "created_at").first()
    return link.brand if link else None


def unanswered_since(conversation: Conversation, after: datetime) -> datetime | None:
    """When the first word was said that nobody has answered, of those after a moment."""
    theirs = conversation.messages.filter(side=Side.THEIRS, said_at__gt=after)
    return theirs.order_by("said_at").values_list("said_at", flat=True).first()


def _known(account: SocialAccount, ids: Collection[str]) -> dict[str, UUID]:
    rows = InboxMessage.objects.filter(remote_id__in=ids, conversation__account=account)
    return dict(rows.values_list("remote_id", "conversation_id"))


def _places(account: SocialAccount, heard: Sequence[Heard]) -> dict[str, Conversation]:
    """The conversation of each of these, locked, by the id of what was heard."""
    names = {each.conversation for each in heard if each.conversation}
    known = Conversation.objects.filter(account=account, remote_id__in=names)
    rows = known.select_related("brand").select_for_update(of=("self",)).order_by("pk")
    existing = {row.remote_id: row for row in rows}
    posts = _posts(account, {each.under for each in heard if each.under})
    voice = brand_of_account(account)
    for each in heard:
        if each.conversation and not each.is_ours and each.conversation not in existing:
            existing[each.conversation] = _begin(account, each, posts.get(each.under), voice)
    places = {
        each.remote_id: existing[each.conversation]
        for each in heard
        if each.conversation in existing
    }
    return places | _under_parents(account, heard, places)


def _under_parents(
    account: SocialAccount, heard: Iterable[Heard], places: dict[str, Conversation]
) -> dict[str, Conversation]:
    """Our own words that name only what they answer."""
    found: dict[str, Conversation] = {}
    left = [each for each in heard if not each.conversation and each.parent]
    kept = _known(account, [each.parent for each in left])
    rows = Conversation.objects.filter(pk__in=kept.values()).select_related("brand")
    rows = rows.select_for_update(of=("self",)).order_by("pk")
    by_id = {row.pk: row for row in rows}
    # One object for each row, whichever way it was found.
    by_id |= {place.pk: place for place in places.values()}
    for each in left:
        place = places.get(each.parent) or found.get(each.parent)
        if place is None and each.parent in kept:
            place = by_id[kept[each.parent]]
        if place is not None:
            found[each.remote_id] = place
    return found


def _posts(account: SocialAccount, ids: Collection[str]) -> dict[str, Post]:
    rows = Post.objects.filter(account=account, external_id__in=ids).select_related("brand")
    return {row.external_id: row for row in rows}


def _begin(
    account: SocialAccount, heard: Heard, post: Post | None, voice: BrandProfile | None
) -> Conversation:
    place, _ = Conversation.objects.get_or_create(
        account=account,
        kind=heard.kind,
        remote_id=heard.conversation[:500],
        defaults={
            "brand": post.brand if post else voice,
            "post": post,
            "platform": account.platform,
            "last_message_at": heard.said_at,
            **_person(heard),
        },
    )
    return place


def _person(heard: Heard) -> dict[str, str]:
    return {
        "person_id": heard.author_id[:300],
        "person_name": heard.author_name[:200],
        "person_handle": heard.author_handle[:200],
        "person_url": heard.author_url[:1000] if _is_web(heard.author_url) else "",
    }


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _keep(
    place: Conversation, heard: Heard, level: Level | None, is_first: bool
) -> InboxMessage | None:
    """One message; None when it is an answer of ours that is known, or is known by now."""
    if heard.is_ours and _is_from_here(place, heard):
        return None
    text = heard.text[:LONGEST_TEXT].replace("\x00", "")
    message, is_new = InboxMessage.objects.get_or_create(
        conversation=place,
        remote_id=heard.remote_id[:500],
        defaults={
            "side": Side.OURS if heard.is_ours else Side.THEIRS,
            "state": MessageState.SAID,
            "parent_remote_id": heard.parent[:500],
            "handle": heard.handle,
            "author_id": heard.author_id[:300],
            "author_name": heard.author_name[:200],
            "text": text,
            "url": heard.url[:1000] if _is_web(heard.url) else "",
            "said_at": heard.said_at,
            "sentiment": "" if heard.is_ours else sentiment_of(text),
        },
    )
    if not is_new:
        return None
    if heard.is_ours:
        answered(place, message.said_at)
    else:
        _heard_of_them(place, heard, message, level, is_first)
    return message


def _heard_of_them(
    place: Conversation, heard: Heard, message: InboxMessage, level: Level | None, is_first: bool
) -> None:
    if place.status == ConversationStatus.DONE:
        place.status = ConversationStatus.OPEN
    if message.said_at >= place.last_message_at:
        place.sentiment = message.sentiment
        for name, value in _person(heard).items():
            setattr(place, name, value)
    place.unread_count += 1
    if place.waiting_since is None and not _is_answered(place, message.said_at):
        place.waiting_since = message.said_at
        place.answer_due_at = due_moment(message.said_at, level) if level and not is_first else None
        place.told_late_at = None


def _is_answered(place: Conversation, said_at: datetime) -> bool:
    ours = place.messages.filter(side=Side.OURS, state=MessageState.SAID)
    return ours.filter(said_at__gte=said_at).exists()


def answered(place: Conversation, at: datetime) -> None:
    """Our words of that moment end the waiting for what was said before; not saved."""
    if place.waiting_since is None or place.waiting_since > at:
        return
    place.waiting_since = unanswered_since(place, at)
    if place.waiting_since is None:
        place.answer_due_at = None
        place.told_late_at = None


def _is_from_here(place: Conversation, heard: Heard) -> bool:
    """Whether it is an answer that was sent from here, which nobody could tell until now."""
    words = bare_words(heard.text)
    candidates = place.messages.filter(
        side=Side.OURS,
        remote_id="",
        state__in=(MessageState.UNKNOWN, MessageState.SENDING),
        sending_at__lte=heard.said_at + CLOCKS_APART,
    )
    for message in candidates.select_for_update():
        if bare_words(message.text) != words:
            continue
        if message.state == MessageState.UNKNOWN:
            settle_as_said(place, message, heard.remote_id, heard.url)
            place.save()
            return True
    return False


def settle_as_said(place: Conversation, message: InboxMessage, remote_id: str, url: str) -> None:
    """An answer of ours turned out to be there. The conversation is not saved."""
    moment = now()
    fields: dict[str, Any] = {
        "state": MessageState.SAID,
        "remote_id": remote_id[:500],
        "url": url[:1000] if _is_web(url) else "",
        "error_message": "",
        "due_at": None,
        "claimed_until": None,
        "updated_at": moment,
    }
    sent = message.sending_at or moment
    if place.waiting_since is not None and place.waiting_since <= sent:
        fields["waited_seconds"] = int((sent - place.waiting_since).total_seconds())
        if place.answer_due_at is not None:
            fields["was_in_time"] = sent <= place.answer_due_at
    # The network may have told of it before its own answer arrived here.
    if remote_id:
        place.messages.filter(remote_id=remote_id).exclude(pk=message.pk).delete()
    InboxMessage.objects.filter(pk=message.pk).update(**fields)
    for name, value in fields.items():
        setattr(message, name, value)
    answered(place, sent)
    place.last_message_at = max(place.last_message_at, message.said_at)
    record(action="inbox.answer_sent", target=place, by=message.written_by)


def bare_words(text: str) -> str:
    """Words as they are compared: without whom they are for, and single blanks."""
    words = text.split()
    while words and words[0].startswith("@"):
        words = words[1:]
    return " ".join(words)


def _settle(place: Conversation, told: Sequence[InboxMessage], *, is_first: bool) -> None:
    place.last_message_at = max([place.last_message_at, *(each.said_at for each in told)])
    place.save()
    theirs = [each for each in told if each.side == Side.THEIRS]
    if theirs and not is_first:
        record(
            action="inbox.message_received",
            target=place,
            kind=ActorKind.SYSTEM,
            data={"messages": len(theirs), "message_id": str(theirs[-1].pk)},
        )
