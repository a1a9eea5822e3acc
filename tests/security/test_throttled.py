"""Acts that cost others something are counted by person, or by address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.house.test_urls import sign_in
from tests.world import World

pytestmark = pytest.mark.django_db


def test_uploads_are_counted_for_each_person(world: World) -> None:
    url = reverse("content:material-create", args=[world.organization.slug])
    editor, admin = sign_in(world.editor), sign_in(world.admin)
    codes = [editor.post(url, {"text": ""}).status_code for _ in range(61)]
    assert codes == [422] * 60 + [429]
    refused = editor.post(url, {"text": ""})
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Wait" in refused.content.decode()
    assert admin.post(url, {"text": ""}).status_code == 422
    assert editor.get(url).status_code == 200


def test_generating_is_counted(world: World) -> None:
    url = reverse("publishing:writing-create", args=[world.organization.slug])
    editor = sign_in(world.editor)
    codes = [editor.post(url, {"brand": "x"}).status_code for _ in range(31)]
    assert set(codes[:30]) == {422} and codes[30] == 429


def test_without_redis_people_work_on(world: World, settings: Settings) -> None:
    from config.kernel import throttle

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(throttle, "_script", lambda _: _away)
        url = reverse("content:material-create", args=[world.organization.slug])
        assert sign_in(world.editor).post(url, {"text": ""}).status_code == 422


def _away(**_: Any) -> None:
    from redis import ConnectionError as Away

    raise Away


# -- Reports of browsers -------------------------------------------------------------------------

REPORT = {
    "csp-report": {
        "document-uri": "https://warren.example/o/team/posts/?token=planted",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?planted",
        "script-sample": "planted",
    }
}


def test_a_report_becomes_one_line_without_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    assert report(json.dumps(REPORT)).status_code == 204
    (line,) = [record for record in caplog.records if "csp_violation" in record.getMessage()]
    said = line.getMessage()
    assert "script-src-elem" in said and "https://evil.example" in said
    assert "/o/team/posts/" in said and "planted" not in said


def test_the_reporting_api_is_understood_too(caplog: pytest.LogCaptureFixture) -> None:
    body = {"effectiveDirective": "img-src", "blockedURL": "inline", "documentURL": "https://x/y"}
    report(json.dumps([{"type": "csp-violation", "body": body}]))
    assert "img-src" in caplog.text


@pytest.mark.parametrize(
    "body",
    ["", "x", "null", "[]", "[1]", '{"csp-report": 1}', '{"csp-report": {"blocked-uri": "//["}}']
    + ['{"csp-report": {"effective-directive": "a\\nb [error] forged"}}', "[" * 15_000]
    + ["x" * 200_000],
)
def test_rubbish_is_answered_alike(body: str, caplog: pytest.LogCaptureFixture) -> None:
    assert report(body).status_code == 204
    assert "\nb" not in caplog.text and "forged\n" not in caplog.text.replace(" ", "")


def test_reports_are_counted_and_then_dropped(caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    codes = {report(json.dumps(REPORT), client).status_code for _ in range(30)}
    lines = [record for record in caplog.records if "csp_violation" in record.getMessage()]
    assert codes == {204}
    assert len(lines) == 10


def test_a_report_needs_no_token_and_nothing_else_is_answered() -> None:
    client = Client(enforce_csrf_checks=True)
    assert report(json.dumps(REPORT), client).status_code == 204
    assert client.get("/csp-report").status_code == 405


def report(body: str, client: Client | None = None) -> Any:
    return (client or Client()).post("/csp-report", body, content_type="application/csp-report")
