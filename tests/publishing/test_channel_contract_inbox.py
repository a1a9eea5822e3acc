"""What every channel keeps that listens to people or answers them, over real HTTP against its
stand-in, whose `talk` (tests/networks/talk.py) says what people do there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.kernel.clock import now
from publishing.channels.base import (
    Answers,
    Channel,
    ChannelError,
    Handle,
    Heard,
    Hearing,
    Listens,
    Outcome,
)
from publishing.channels.listening import FIRST_SPAN
from publishing.channels.registry import channels
from tests.networks.base import RETRY_AFTER_SECONDS, Stage
from tests.networks.talk import Person, Talk

from .contract import stage as stage

LISTENING = {slug: each for slug, each in channels.items() if isinstance(each, Listens)}
KINDS = ("comment", "mention", "message", "review")
FIRST = timedelta(hours=3)
"""How long ago the first word was said."""
KEY = "answer-1"
MOST_CALLS = 30

pytestmark = pytest.mark.django_db


@pytest.fixture(params=LISTENING.values(), ids=list(LISTENING))
def channel(request: pytest.FixtureRequest) -> Channel:
    found: Channel = request.param
    return found


@pytest.fixture
def talk(channel: Channel, stage: Stage) -> Talk:
    assert stage.talk is not None, f"{channel.slug} listens, so its stage needs a talk"
    return stage.talk


@pytest.fixture
def kind(channel: Channel) -> str:
    """One that is heard."""
    assert isinstance(channel, Listens)
    return channel.hears[0]


def once(channel: Channel, stage: Stage, cursor: Handle | None = None) -> Hearing:
    assert isinstance(channel, Listens)
    assert stage.talk is not None
    return channel.listen(stage.session(), cursor=cursor or {}, posts=stage.talk.posts())


def listen(
    channel: Channel, stage: Stage, cursor: Handle | None = None
) -> tuple[list[Heard], Handle]:
    """Until nothing is left, as the sweep does; the cursor survives being kept as JSON."""
    heard: list[Heard] = []
    for _ in range(MOST_CALLS):
        told = once(channel, stage, cursor)
        heard += told.heard
        cursor = told.cursor
        if told.is_all:
            return heard, cursor
    raise AssertionError(f"{channel.slug} was not done after {MOST_CALLS} readings")


def only(heard: list[Heard]) -> Heard:
    (found,) = heard
    return found


def told_to(channel: Channel, stage: Stage, talk: Talk, kind: str, text: str = "Hello?") -> Heard:
    talk.say(kind, text, at=now() - FIRST)
    heard, _ = listen(channel, stage)
    return only(heard)


def answer(
    channel: Channel, stage: Stage, heard: Heard, text: str = "Thank you.", key: str = KEY
) -> None:
    assert isinstance(channel, Answers)
    at = now() - timedelta(minutes=1)
    channel.answer(heard, text, stage.session(), key=key, at=at)


# Listening


def test_what_it_hears_and_how_often_is_declared(channel: Channel) -> None:
    assert isinstance(channel, Listens)
    assert channel.hears
    assert set(channel.hears) <= set(KINDS)
    assert channel.listens_every >= 60


def test_each_kind_is_heard_with_who_said_it(channel: Channel, stage: Stage, talk: Talk) -> None:
    assert isinstance(channel, Listens)
    moment = now()
    ids = {
        talk.say(kind, f"A {kind}.", at=moment - FIRST + timedelta(minutes=number)): kind
        for number, kind in enumerate(channel.hears)
    }
    heard, _ = listen(channel, stage)
    assert [(each.remote_id, each.kind) for each in heard] == list(ids.items())
    for each in heard:
        assert each.text == f"A {each.kind}."
        assert each.author_id == talk.person.id
        assert each.author_name == talk.person.name
        assert each.conversation
        assert not each.is_ours
        assert abs(each.said_at - moment) <= FIRST + timedelta(minutes=1)
        assert each.said_at.tzinfo is not None


def test_a_comment_tells_the_post_it_hangs_under(
    channel: Channel, stage: Stage, talk: Talk
) -> None:
    assert isinstance(channel, Listens)
    if "comment" not in channel.hears:
        pytest.skip("it hears no comments")
    heard = told_to(channel, stage, talk, "comment")
    assert heard.under in {post.remote_id for post in talk.posts()}


def test_the_first_reading_goes_back_a_week(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    talk.say(kind, "Long ago", at=now() - FIRST_SPAN - timedelta(hours=2))
    talk.say(kind, "Lately", at=now() - FIRST_SPAN + timedelta(hours=2))
    heard, cursor = listen(channel, stage)
    assert [each.text for each in heard] == ["Lately"]
    assert listen(channel, stage, cursor)[0] == []


def test_nothing_is_heard_twice_and_the_same_cursor_gives_the_same(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    talk.say(kind, "One", at=now() - FIRST)
    heard, first = listen(channel, stage)
    assert [each.text for each in heard] == ["One"]
    other = Person("77", "Ben", "ben.test")
    talk.say(kind, "Two", at=now() - timedelta(minutes=5), person=other)
    again, second = listen(channel, stage, first)
    assert [each.text for each in again] == ["Two"]
    # Keeping them failed, so the old cursor is still there.
    assert listen(channel, stage, first)[0] == again
    assert listen(channel, stage, second)[0] == []


def test_two_words_of_one_moment_are_both_heard(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    moment = now() - timedelta(minutes=5)
    talk.say(kind, "One", at=moment)
    heard, cursor = listen(channel, stage)
    talk.say(kind, "Two", at=moment, person=Person("77", "Ben", "ben.test"))
    assert [each.text for each in listen(channel, stage, cursor)[0]] == ["Two"]


def test_more_than_some_pages_are_all_heard_once(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    many = talk.page * 3 + 1
    start = now() - FIRST
    for number in range(many):
        talk.say(kind, f"Word {number}", at=start + timedelta(seconds=number))
    heard, cursor = listen(channel, stage)
    assert sorted(each.text for each in heard) == sorted(f"Word {n}" for n in range(many))
    assert listen(channel, stage, cursor)[0] == []
    for number in range(many):
        talk.say(kind, f"Later {number}", at=start + timedelta(hours=1, seconds=number))
    later, _ = listen(channel, stage, cursor)
    assert sorted(each.text for each in later) == sorted(f"Later {n}" for n in range(many))


def test_one_person_under_one_post_is_one_conversation(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    first = talk.say(kind, "One", at=now() - FIRST)
    talk.say(kind, "Two", at=now() - FIRST + timedelta(minutes=5), after=first)
    talk.say(kind, "Else", at=now() - timedelta(minutes=9), person=Person("77", "Ben", "ben.test"))
    heard, _ = listen(channel, stage)
    names = [each.conversation for each in heard]
    assert len(names) == 3
    if kind != "review":
        assert names[0] == names[1]
    assert names[2] != names[0]


def test_our_own_words_there_are_ours(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    if not talk.tells_ours:
        pytest.skip("the network does not tell what was said on its own pages")
    said = talk.say(kind, "Where are you?", at=now() - FIRST)
    reply = talk.say_as_us("By the sea.", after=said, at=now() - timedelta(hours=1))
    heard, _ = listen(channel, stage)
    theirs, ours = heard
    assert (ours.remote_id, ours.is_ours, theirs.is_ours) == (reply, True, False)
    assert "By the sea." in ours.text
    assert ours.conversation == theirs.conversation or ours.parent == said


def test_what_was_taken_down_harms_nothing(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    gone = talk.say(kind, "Gone", at=now() - FIRST)
    talk.say(kind, "There", at=now() - FIRST + timedelta(minutes=1))
    talk.take_down(gone)
    heard, cursor = listen(channel, stage)
    assert [each.text for each in heard] == ["There"]
    assert listen(channel, stage, cursor)[0] == []


@pytest.mark.parametrize("text", ["Fish & <chips>?", "One\n\nTwo", "Ende 🐟"])
def test_words_come_as_people_wrote_them(
    channel: Channel, stage: Stage, talk: Talk, kind: str, text: str
) -> None:
    assert told_to(channel, stage, talk, kind, text).text == text


def test_a_network_that_asks_for_a_pause_is_left_alone(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    talk.say(kind, "Hello", at=now() - FIRST)
    stage.network.whole_answer = "429"
    with pytest.raises(ChannelError) as refused:
        once(channel, stage)
    assert refused.value.outcome is Outcome.RATE_LIMITED
    assert 0 < (refused.value.retry_after or 0) < RETRY_AFTER_SECONDS + 1


@pytest.mark.parametrize("nonsense", ["page", "empty", "odd", "list", "500"])
def test_nonsense_is_a_failed_reading_and_loses_nothing(
    channel: Channel, stage: Stage, talk: Talk, kind: str, nonsense: str
) -> None:
    talk.say(kind, "Hello", at=now() - FIRST)
    stage.network.whole_answer = nonsense
    cursor: Handle = {}
    try:
        # An empty list is an answer: nothing was said.
        told = once(channel, stage)
        assert not told.heard
        cursor = told.cursor
    except ChannelError as error:
        assert error.message.endswith(".")
        assert not error.ambiguous
    stage.network.whole_answer = ""
    assert [each.text for each in listen(channel, stage, cursor)[0]] == ["Hello"]


def test_an_ended_access_asks_for_connecting_again(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    talk.say(kind, "Hello", at=now() - FIRST)
    stage.network.whole_answer = "401"
    with pytest.raises(ChannelError) as refused:
        once(channel, stage)
    assert refused.value.outcome in (Outcome.RECONNECT, Outcome.REFUSED, Outcome.NOT_SENT)


# Answering


def test_each_kind_that_is_heard_has_room_for_an_answer_or_says_no(
    channel: Channel, stage: Stage, talk: Talk
) -> None:
    assert isinstance(channel, Listens)
    assert isinstance(channel, Answers)
    for number, kind in enumerate(channel.hears):
        talk.say(kind, f"A {kind}", at=now() - FIRST + timedelta(minutes=number))
    for heard in listen(channel, stage)[0]:
        room = channel.answer_room(heard, stage.account)
        assert room is None or room > 20
        if room is not None:
            answer(channel, stage, heard, f"Re: {heard.kind}", key=f"answer-{heard.kind}")
            (there,) = [each for each in talk.answers() if f"Re: {heard.kind}" in each.text]
            assert there.parent in (heard.remote_id, "")


def test_what_is_said_from_here_is_heard_as_ours_with_the_same_id(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    assert isinstance(channel, Answers)
    heard = told_to(channel, stage, talk, kind)
    said = channel.answer(heard, "Thank you.", stage.session(), key=KEY, at=now())
    assert said.remote_id
    if not talk.tells_ours:
        return
    ours = [each for each in listen(channel, stage)[0] if each.is_ours]
    assert [each.remote_id for each in ours] == [said.remote_id]


def test_the_same_answer_again_makes_nothing_new_where_keys_last(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    assert isinstance(channel, Answers)
    heard = told_to(channel, stage, talk, kind)
    at = now() - timedelta(minutes=1)
    times = 2 if channel.answer_key_lasts else 1
    said = [
        channel.answer(heard, "Thank you.", stage.session(), key=KEY, at=at).remote_id
        for _ in range(times)
    ]
    assert len(set(said)) == 1
    assert len(talk.answers()) == 1
    other = channel.answer(heard, "Thank you.", stage.session(), key="answer-2", at=at)
    assert other.remote_id != said[0]


@pytest.mark.parametrize("fault", ["500_after", "reset_after", "empty_after", "page_after"])
def test_an_answer_that_may_be_there_is_unclear_or_known(
    channel: Channel, stage: Stage, talk: Talk, kind: str, fault: str
) -> None:
    """Unclear is ambiguous; a key makes the repetition harmless."""
    assert isinstance(channel, Answers)
    heard = told_to(channel, stage, talk, kind)
    stage.network.faults.append(fault)
    at = now() - timedelta(minutes=1)
    try:
        channel.answer(heard, "Thank you.", stage.session(), key=KEY, at=at)
    except ChannelError as error:
        assert error.outcome is Outcome.AMBIGUOUS
    assert len(talk.answers()) == 1
    if channel.answer_key_lasts:
        channel.answer(heard, "Thank you.", stage.session(), key=KEY, at=at)
        assert len(talk.answers()) == 1


@pytest.mark.parametrize("fault", ["401", "403", "429"])
def test_an_answer_that_was_refused_is_not_there(
    channel: Channel, stage: Stage, talk: Talk, kind: str, fault: str
) -> None:
    heard = told_to(channel, stage, talk, kind)
    # A first 401 only says that the access must be renewed.
    stage.network.faults.extend([fault] * 4)
    with pytest.raises(ChannelError) as refused:
        answer(channel, stage, heard)
    assert refused.value.outcome is not Outcome.AMBIGUOUS
    assert (refused.value.outcome is Outcome.RATE_LIMITED) == (fault == "429")
    assert not talk.answers()


@pytest.mark.parametrize("words", ["", "   ", "too long"])
def test_a_misfit_is_refused_before_a_byte(
    channel: Channel, stage: Stage, talk: Talk, kind: str, words: str
) -> None:
    assert isinstance(channel, Answers)
    heard = told_to(channel, stage, talk, kind)
    room = channel.answer_room(heard, stage.account) or 0
    before = len(stage.network.log)
    with pytest.raises(ChannelError) as refused:
        answer(channel, stage, heard, "é" * (room + 1) if words == "too long" else words)
    assert refused.value.permanent
    assert refused.value.code == "does_not_fit"
    assert len(stage.network.log) == before


def test_a_full_answer_fits(channel: Channel, stage: Stage, talk: Talk, kind: str) -> None:
    assert isinstance(channel, Answers)
    heard = told_to(channel, stage, talk, kind)
    room = channel.answer_room(heard, stage.account)
    assert room is not None
    answer(channel, stage, heard, "x" * room)
    assert len(talk.answers()) == 1


def test_an_answer_needs_only_what_was_kept_of_what_was_heard(
    channel: Channel, stage: Stage, talk: Talk, kind: str
) -> None:
    heard = told_to(channel, stage, talk, kind)
    kept = replace(heard, author_url="", url="", parent="", under="", text="")
    answer(channel, stage, kept)
    assert len(talk.answers()) == 1
