"""What every channel keeps, whatever network it speaks to: declarations, payloads and posts.

Each check applies wherever a channel declares the capability; `MAY_BE_LEFT_OUT` names the few that
a platform can make impossible. Beside it stand test_channel_contract_faults.py, _access.py (forms,
consent, renewal, the doctor), _ledger.py and _pages.py, which are the same through the real ledger
and the real pages.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel.clock import now
from publishing.channels.base import (
    Authorizes,
    Channel,
    ChannelError,
    Connects,
    Deletes,
    DeliveryClass,
    Draft,
    Finds,
    Found,
    Gone,
    Kind,
    Measurement,
    Measures,
    Media,
    Outcome,
    Payload,
    Probes,
    Published,
    Publishes,
    Renews,
    canonical,
    fingerprint,
)
from publishing.channels.errors import SENTENCES, UNPARSABLE
from publishing.channels.registry import channels
from publishing.channels.text import COUNTERS, measure_text
from tests.networks.base import Stage
from tests.peers.sessions import MemorySession

from .contract import (
    LINK,
    TAG,
    TITLE,
    WORDS,
    a_video,
    again,
    as_oauth,
    as_published,
    draft_for,
    follow,
    freeze,
    limits_of,
    only_item,
    publish,
    skip_if_exempt,
    some_pictures,
)

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 20, 12, 30, 15, 678_000, tzinfo=UTC)
SECRET_NAMES = re.compile(r"token|secret|password|jwt|key|seed", re.IGNORECASE)


# Declarations


def test_the_declarations_are_complete(channel: Channel) -> None:
    assert channels[channel.slug] is channel
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,29}", channel.slug)
    assert channel.label
    found = finders.find(channel.icon)
    assert isinstance(found, str), f"static/{channel.icon} is missing"
    icon = Path(found).read_text()
    assert icon.startswith("<svg")
    assert "aria-label=" in icon
    assert isinstance(channel.delivery_class, DeliveryClass)
    assert isinstance(channel, Publishes)
    names = [field.name for field in channel.credential_fields]
    assert len(names) == len(set(names))
    assert isinstance(channel, Connects | Authorizes)
    assert bool(names) <= isinstance(channel, Connects | Authorizes)
    assert as_oauth(channel) is None or channel.scopes
    assert all(host.startswith("https://") for host in channel.hosts.values())
    quotas = [quota.name for quota in channel.quotas]
    assert len(quotas) == len(set(quotas))
    assert all(quota.counts in ("posts", "calls") for quota in channel.quotas)
    assert all(quota.per in ("account", "app") for quota in channel.quotas)
    assert channel.__doc__ or __import__(type(channel).__module__, fromlist=["x"]).__doc__


def test_every_class_but_d_can_be_read_back(channel: Channel) -> None:
    assert isinstance(channel, Finds) or channel.delivery_class is DeliveryClass.D


def test_a_channel_that_asks_a_network_can_look_after_its_accounts(
    channel: Channel, stage: Stage
) -> None:
    skip_if_exempt(stage, "faults")
    assert isinstance(channel, Probes), "the doctor needs probe"
    assert isinstance(channel, Renews) or as_oauth(channel) is None


def test_the_limits_reach_the_browser_whole(channel: Channel, stage: Stage) -> None:
    for limits in (channel.limits, limits_of(channel, stage)):
        told = limits.as_json()
        json.dumps(told, allow_nan=False)
        assert told["counter"] in COUNTERS
        assert told["link_rule"] in ("full", "fixed", "shortened")
        assert (told["link_rule"] == "full") == (told["link_length"] is None)
        assert limits.images_max == 0 or limits.image_types
        assert bool(limits.videos_max) == (limits.video is not None)
        assert not limits.title_required or limits.title_max is not None


# Payloads


def test_freezing_is_plain_json_and_the_same_every_time(channel: Channel, stage: Stage) -> None:
    payload = freeze(channel, stage, at=MOMENT)
    assert json.loads(canonical(payload)) == payload
    assert fingerprint(freeze(channel, stage, at=MOMENT)) == fingerprint(payload)
    assert not stage.network.log


def test_another_occurrence_is_another_post(channel: Channel, stage: Stage) -> None:
    if channel.delivery_class is DeliveryClass.A:
        one, two = (freeze(channel, stage, at=MOMENT, key=key) for key in ("one", "two"))
        assert fingerprint(one) != fingerprint(two)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_frozen_fits_and_what_does_not_fit_is_refused(
    channel: Channel, stage: Stage, text: str
) -> None:
    draft = draft_for(channel, stage, text, link=LINK)
    over = measure_text(channel.compose(draft), limits_of(channel, stage)).over
    try:
        freeze(channel, stage, draft)
    except ChannelError as error:
        assert error.outcome is Outcome.REFUSED
        assert over or channel.problems(draft, stage.account)
    else:
        assert not over


def test_a_text_at_the_limit_passes_and_one_more_is_refused_in_a_sentence(
    channel: Channel, stage: Stage
) -> None:
    plain = replace(draft_for(channel, stage), hashtags=(), link=None)
    room = limits_of(channel, stage).max_characters
    freeze(channel, stage, replace(plain, text="x" * room))
    with pytest.raises(ChannelError) as caught:
        freeze(channel, stage, replace(plain, text="x" * (room + 1)))
    assert channel.label in caught.value.message
    assert str(room) in caught.value.message.replace(",", "")
    assert caught.value.message.endswith(".")


def test_what_does_not_fit_is_refused_in_a_sentence(channel: Channel, stage: Stage) -> None:
    for draft in _misfits(channel, stage):
        problem = channel.problems(draft, stage.account)[-1]
        assert problem.endswith(".")
        with pytest.raises(ChannelError) as caught:
            freeze(channel, stage, draft)
        assert caught.value.outcome is Outcome.REFUSED


def _misfits(channel: Channel, stage: Stage) -> list[Draft]:
    limits, fits = limits_of(channel, stage), draft_for(channel, stage)
    kind = limits.image_types[0] if limits.image_types else "image/jpeg"
    drafts = [
        replace(fits, text="  ", hashtags=(), media=(), link=None, title=""),
        replace(fits, media=(Media("m", kind),) * (limits.images_max + 1)),
        replace(fits, media=(Media("m", "video/mp4"),) * (limits.videos_max + 1)),
        replace(fits, thread=("And more.",) * limits.thread_max),
    ]
    if limits.alt_max is not None and limits.images_max:
        drafts.append(replace(fits, media=(Media("m", kind, alt="a" * (limits.alt_max + 1)),)))
    if limits.media_required:
        drafts.append(replace(fits, media=()))
    if limits.title_max is not None:
        drafts.append(replace(fits, title="t" * (limits.title_max + 1)))
    if limits.title_required:
        drafts.append(replace(fits, title=" "))
    if limits.thread_max > 1:
        drafts.append(replace(fits, thread=("x" * (limits.max_characters + 1),)))
    long = "x" * ((limits.comment_max or 0) + 1)
    return [*drafts, replace(fits, first_comment=long)]


# Posts


def test_text_hashtag_and_link_arrive(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    out = publish(channel, stage, freeze(channel, stage, draft_for(channel, stage, link=LINK)))
    item = only_item(stage)
    told = f"{item.text} {item.facts}"
    assert WORDS in item.text
    assert item.kind == "post"
    assert not item.parent
    assert limits_of(channel, stage).hashtags_max == 0 or TAG.casefold() in told.casefold()
    assert "harbour.example/masts" in told
    assert out.remote_id
    assert len(out.remote_id) <= 500
    assert out.url.startswith(("http://", "https://", "/"))


def test_special_characters_arrive_as_they_were_written(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish", "angle_brackets")
    text = "Masts & <spars>: 20 % off_today (really) [yes] *now* ~ \\ {a} | “quoted” 🛶 ü"
    publish(channel, stage, freeze(channel, stage, draft_for(channel, stage, text)))
    assert text in only_item(stage).text


def test_pictures_arrive_in_their_order_with_their_descriptions(
    channel: Channel, stage: Stage
) -> None:
    skip_if_exempt(stage, "publish")
    limits = limits_of(channel, stage)
    for number, count in enumerate(sorted({1, limits.images_max} - {0})):
        if not limits.images_max:
            break
        media = some_pictures(stage, limits, count)
        draft = draft_for(channel, stage, media=media)
        publish(channel, stage, freeze(channel, stage, draft, key=str(count)))
        item = stage.posts()[number]
        assert [each["kind"] for each in item.media] == ["image"] * count
        if limits.alt_max is not None:
            assert [each["alt"] for each in item.media] == [each.alt for each in media]


def test_a_video_arrives(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    limits = limits_of(channel, stage)
    if not limits.videos_max:
        return
    draft = draft_for(channel, stage, media=(a_video(stage, limits),))
    publish(channel, stage, freeze(channel, stage, draft))
    assert [each["kind"] for each in only_item(stage).media] == ["video"]


def test_a_title_arrives(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    if limits_of(channel, stage).title_max is None:
        return
    publish(channel, stage, freeze(channel, stage, draft_for(channel, stage, title=TITLE)))
    assert only_item(stage).facts["title"] == TITLE


def test_a_thread_hangs_together_and_each_part_is_found_by_itself(
    channel: Channel, stage: Stage
) -> None:
    skip_if_exempt(stage, "publish")
    if limits_of(channel, stage).thread_max < 3:
        assert limits_of(channel, stage).thread_max == 1
        return
    root = parent = as_published(publish(channel, stage, freeze(channel, stage)))
    for text in ("First the old one comes out.", "Then the new one goes in."):
        payload, session = follow(channel, stage, Kind.REPLY, text, parent, root)
        channel.prepare(payload, session)
        _nothing_yet(channel, payload, session)
        parent = as_published(publish(channel, stage, payload, session))
        _found(channel, stage, payload, again(stage, session), parent)
    first, second, third = stage.posts()
    assert (second.parent, third.parent) == (first.id, second.id)
    assert "the old one" in second.text
    assert "the new one" in third.text


def test_a_first_comment_stands_under_its_post(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    if limits_of(channel, stage).comment_max is None:
        return
    root = as_published(publish(channel, stage, freeze(channel, stage)))
    payload, session = follow(channel, stage, Kind.COMMENT, "Ask us for a date.", root, root)
    channel.prepare(payload, session)
    _nothing_yet(channel, payload, session)
    out = as_published(publish(channel, stage, payload, session))
    _found(channel, stage, payload, again(stage, session), out)
    post, comment = stage.posts()
    assert comment.parent == post.id
    assert comment.kind in ("comment", "post"), "where comments are posts, they are told as such"
    assert "Ask us for a date." in comment.text


def test_preparing_makes_no_post_and_may_be_repeated(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    payload, session = freeze(channel, stage), stage.session()
    channel.prepare(payload, session)
    channel.prepare(payload, again(stage, session))
    assert not stage.posts()
    publish(channel, stage, payload, again(stage, session))
    only_item(stage)


def test_the_same_payload_twice_is_one_post_where_a_key_makes_it_so(
    channel: Channel, stage: Stage
) -> None:
    skip_if_exempt(stage, "publish")
    payload = freeze(channel, stage)
    published = publish(channel, stage, payload)
    if channel.delivery_class is DeliveryClass.A:
        twice = publish(channel, stage, payload)
        assert (twice.remote_id, twice.url) == (published.remote_id, published.url)
    only_item(stage)


def test_read_back_finds_this_post_and_no_look_alike(channel: Channel, stage: Stage) -> None:
    """The look-alike is the same text, posted by the same account three hours before."""
    skip_if_exempt(stage, "publish", "find")
    if not isinstance(channel, Finds):
        return
    earlier = freeze(channel, stage, key="other", at=now() - timedelta(hours=3))
    look_alike = publish(channel, stage, earlier)
    for item in stage.posts():
        item.at -= timedelta(hours=3)
    payload, session = freeze(channel, stage), stage.session()
    _nothing_yet(channel, payload, stage.session())
    channel.prepare(payload, session)
    _nothing_yet(channel, payload, again(stage, session))
    published = publish(channel, stage, payload, session)
    assert published.remote_id != look_alike.remote_id
    _found(channel, stage, payload, again(stage, session), as_published(published))


def _nothing_yet(channel: Channel, payload: Payload, session: MemorySession) -> None:
    if isinstance(channel, Finds):
        assert channel.find(payload, session) is None


def _found(
    channel: Channel, stage: Stage, payload: Payload, session: MemorySession, out: Published
) -> None:
    if isinstance(channel, Finds) and "find" not in stage.exempt:
        found = channel.find(payload, session)
        assert isinstance(found, Found), f"{channel.slug} does not find what it has posted"
        assert found.remote_id == out.remote_id
        assert found.url == out.url


def test_measures_are_numbers_or_nothing_and_deleting_twice_is_success(
    channel: Channel, stage: Stage
) -> None:
    skip_if_exempt(stage, "publish")
    published = as_published(publish(channel, stage, freeze(channel, stage)))
    if isinstance(channel, Measures):
        measured = channel.measure(published, stage.session())
        assert isinstance(measured, Measurement)
        numbers = (
            *(measured.likes, measured.comments, measured.shares, measured.impressions),
            *(measured.reach, measured.clicks, *measured.extra.values()),
        )
        assert all(number is None or number >= 0 for number in numbers)
    if isinstance(channel, Deletes):
        channel.delete(published, stage.session())
        assert not stage.posts()
        if isinstance(channel, Measures) and "gone" not in stage.exempt:
            assert isinstance(channel.measure(published, stage.session()), Gone)
        channel.delete(published, stage.session())


def test_what_is_told_of_quotas_makes_sense(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    session = stage.session()
    publish(channel, stage, freeze(channel, stage), session)
    for reading in session.readings:
        assert reading.name
        assert 0 <= reading.used <= reading.limit
        assert reading.limit > 0
        assert reading.resets_at is None or reading.resets_at.tzinfo is not None


def test_no_secret_stands_in_a_payload_or_an_address(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish")
    payload = freeze(channel, stage)
    publish(channel, stage, payload)
    for secret in secrets_of(stage):
        assert secret.encode() not in canonical(payload)
        if "secret_in_url" not in stage.exempt:
            for request in stage.network.log:
                assert secret not in f"{request.path} {dict(request.query)}"


def secrets_of(stage: Stage) -> list[str]:
    told = [
        value
        for name, value in stage.vault.credentials.items()
        if isinstance(value, str) and len(value) > 5 and SECRET_NAMES.search(name)
    ]
    return told + ([stage.app.client_secret] if stage.app and stage.app.client_secret else [])


# Errors


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, "", Outcome.RATE_LIMITED),
        (500, "", Outcome.AMBIGUOUS),
        (502, "", Outcome.AMBIGUOUS),
        (504, "", Outcome.AMBIGUOUS),
        (200, UNPARSABLE, Outcome.AMBIGUOUS),
        (401, "", Outcome.RECONNECT),
        (400, "", Outcome.REFUSED),
        (422, "", Outcome.REFUSED),
    ],
)
def test_answers_are_read_by_what_is_known_of_the_post(
    channel: Channel, status: int, code: str, outcome: Outcome
) -> None:
    error = channel.retry_table.error(channel.label, status=status, code=code, now=MOMENT)
    assert error.outcome is outcome
    assert channel.label in error.message


def test_every_sentence_of_the_retry_table_is_one(channel: Channel) -> None:
    for (status, code), rule in channel.retry_table.rules.items():
        error = channel.retry_table.error(
            channel.label, status=status, code=code or "", detail="too long", now=MOMENT
        )
        assert error.outcome is rule.outcome
        assert error.message.endswith(".")
        assert "{" not in error.message
        assert sum((error.permanent, error.ambiguous, error.reconnect)) <= 1
    assert set(SENTENCES) == set(Outcome)
