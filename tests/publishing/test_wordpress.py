"""WordPress behind firewalls, in other languages of refusal, and led on to where it should not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from config.kernel import http
from config.kernel.clock import now
from config.kernel.http import Fetched
from publishing.channels.base import ChannelError, Draft, Media, Published
from publishing.channels.errors import Outcome
from publishing.channels.wordpress import WordPress
from tests.networks.base import Reply, Request, Stage
from tests.networks.wordpress import WordPressNetwork
from tests.networks.wordpress import stage as on_stage

wordpress = WordPress()
DRAFT = Draft("Twelve days.", hashtags=("Boats",), title="Masts")
PAGE = "<html><body>Blocked by a shield</body></html>"
DRAFTS_HIDDEN = {
    "code": "rest_invalid_param",
    "message": "Invalid parameter(s): status",
    "data": {
        "status": 400,
        "details": {"status": {"code": "rest_forbidden_status", "data": {"status": 401}}},
    },
}


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with on_stage(settings) as stage:
        yield stage


def frozen(stage: Stage, draft: Draft = DRAFT) -> dict[str, object]:
    return wordpress.freeze(draft, stage.account, occurrence_key="1", now=now())


def always(reply: Reply) -> Callable[[Request], Reply]:
    return lambda request: reply


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (Reply(403, PAGE), Outcome.REFUSED, "firewall or security plugin"),
        (Reply(401, PAGE), Outcome.RECONNECT, "asks for a password before anything else"),
        (Reply(404, PAGE), Outcome.REFUSED, "Nothing answers"),
        (Reply(401, {"code": "rest_cannot_create"}), Outcome.RECONNECT, "Authorization header"),
        (Reply(401, {"code": "rest_not_logged_in"}), Outcome.RECONNECT, "application password"),
        (Reply(400, DRAFTS_HIDDEN), Outcome.RECONNECT, "application password"),
        (Reply(403, {"code": "rest_cannot_create", "message": "No."}), Outcome.REFUSED, "role"),
        (Reply(404, {"code": "rest_no_route", "message": "None."}), Outcome.REFUSED, "REST API"),
    ],
)
def test_each_refusal_has_a_sentence_of_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, reply: Reply, outcome: Outcome, words: str
) -> None:
    monkeypatch.setattr(stage.network, "admit", always(reply))
    with pytest.raises(ChannelError) as caught:
        wordpress.publish(frozen(stage), stage.session())
    assert caught.value.outcome is outcome
    assert words in caught.value.message


def test_a_site_that_leads_on_to_http_gets_no_password(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"namespaces": ["wp/v2"]}).encode()
    led_on = Fetched("http://blog.example/wp-json/", 200, {}, "application/json", body)
    monkeypatch.setattr(http, "fetch", lambda *_, **__: led_on)
    with pytest.raises(ChannelError) as caught:
        wordpress.connect({**stage.values, "site": "https://blog.example"})
    assert caught.value.field == "site" and "unprotected" in caught.value.message
    assert not stage.network.log


def test_a_site_whose_index_is_hidden_from_strangers_is_still_asked_with_a_login(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    network: WordPressNetwork = stage.network  # type: ignore[assignment]
    hidden = Reply(401, {"code": "rest_login_required"})
    monkeypatch.setattr(
        network, "admit", lambda request: hidden if request.path == "/wp-json/" else None
    )
    assert wordpress.connect(stage.values).remote_id.endswith("/3")
    way = wordpress.authorization(
        values=stage.values, state="s", redirect_uri="https://warren.example/back/", app=None
    )
    assert way.url.startswith(f"{network.address}/wp-admin/authorize-application.php?")


def test_an_installation_without_https_is_told_to_use_the_form(stage: Stage) -> None:
    with pytest.raises(ChannelError) as caught:
        wordpress.authorization(
            values=stage.values, state="s", redirect_uri="http://warren.example/back/", app=None
        )
    assert "application password" in caught.value.message


def test_an_address_that_is_none_is_no_link_of_ours(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is somebody's, and may say anything of where its post stands."""
    network: WordPressNetwork = stage.network  # type: ignore[assignment]
    shown = network._shown

    def lying(row: dict[str, object]) -> dict[str, object]:
        return {**shown(row), "link": "javascript:alert(1)"}

    monkeypatch.setattr(network, "_shown", lying)
    done = wordpress.publish(frozen(stage), stage.session())
    assert isinstance(done, Published)
    assert done.url == f"{network.address}/?p={done.remote_id}"


def test_a_category_that_the_site_has_not_is_refused_before_anything_is_out(stage: Stage) -> None:
    known = replace(DRAFT, options={"categories": "boats & MORE"})
    wordpress.prepare(frozen(stage, known), stage.session())
    unknown = replace(DRAFT, title="Other", options={"categories": "Nonsense"})
    with pytest.raises(ChannelError) as caught:
        wordpress.publish(frozen(stage, unknown), stage.session())
    assert caught.value.outcome is Outcome.REFUSED and "Nonsense" in caught.value.message
    assert not stage.posts()


def test_a_film_stands_in_the_article_and_pictures_around_it(stage: Stage) -> None:
    files = {"v": b"film"}
    draft = replace(DRAFT, media=(Media("v", "video/mp4", alt="A mast is lifted"),))
    wordpress.publish(frozen(stage, draft), stage.session(files=files))
    network: WordPressNetwork = stage.network  # type: ignore[assignment]
    (row,) = network.rows.values()
    assert "featured_media" not in row and "<!-- wp:video" in row["content"]
    assert json.dumps(row)
