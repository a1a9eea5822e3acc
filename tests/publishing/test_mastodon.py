"""What is special to Mastodon: the hour of its key, files that wait or are forgotten, servers that
differ, warnings that count, and other software in front of it."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as db
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.channels.base import (
    Accepted,
    ChannelError,
    Draft,
    Found,
    Media,
    Outcome,
    Published,
)
from publishing.channels.mastodon import Mastodon
from publishing.channels.mastodon_server import account_number, read_error
from publishing.models import SocialAccount
from publishing.services.accounts import keep_connection
from tests.networks.base import Stage
from tests.networks.mastodon import MastodonNetwork, stage
from tests.peers.sessions import picture
from tests.world import World

from .contract import again, freeze, only_item, publish

CHANNEL = Mastodon()


@pytest.fixture
def staged(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as found:
        found.files["p"] = picture(600, 400)
        yield found


def network(staged: Stage) -> MastodonNetwork:
    assert isinstance(staged.network, MastodonNetwork)
    return staged.network


def connected(world: World, network: MastodonNetwork) -> SocialAccount:
    tokens = {"access_token": network.issue()["access_token"], "server": network.address}
    [connection] = CHANNEL.connections(tokens, None)
    with scope(world.id):
        return keep_connection(
            platform="mastodon",
            connection=connection,
            brand=world.brand,
            by=world.owner,
            way="consent",
        )


@pytest.mark.django_db
def test_accounts_that_two_servers_call_by_one_number_are_two(staged: Stage, world: World) -> None:
    with MastodonNetwork() as second:
        assert isinstance(second, MastodonNetwork)
        one, two = connected(world, network(staged)), connected(world, second)
        assert (one.server, two.server) == (network(staged).address, second.address)
        assert one.pk != two.pk == connected(world, second).pk


@pytest.mark.django_db
def test_an_account_that_was_connected_before_servers_were_told_apart_is_the_same(
    staged: Stage, world: World
) -> None:
    """Connected again it is its old row, and the keys of what is on its way stay what they were."""
    steps = importlib.import_module("publishing.migrations.0018_key_accounts_by_server")
    number, server = account_number(staged.account), network(staged).address
    fields = {"platform": "mastodon", "server": server, "name": "The Harbour"}
    with org_atomic(world.id):
        old = SocialAccount.objects.create(remote_id=number, **fields)
    with org_atomic(world.id), db.cursor() as cursor:
        cursor.execute(steps.NAME_SERVERS)
        cursor.execute(steps.NAME_SERVERS)
    found = connected(world, network(staged))
    assert found.pk == old.pk and found.remote_id == staged.account.remote_id
    key = hashlib.sha256(f"{number}|one".encode()).hexdigest()
    assert freeze(CHANNEL, staged, key="one")["key"] == key
    with org_atomic(world.id), db.cursor() as cursor:
        cursor.execute(steps.ONLY_NUMBERS)
        assert SocialAccount.objects.get(pk=old.pk).remote_id == number


def tried(staged: Stage, payload: Any, *faults: str) -> Any:
    """A session whose sending ended without an answer."""
    staged.network.faults.extend(faults)
    session = staged.session()
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    return session


@pytest.mark.parametrize("hours", [0, 2])
def test_sending_again_makes_no_second_post_within_the_keys_hour_and_after_it(
    staged: Stage, hours: int
) -> None:
    payload = freeze(CHANNEL, staged)
    session = tried(staged, payload, "500_after")
    with time_machine.travel(now() + timedelta(hours=hours), tick=True):
        result = CHANNEL.publish(payload, again(staged, session))
    assert isinstance(result, Published)
    assert result.remote_id == only_item(staged).id


def test_what_never_arrived_is_sent_after_the_keys_hour(staged: Stage) -> None:
    payload = freeze(CHANNEL, staged)
    session = tried(staged, payload, "reset")
    with time_machine.travel(now() + timedelta(hours=2), tick=True):
        CHANNEL.publish(payload, again(staged, session))
    only_item(staged)


@pytest.mark.parametrize(
    "change", [{"text": "Wooden masts, rebuilt in 12 days."}, {"parent": "7"}, {"media": [{}]}]
)
def test_a_status_that_differs_in_one_thing_is_not_taken_for_ours(
    staged: Stage, change: dict[str, Any]
) -> None:
    payload = freeze(CHANNEL, staged)
    session = staged.session()
    publish(CHANNEL, staged, payload, session)
    assert isinstance(CHANNEL.find(payload, again(staged, session)), Found)
    item = only_item(staged)
    for name, value in change.items():
        setattr(item, name, [{"kind": "image"}] if name == "media" else value)
    assert CHANNEL.find(payload, again(staged, session)) is None


def test_a_video_waits_until_the_server_is_done_with_it(staged: Stage) -> None:
    staged.files["v"] = b"\x00\x00\x00\x18ftypmp42" + bytes(100)
    draft = Draft("Masts.", media=(Media("v", "video/mp4", alt="A mast"),))
    payload, session = freeze(CHANNEL, staged, draft), staged.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert not staged.posts()
    assert len(network(staged).calls("POST", "/api/v2/media")) == 1


def test_files_that_the_server_forgot_are_uploaded_again(staged: Stage) -> None:
    draft = Draft("Masts.", media=(Media("p", "image/jpeg", alt="A mast"),))
    payload, session = freeze(CHANNEL, staged, draft), staged.session()
    CHANNEL.prepare(payload, session)
    network(staged).files.clear()
    publish(CHANNEL, staged, payload, again(staged, session))
    assert [each["alt"] for each in only_item(staged).media] == ["A mast"]


def test_each_server_has_its_own_limits(staged: Stage) -> None:
    network(staged).most = 5000
    (connection,) = CHANNEL.connections(
        {**staged.vault.credentials, "server": network(staged).address}, None
    )
    account = replace(staged.account, settings=connection.settings)
    assert CHANNEL.limits_for(account).max_characters == 5000
    assert CHANNEL.limits_for(account).comment_max == 5000
    assert not CHANNEL.problems(Draft("x" * 5000), account)
    assert CHANNEL.problems(Draft("x" * 5001), account)
    assert CHANNEL.problems(Draft("x" * 501), staged.account)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * 476 + " https://harbour.example/" + "y" * 300, True),
        ("x" * 477 + " https://harbour.example/" + "y" * 300, False),
        ("@harbour@" + "a" * 60 + ".example " + "x" * 491, True),
        ("@harbour@" + "a" * 60 + ".example " + "x" * 492, False),
        ("\N{FAMILY}\u200d" * 250 + "x" * 100, True),
    ],
)
def test_links_count_23_and_a_mentions_server_counts_nothing(text: str, fits: bool) -> None:
    assert (CHANNEL.problems(Draft(text)) == ()) is fits


def test_a_content_warning_counts_with_the_text_and_goes_out(staged: Stage) -> None:
    draft = Draft("x" * 495, options={"spoiler_text": "Boats"})
    publish(CHANNEL, staged, freeze(CHANNEL, staged, draft))
    assert only_item(staged).facts["spoiler"] == "Boats"
    assert CHANNEL.problems(replace(draft, text="x" * 496))


def test_visibility_and_language_go_out(staged: Stage) -> None:
    draft = Draft("Masten.", language="de-AT", options={"visibility": "unlisted"})
    publish(CHANNEL, staged, freeze(CHANNEL, staged, draft))
    facts = only_item(staged).facts
    assert (facts["visibility"], facts["language"]) == ("unlisted", "de")


def test_a_broad_scope_contains_the_narrow_ones() -> None:
    assert CHANNEL.missing_scopes(("read", "write")) == ()
    assert CHANNEL.missing_scopes(("read", "write:media")) == ("write:statuses",)


@pytest.mark.parametrize("server", ["", "ftp://x.example", "http://x.example", "x.example/@ada"])
def test_what_is_no_server_is_told_at_its_field(server: str) -> None:
    with pytest.raises(ChannelError) as caught:
        CHANNEL.authorization(
            values={"server": server}, state="s", redirect_uri="https://w.example/", app=None
        )
    assert caught.value.field == "server"


@pytest.mark.parametrize("nonsense", ["page", "empty", "500", "odd", "404"])
def test_a_server_that_is_no_mastodon_is_told_at_its_field(staged: Stage, nonsense: str) -> None:
    staged.network.whole_answer = nonsense
    with pytest.raises(ChannelError) as caught:
        CHANNEL.authorization(
            values=staged.values, state="s", redirect_uri="https://w.example/", app=None
        )
    assert caught.value.field == "server"
    assert staged.account.server in caught.value.message


def test_a_wall_in_front_of_the_server_disconnects_nobody() -> None:
    code, told = read_error(403, None)
    error = CHANNEL.retry_table.error("Mastodon", status=403, code=code, detail=told, now=now())
    assert error.outcome is Outcome.NOT_SENT
    told = read_error(403, {"error": "This action is outside the authorized scopes"})[1]
    error = CHANNEL.retry_table.error("Mastodon", status=403, detail=told, now=now())
    assert error.outcome is Outcome.RECONNECT


def test_each_kind_of_call_tells_its_own_quota(staged: Stage) -> None:
    draft = Draft("Masts.", media=(Media("p", "image/jpeg"),))
    session = staged.session()
    publish(CHANNEL, staged, freeze(CHANNEL, staged, draft), session)
    readings = {reading.name: reading.limit for reading in session.readings}
    assert readings == {"media": 30, "posts": 300}


def test_revoking_ends_the_token(staged: Stage) -> None:
    CHANNEL.revoke(staged.session())
    (finding,) = CHANNEL.probe(staged.session())
    assert finding.ok is False


def test_an_account_that_moved_is_found_by_the_doctor(staged: Stage) -> None:
    network(staged).moved = "harbour@new.example"
    findings = {each.check: each for each in CHANNEL.probe(staged.session())}
    assert findings["account"].ok is False
    assert "harbour@new.example" in findings["account"].says
