"""WordPress by its own rules: every test talks to a real site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from config.kernel.clock import now
from publishing.channels.base import (
    Accepted,
    AccountFacts,
    ChannelError,
    Connection,
    CrashPoint,
    Draft,
    Found,
    Gone,
    Kind,
    Media,
    Published,
)
from publishing.channels.errors import Outcome
from publishing.channels.wordpress import WordPress
from tests.peers.sessions import Killed, MemorySession, Vault, picture
from tests.peers.wordpress import Site

pytestmark = pytest.mark.peer

wordpress = WordPress()
TEXT = 'Twelve days & one <mast>.\nThe *crew* is back.\n\nSee you at the "quay".'
DRAFT = Draft(
    TEXT,
    hashtags=("Boats", "Wooden Masts"),
    link="https://harbour.example/masts?a=1&b=2",
    title="Masts & <sails>: rebuilt",
)


@pytest.fixture
def site(real_wordpress: Site) -> Site:
    return real_wordpress


def values(site: Site, role: str) -> dict[str, str]:
    person = site.people[role]
    return {"site": site.address + "/", "user": person.user, "password": person.password}


def connected(site: Site, role: str = "author") -> Connection:
    return wordpress.connect(values(site, role))


def facts(connection: Connection) -> AccountFacts:
    return AccountFacts(
        connection.remote_id, connection.handle, connection.server, connection.settings
    )


def session_of(connection: Connection, **more: Any) -> MemorySession:
    vault = Vault(dict(connection.credentials))
    return MemorySession(connection.server, vault, account=facts(connection), **more)


def frozen(connection: Connection, draft: Draft = DRAFT, key: str = "1") -> dict[str, Any]:
    return wordpress.freeze(draft, facts(connection), occurrence_key=key, now=now())


def ask(site: Site, path: str, **query: Any) -> Any:
    person = site.people["administrator"]
    answer = httpx2.get(
        f"{site.address}/wp-json/wp/v2/{path}",
        params={"context": "edit", **query},
        auth=(person.user, person.password),
    )
    return answer.json()


def sent(connection: Connection, draft: Draft, key: str, **more: Any) -> Published:
    session = session_of(connection, **more)
    payload = frozen(connection, draft, key)
    wordpress.prepare(payload, session)
    done = wordpress.publish(payload, session)
    assert isinstance(done, Published)
    return done


def test_connecting_names_the_site_and_its_user(site: Site) -> None:
    connection = connected(site)
    assert connection.name == "Harbour & Pine"
    assert connection.server == site.address
    assert connection.remote_id.startswith("127.0.0.1:")
    assert set(connection.credentials) == {"user", "password"}
    assert "status" not in connection.settings
    assert connected(site, "contributor").settings["status"] == "pending"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "nope"}, "password"),
        ({"user": "nobody"}, "password"),
        ({"password": "own-password"}, "password"),
        ({"site": "ftp://a.example"}, "site"),
        ({"site": "http://a.example"}, "site"),
        ({"user": ""}, "user"),
    ],
)
def test_a_wrong_value_says_which_input_to_mend(
    site: Site, change: dict[str, str], field: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        wordpress.connect({**values(site, "author"), **change})
    assert caught.value.field == field
    assert caught.value.permanent


def test_a_reader_of_the_site_is_told_about_the_role(site: Site) -> None:
    with pytest.raises(ChannelError) as caught:
        connected(site, "subscriber")
    assert caught.value.field == "user" and "role" in caught.value.message


def test_a_post_arrives_whole_and_its_page_opens(site: Site) -> None:
    files = {"a": picture(), "b": picture(200, 100), "c": picture(60, 90, kind="PNG")}
    media = tuple(
        Media(name, kind, alt=f'The "{name}" mast')
        for name, kind in (("a", "image/jpeg"), ("b", "image/jpeg"), ("c", "image/png"))
    )
    draft = replace(DRAFT, media=media, options={"categories": "boats", "excerpt": "Short & sweet"})
    done = sent(connected(site), draft, "whole", files=files)
    assert done.notes == ()
    post = ask(site, f"posts/{done.remote_id}")
    assert post["status"] == "publish"
    assert post["title"]["rendered"] == "Masts &amp; &lt;sails&gt;: rebuilt"
    assert post["excerpt"]["raw"] == "Short &amp; sweet"
    assert "Twelve days &amp; one &lt;mast&gt;.<br>The *crew* is back." in post["content"]["raw"]
    assert post["content"]["raw"].count("wp-image-") == 2
    assert 'href="https://harbour.example/masts?a=1&amp;b=2"' in post["content"]["raw"]
    assert {tag["name"] for tag in ask(site, "tags", post=post["id"])} == {"Boats", "WoodenMasts"}
    assert [each["name"] for each in ask(site, "categories", post=post["id"])] == ["Boats"]
    assert ask(site, f"media/{post['featured_media']}")["alt_text"] == 'The "a" mast'
    page = httpx2.get(done.url)
    assert page.status_code == 200
    assert "The *crew* is back." in page.text and "harbour.example/masts" in page.text


def test_tags_that_the_site_has_are_taken_again(site: Site) -> None:
    connection = connected(site)
    one, two = (
        sent(connection, replace(DRAFT, title=f"T{key}", hashtags=("Again",)), f"tag{key}")
        for key in (1, 2)
    )
    tags = [ask(site, f"posts/{each.remote_id}")["tags"] for each in (one, two)]
    assert tags[0] == tags[1] and len(tags[0]) == 1


def test_a_lost_draft_is_met_again_by_its_slug(site: Site) -> None:
    """The worker died between making the draft and saving its id, and again after publishing."""
    connection = connected(site)
    payload = frozen(connection, replace(DRAFT, title="A lost draft"), "lost")
    wordpress.prepare(payload, session_of(connection))
    fresh = session_of(connection)
    assert wordpress.find(payload, fresh) is None
    assert fresh.handle["post"]
    done = wordpress.publish(payload, session_of(connection))
    again = wordpress.publish(payload, session_of(connection))
    assert isinstance(done, Published)
    assert done == again
    assert wordpress.find(payload, session_of(connection)) == Found(done.remote_id, done.url)
    assert len(ask(site, "posts", search="lost", status="any")) == 1
    other = frozen(connection, key="another")
    assert wordpress.find(other, session_of(connection)) is None


@pytest.mark.parametrize(
    "point", [CrashPoint.MEDIA_UPLOADING, CrashPoint.MEDIA_RECEIVED, CrashPoint.ANSWERED]
)
def test_a_worker_that_dies_leaves_one_post(site: Site, point: str) -> None:
    connection, files = connected(site), {"a": picture(), "b": picture(200, 100)}
    media = (Media("a", "image/jpeg", alt="One"), Media("b", "image/jpeg", alt="Two"))
    draft = replace(DRAFT, title=f"Dies at {point}", media=media)
    payload = frozen(connection, draft, point)
    dying = session_of(connection, files=files, crash_at=point)
    with pytest.raises(Killed):
        wordpress.publish(payload, dying)
    next_one = session_of(connection, files=files, handle=dying.handle)
    found = wordpress.find(payload, next_one)
    assert (found is not None) == (point is CrashPoint.ANSWERED)
    done = wordpress.publish(payload, next_one)
    assert isinstance(done, Published)
    (post,) = ask(site, "posts", search=f"Dies at {point}", status="any")
    assert (str(post["id"]), post["status"]) == (done.remote_id, "publish")
    assert post["content"]["raw"].count("wp-image-") == 1 and post["featured_media"]


def test_a_draft_thrown_away_for_good_is_made_again(site: Site) -> None:
    connection = connected(site)
    payload, session = frozen(connection, key="thrown"), session_of(connection)
    wordpress.prepare(payload, session)
    address = f"{site.address}/wp-json/wp/v2/posts/{session.handle['post']}?force=true"
    person = site.people["administrator"]
    httpx2.delete(address, auth=(person.user, person.password)).raise_for_status()
    assert isinstance(wordpress.publish(payload, session), Published)


def test_a_contributor_hands_in_and_an_editor_publishes(site: Site) -> None:
    connection = connected(site, "contributor")
    payload, session = frozen(connection, key="review"), session_of(connection)
    assert isinstance(wordpress.publish(payload, session), Accepted)
    assert isinstance(wordpress.find(payload, session), Accepted)
    number = session.handle["post"]
    assert ask(site, f"posts/{number}")["status"] == "pending"
    person = site.people["editor"]
    httpx2.post(
        f"{site.address}/wp-json/wp/v2/posts/{number}",
        json={"status": "publish"},
        auth=(person.user, person.password),
    ).raise_for_status()
    assert isinstance(wordpress.find(payload, session), Found)


def test_a_contributor_who_publishes_is_told_about_the_role(site: Site) -> None:
    connection = connected(site, "contributor")
    draft = replace(DRAFT, options={"status": "publish"})
    with pytest.raises(ChannelError) as caught:
        wordpress.publish(frozen(connection, draft, "role"), session_of(connection))
    assert caught.value.outcome is Outcome.REFUSED
    assert "may write but not publish" in caught.value.message


def test_a_file_that_is_no_picture_is_refused_for_good(site: Site) -> None:
    """The site answers 500, which is no reason to try again."""
    connection = connected(site)
    draft = replace(DRAFT, media=(Media("v", "video/mp4"),))
    with pytest.raises(ChannelError) as caught:
        wordpress.prepare(
            frozen(connection, draft, "film"), session_of(connection, files={"v": b"<?php no"})
        )
    assert caught.value.extra["http_status"] == 500
    assert caught.value.outcome is Outcome.REFUSED


def test_a_password_that_was_taken_back_asks_for_a_new_connection(site: Site) -> None:
    connection = replace(connected(site), credentials={"user": "author", "password": "gone"})
    with pytest.raises(ChannelError) as caught:
        wordpress.publish(frozen(connection, key="gone"), session_of(connection))
    assert caught.value.outcome is Outcome.RECONNECT
    (finding,) = wordpress.probe(session_of(connection))
    assert finding.ok is False


def test_the_doctor_names_what_a_role_lacks(site: Site) -> None:
    assert all(each.ok for each in wordpress.probe(session_of(connected(site))))
    found = wordpress.probe(session_of(connected(site, "contributor")))
    assert ["publish_posts" in each.says for each in found if each.ok is False] == [True, False]


def test_a_comment_is_made_once_counted_and_taken_away(site: Site) -> None:
    connection = connected(site)
    done = sent(connection, DRAFT, "commented")
    said = frozen(connection, Draft("First & <best>!", kind=Kind.COMMENT), "comment")
    under = session_of(connection, parent=done, root=done)
    assert wordpress.find(said, under) is None
    comment = wordpress.publish(said, under)
    assert isinstance(comment, Published) and comment.notes == ()
    assert wordpress.publish(said, under) == Published(comment.remote_id, comment.url)
    found = wordpress.find(said, session_of(connection, parent=done, root=done))
    assert found == Found(comment.remote_id, comment.url)
    measured = wordpress.measure(done, session_of(connection))
    assert not isinstance(measured, Gone) and measured.comments == 1
    for gone in (comment, done):
        wordpress.delete(gone, session_of(connection))
        wordpress.delete(gone, session_of(connection))
        assert isinstance(wordpress.measure(gone, session_of(connection)), Gone)


def test_a_site_without_nice_addresses_works_too(site: Site) -> None:
    connection = replace(connected(site), settings={"rest": f"{site.address}/?rest_route="})
    assert sent(connection, replace(DRAFT, title="Plain"), "plain").remote_id
