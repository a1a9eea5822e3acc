"""Listening, keeping and answering through the real services, against Mastodon's stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.halting import Halted
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Membership
from publishing.channels.base import CrashPoint
from publishing.delivery import faults
from publishing.delivery.session import AccountSession
from publishing.models import (
    AccountStatus,
    Conversation,
    ConversationStatus,
    InboxFeed,
    InboxMessage,
    MessageState,
    SocialAccount,
    Stop,
)
from publishing.services import inbox, inbox_feeds, inbox_level, inbox_sending, inbox_sweep
from publishing.services.stops import stop
from tests import make
from tests.make_inbox import conversation, mastodon_account, message, staged_account
from tests.networks import mastodon
from tests.networks.base import Stage
from tests.networks.talk import Talk
from tests.peers.sessions import Killed
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]

AROUND_THE_CLOCK: dict[str, object] = {}


@pytest.fixture
def here(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


@pytest.fixture
def network(settings: Settings) -> Iterator[Stage]:
    with mastodon.stage(settings) as staged:
        yield staged


@pytest.fixture
def talk(network: Stage) -> Talk:
    assert network.talk is not None
    return network.talk


@pytest.fixture
def account(world: World, network: Stage) -> SocialAccount:
    account = staged_account(world.brand, "mastodon", network)
    inbox_feeds.listen_to(account)
    return account


@pytest.fixture
def crash(settings: Settings) -> Iterator[Callable[[CrashPoint], None]]:
    settings.WARREN_FAULTS = True

    def at(point: CrashPoint) -> None:
        def reach(reached: str) -> None:
            if reached == point:
                faults.install(None)
                raise Killed(point)

        faults.install(reach)

    yield at
    faults.install(None)


def read(account: SocialAccount) -> None:
    """As the sweep does, when it is due."""
    InboxFeed.objects.update(due_at=now(), claimed_until=None)
    feed = InboxFeed.objects.get(account=account)
    assert inbox_feeds.read_feed(feed_id=feed.pk)


def heard(account: SocialAccount, talk: Talk, text: str = "When do you open?") -> Conversation:
    talk.say("comment", text, at=now() - timedelta(minutes=5))
    read(account)
    return Conversation.objects.get()


def send(answer: InboxMessage) -> InboxMessage:
    inbox_sending.send_answer(message_id=answer.pk)
    answer.refresh_from_db()
    return answer


def later(answer: InboxMessage, **span: float) -> InboxMessage:
    """Another worker, when the lease of the dead one has ended or the pause is over."""
    with time_machine.travel(now() + timedelta(**(span or {"minutes": 10})), tick=True):
        return send(answer)


def actions() -> list[str]:
    rows = AuditRecord.objects.filter(action__startswith="inbox.").order_by("created_at", "id")
    return list(rows.values_list("action", flat=True))


# Listening


def test_a_connected_account_is_listened_to_and_one_that_cannot_be_is_not(world: World) -> None:
    account = mastodon_account(world.brand)
    inbox_feeds.listen_to(account)
    inbox_feeds.listen_to(account)
    inbox_feeds.listen_to(world.account)
    assert [feed.account_id for feed in InboxFeed.objects.all()] == [account.pk]


def test_what_is_said_becomes_a_conversation_with_its_post(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    post = make.post(world.brand, account, external_id=talk.posts()[0].remote_id)
    place = heard(account, talk)
    assert (place.kind, place.post, place.unread_count) == ("comment", post, 1)
    assert place.person_name == "Anna"
    assert place.status == ConversationStatus.OPEN
    said = place.messages.get()
    assert (said.text, said.side, place.waiting_since) == (
        "When do you open?",
        "theirs",
        said.said_at,
    )
    feed = InboxFeed.objects.get()
    assert feed.read_at is not None
    assert feed.due_at is not None
    assert feed.claimed_until is None


def test_hearing_it_again_keeps_it_once(account: SocialAccount, talk: Talk) -> None:
    heard(account, talk)
    InboxFeed.objects.update(cursor={})
    read(account)
    assert InboxMessage.objects.count() == 1
    assert Conversation.objects.get().unread_count == 1


def test_keeping_that_fails_leaves_the_cursor_where_it_was(
    account: SocialAccount, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say("comment", "Hello", at=now() - timedelta(minutes=5))

    def fails(**_: object) -> int:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(inbox_feeds, "keep_heard", fails)
        with pytest.raises(RuntimeError):
            read(account)
    assert InboxFeed.objects.get().cursor == {}
    read(account)
    assert InboxMessage.objects.count() == 1


def test_a_worker_that_lost_its_lease_keeps_nothing(
    account: SocialAccount, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say("comment", "Hello", at=now() - timedelta(minutes=5))

    def overtaken(row: SocialAccount) -> AccountSession:
        InboxFeed.objects.update(fence=99)
        return AccountSession(row)

    monkeypatch.setattr(inbox_feeds, "AccountSession", overtaken)
    read(account)
    assert not InboxMessage.objects.exists()


def test_the_first_reading_makes_nobody_late_and_tells_nobody(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    inbox_level.set_level(brand=world.brand, minutes=30, hours=AROUND_THE_CLOCK, by=world.owner)
    place = heard(account, talk)
    assert place.answer_due_at is None
    talk.say(
        "comment", "And now?", at=now() - timedelta(minutes=1), after=place.messages.get().remote_id
    )
    read(account)
    assert "inbox.message_received" in actions()
    assert actions().count("inbox.message_received") == 1


def test_our_words_on_the_networks_pages_end_the_waiting(
    account: SocialAccount, talk: Talk
) -> None:
    place = heard(account, talk)
    talk.say_as_us("At nine.", after=place.messages.get().remote_id, at=now())
    read(account)
    place.refresh_from_db()
    assert place.waiting_since is None
    assert [each.side for each in place.messages.all()] == ["theirs", "ours"]


def test_a_new_word_opens_what_was_done_and_waits_since_then(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    place = heard(account, talk)
    inbox.finish(conversation=place, by=world.editor)
    place.refresh_from_db()
    assert (place.status, place.waiting_since) == (ConversationStatus.DONE, None)
    first = place.messages.get()
    talk.say("comment", "Hello?", at=now() - timedelta(seconds=30), after=first.remote_id)
    read(account)
    place.refresh_from_db()
    assert place.status == ConversationStatus.OPEN
    assert place.waiting_since is not None
    assert place.waiting_since > first.said_at


def test_a_failure_puts_it_off_longer_each_time_and_says_so(
    account: SocialAccount, network: Stage
) -> None:
    network.network.whole_answer = "500"
    waits = []
    for _ in range(2):
        read(account)
        feed = InboxFeed.objects.get()
        assert feed.last_error
        assert feed.due_at is not None
        waits.append((feed.due_at - now()).total_seconds())
    assert waits[1] > waits[0] * 1.5
    network.network.whole_answer = ""
    read(account)
    assert InboxFeed.objects.get().last_error == ""


def test_an_ended_access_is_told_as_a_lost_channel(account: SocialAccount, network: Stage) -> None:
    network.network.whole_answer = "401"
    read(account)
    account.refresh_from_db()
    assert account.status == AccountStatus.NEEDS_RECONNECT
    assert InboxFeed.objects.get().due_at is None


def test_a_missing_permission_to_read_holds_up_no_posts(
    account: SocialAccount, network: Stage
) -> None:
    network.network.withheld.add("read:notifications")
    read(account)
    account.refresh_from_db()
    assert account.status == AccountStatus.ACTIVE
    assert "Connect it again" in InboxFeed.objects.get().last_error


# Answering


def test_an_answer_goes_out_once_and_ends_the_waiting(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    place = heard(account, talk)
    answer = inbox.answer(conversation=place, text="At nine.", by=world.editor)
    assert answer.state == MessageState.QUEUED
    send(answer)
    send(answer)
    assert answer.state == MessageState.SAID
    (there,) = talk.answers()
    assert there.text == "@anna@other.example At nine."
    assert there.id == answer.remote_id
    place.refresh_from_db()
    assert (place.waiting_since, place.assignee, place.unread_count) == (None, world.editor, 0)
    assert answer.waited_seconds is not None
    read(account)
    assert place.messages.count() == 2


def test_a_double_click_is_one_answer(world: World, account: SocialAccount, talk: Talk) -> None:
    place = heard(account, talk)
    first = inbox.answer(conversation=place, text="At nine.", by=world.editor)
    again = inbox.answer(conversation=place, text="At nine. ", by=world.editor)
    assert first == again
    send(first)
    assert inbox.answer(conversation=place, text="At nine.", by=world.editor) == first
    other = inbox.answer(conversation=place, text="Or ten.", by=world.editor)
    assert other != first


@pytest.mark.parametrize("point", [CrashPoint.CLAIMED, CrashPoint.SENDING, CrashPoint.SENT])
def test_a_worker_killed_anywhere_leaves_one_answer(
    world: World,
    account: SocialAccount,
    talk: Talk,
    crash: Callable[[CrashPoint], None],
    point: CrashPoint,
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    crash(point)
    with pytest.raises(Killed):
        send(answer)
    assert later(answer).state == MessageState.SAID
    assert len(talk.answers()) == 1


@pytest.mark.parametrize("point", [CrashPoint.SENDING, CrashPoint.SENT])
def test_when_the_key_is_forgotten_a_person_is_asked(
    world: World,
    account: SocialAccount,
    talk: Talk,
    crash: Callable[[CrashPoint], None],
    point: CrashPoint,
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    crash(point)
    with pytest.raises(Killed):
        send(answer)
    before = len(talk.answers())
    assert later(answer, hours=2).state == MessageState.UNKNOWN
    assert len(talk.answers()) == before
    assert "inbox.answer_unknown" in actions()


@pytest.mark.parametrize("fault", ["500", "500_after", "reset_after", "empty_after"])
def test_an_unclear_end_is_repeated_by_its_key(
    world: World, account: SocialAccount, talk: Talk, network: Stage, fault: str
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    network.network.faults.append(fault)
    assert send(answer).state == MessageState.SENDING
    assert later(answer).state == MessageState.SAID
    assert len(talk.answers()) == 1


def test_the_network_itself_settles_what_nobody_knew(
    world: World,
    account: SocialAccount,
    talk: Talk,
    crash: Callable[[CrashPoint], None],
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    crash(CrashPoint.SENT)
    with pytest.raises(Killed):
        send(answer)
    later(answer, hours=2)
    read(account)
    answer.refresh_from_db()
    assert answer.state == MessageState.SAID
    assert InboxMessage.objects.filter(side="ours").count() == 1


def test_a_pause_is_kept_and_then_it_goes_out(
    world: World, account: SocialAccount, talk: Talk, network: Stage
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    network.network.faults.append("429")
    assert send(answer).state == MessageState.QUEUED
    assert send(answer).state == MessageState.QUEUED
    assert not talk.answers()
    assert later(answer).state == MessageState.SAID


def test_a_refusal_fails_with_its_sentence_and_can_be_sent_again(
    world: World, account: SocialAccount, talk: Talk, network: Stage
) -> None:
    answer = inbox.answer(conversation=heard(account, talk), text="At nine.", by=world.editor)
    network.network.faults.append("422")
    assert send(answer).state == MessageState.FAILED
    assert answer.error_message
    inbox.send_again(message=answer, by=world.editor)
    assert send(answer).state == MessageState.SAID


def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    place = heard(account, talk)
    for words in ("", "  ", "x" * 496):
        with pytest.raises(Invalid):
            inbox.answer(conversation=place, text=words, by=world.editor)
    assert place.messages.count() == 1


def test_a_stop_lets_no_answer_leave_and_makes_up_for_none(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    place = heard(account, talk)
    waiting = inbox.answer(conversation=place, text="At nine.", by=world.editor)
    stop(level=Stop.Level.ACCOUNT, account=account, by=world.owner, reason="Crisis")
    with pytest.raises(Halted):
        inbox.answer(conversation=place, text="Or ten.", by=world.editor)
    assert send(waiting).state == MessageState.FAILED
    assert "Crisis" in waiting.error_message
    assert not talk.answers()


def test_a_channel_that_is_gone_cannot_answer(world: World) -> None:
    account = mastodon_account(world.brand, status=AccountStatus.NEEDS_RECONNECT)
    place = conversation(account)
    message(place)
    with pytest.raises(Conflict, match="not connected"):
        inbox.answer(conversation=place, text="At nine.", by=world.editor)


@pytest.mark.parametrize(
    ("decision", "state"), [("there", "said"), ("again", "queued"), ("leave", "failed")]
)
def test_a_person_says_what_became_of_it(world: World, decision: str, state: str) -> None:
    place = conversation(mastodon_account(world.brand))
    theirs = message(place)
    ours = message(
        place, side="ours", state="unknown", remote_id="", parent_remote_id=theirs.remote_id
    )
    inbox.settle_unknown(message=ours, decision=decision, by=world.editor)
    ours.refresh_from_db()
    assert ours.state == state
    with pytest.raises(Conflict):
        inbox.settle_unknown(message=ours, decision=decision, by=world.editor)


# Working together


def test_a_conversation_is_given_to_members_who_may_answer(world: World) -> None:
    place = conversation(mastodon_account(world.brand))
    inbox.assign(conversation=place, to=world.admin.pk, by=world.editor)
    place.refresh_from_db()
    assert place.assignee == world.admin
    for nobody in (world.viewer.pk, world.stranger.pk, uuid4()):
        with pytest.raises(Invalid):
            inbox.assign(conversation=place, to=nobody, by=world.editor)
    limited = Membership.objects.get(user=world.editor)
    Membership.objects.filter(pk=limited.pk).update(sees_all_brands=False)
    with pytest.raises(Invalid):
        inbox.assign(conversation=place, to=world.editor.pk, by=world.owner)
    inbox.assign(conversation=place, to=None, by=world.editor)
    place.refresh_from_db()
    assert place.assignee is None


def test_a_note_never_leaves_and_answers_nobody(world: World) -> None:
    place = conversation(mastodon_account(world.brand))
    note = inbox.write_note(conversation=place, text="Ask the yard.", by=world.editor)
    place.refresh_from_db()
    assert (note.side, note.state, note.due_at) == ("note", "said", None)
    assert place.waiting_since is not None
    assert not inbox_sending.send_answer(message_id=note.pk)


def test_late_is_told_once(world: World) -> None:
    place = conversation(mastodon_account(world.brand), answer_due_at=now() - timedelta(minutes=1))
    assert inbox_level.tell_late(conversation_id=place.pk)
    assert not inbox_level.tell_late(conversation_id=place.pk)
    assert actions() == ["inbox.answer_late"]


def test_a_new_level_counts_for_what_waits(world: World) -> None:
    since = now() - timedelta(hours=1)
    place = conversation(mastodon_account(world.brand), waiting_since=since)
    for minutes, due in ((30, since + timedelta(minutes=30)), (0, None)):
        inbox_level.set_level(
            brand=world.brand, minutes=minutes, hours=AROUND_THE_CLOCK, by=world.owner
        )
        place.refresh_from_db()
        assert place.answer_due_at == due


def test_ended_conversations_go_and_open_ones_stay(world: World) -> None:
    account = mastodon_account(world.brand)
    old = now() - timedelta(days=200)
    ended = conversation(account, status="done", last_message_at=old, waiting_since=None)
    conversation(account, last_message_at=old)
    conversation(account, status="done")
    Conversation.objects.update(updated_at=old)
    assert inbox_sweep.forget_conversations(now() - timedelta(days=180)) == 1
    assert not Conversation.objects.filter(pk=ended.pk).exists()
    assert Conversation.objects.count() == 2


def test_one_outsider_is_erased_whole(world: World) -> None:
    account = mastodon_account(world.brand)
    first = conversation(account)
    message(first)
    conversation(account)
    other = conversation(account, person_id="77", person_name="Ben")
    assert inbox_sweep.erase_person(conversation=first) == 2
    assert list(Conversation.objects.all()) == [other]
    assert not InboxMessage.objects.exists()


def test_two_workers_who_keep_the_same_do_no_harm(
    world: World, account: SocialAccount, talk: Talk
) -> None:
    from publishing.channels.registry import channels
    from publishing.services.inbox_keeping import keep_heard

    talk.say("message", "Hello", at=now() - timedelta(minutes=5))
    channel = channels["mastodon"]
    hearing = channel.listen(AccountSession(account), cursor={}, posts=())  # type: ignore[attr-defined]
    with org_atomic(world.id):
        assert keep_heard(account=account, heard=hearing.heard) == 1
        assert keep_heard(account=account, heard=hearing.heard) == 0
    assert Conversation.objects.get().kind == "message"
