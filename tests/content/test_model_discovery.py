"""The monthly look at the providers' lists, over real HTTP against small stand-ins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel.clock import now
from content.models import LanguageModel, ModelDiscovery
from content.services import model_discovery, model_lists
from content.services.model_discovery import due_since, sweep_models
from content.services.model_registry import ensure_models, registry_defaults

pytestmark = pytest.mark.django_db
KEY = "sk-canary-77aa"


class Lists:
    """The four providers' lists on one server."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.asked: list[Request] = []

    def at(self, provider: str, answer: Any, status: int = 200, query: Any = None) -> None:
        def respond(request: Request) -> Response:
            self.asked.append(request)
            body = answer if isinstance(answer, str) else json.dumps(answer)
            return Response(body, status, content_type="application/json")

        self.server.expect_request(f"/{provider}", query_string=query).respond_with_handler(respond)


@pytest.fixture
def lists(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Lists]:
    settings.WARREN_SUPPORT_EMAIL = "operator@example.org"
    settings.WARREN_LLM_KEYS = {}
    for provider in model_lists.ADDRESSES:
        monkeypatch.setitem(
            model_lists.ADDRESSES,
            provider,
            httpserver.url_for(f"/{provider}"),
        )
    yield Lists(httpserver)
    registry_defaults.forget()


def keys(settings: Any, *providers: str) -> None:
    settings.WARREN_LLM_KEYS = dict.fromkeys(providers, KEY)


def openai(*names: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


def look() -> ModelDiscovery:
    found = sweep_models()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2026-11-21T12:00", "2026-11-01T03:00"),
        ("2026-11-01T02:59", "2026-10-01T03:00"),
        ("2026-11-01T03:00", "2026-11-01T03:00"),
        ("2027-01-01T00:30", "2026-12-01T03:00"),
        ("2026-03-01T01:00", "2026-02-01T03:00"),
    ],
)
def test_the_look_is_due_from_the_first_at_three(moment: str, since: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert due_since(at(moment)) == at(since)


def test_new_models_come_in_with_their_prices_and_missing_ones_go(
    lists: Lists, settings: Any
) -> None:
    ensure_models()
    keys(settings, "openai")
    lists.at(
        "openai",
        openai("gpt-6-luna", "gpt-6.1-sol-2026-09-29", "gpt-5-mini", "gpt-7-future", "gpt-image-2"),
    )

    found = look()

    assert (found.status, found.found_count, found.errors) == ("success", 4, [])
    assert found.added == ["openai:gpt-5-mini", "openai:gpt-7-future"]
    assert "openai:gpt-4.1" in found.deactivated and "openai:gpt-6.1-sol" not in found.deactivated
    mini = LanguageModel.objects.get(name="gpt-5-mini")
    assert (mini.kind, mini.input_micros_per_million) == ("fast", 250_000)
    assert LanguageModel.objects.get(name="gpt-7-future").input_micros_per_million is None
    assert LanguageModel.objects.get(name="claude-haiku-5-5").is_active  # nobody asked Anthropic
    assert lists.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "gpt-7-future" in str(mail.outbox[0].body) and KEY not in str(mail.outbox[0].body)


def test_a_default_that_is_gone_hands_over_to_a_model_that_has_a_price(
    lists: Lists, settings: Any
) -> None:
    ensure_models()
    keys(settings, "openai")
    lists.at("openai", openai("gpt-5-mini", "gpt-9-mini", "gpt-6.1-sol"))

    look()

    assert not LanguageModel.objects.get(name="gpt-6-luna").is_default
    assert LanguageModel.objects.get(name="gpt-5-mini").is_default
    assert registry_defaults.model("openai", "analysis") == "gpt-5-mini"


def test_pages_are_read_to_the_end(lists: Lists, settings: Any) -> None:
    keys(settings, "anthropic", "google", "mistral")
    lists.at(
        "anthropic",
        {"data": [{"id": "claude-haiku-5-5"}], "has_more": True, "last_id": "claude-haiku-5-5"},
        query="limit=100",
    )
    lists.at(
        "anthropic",
        {"data": [{"id": "claude-next-20270101"}], "has_more": False},
        query="limit=100&after_id=claude-haiku-5-5",
    )
    gemini = {"name": "models/gemini-9", "inputTokenLimit": 9, "outputTokenLimit": 3}
    writes = {"supportedGenerationMethods": ["generateContent"]}
    lists.at(
        "google", {"models": [{**gemini, **writes}], "nextPageToken": "p2"}, query="pageSize=200"
    )
    lists.at(
        "google",
        {"models": [{"name": "models/gemini-embedding-2", **writes}, gemini]},
        query="pageSize=200&pageToken=p2",
    )
    can = {"completion_chat": True, "vision": True}
    lists.at(
        "mistral",
        {"data": [{"id": "mistral-next", "capabilities": can, "max_context_length": 5}, {"id": 3}]},
    )

    found = look()

    assert found.status == "success"
    assert found.added == [
        "anthropic:claude-next-20270101",
        "google:gemini-9",
        "mistral:mistral-next",
    ]
    nine = LanguageModel.objects.get(name="gemini-9")
    assert (nine.context_tokens, nine.max_output_tokens) == (9, 3)
    assert LanguageModel.objects.get(name="mistral-next").capabilities["pictures"] is True


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ({"error": KEY}, 401, "OpenAI answered with status 401."),
        ("x" * 3_000_000, 200, "OpenAI"),
        ("<html>", 200, "did not answer with a list"),
        ({"data": "no"}, 200, "did not answer with a list"),
        (openai("tts-1"), 200, "holds no text model"),
    ],
    ids=["refused", "three-megabytes", "html", "no-list", "empty"],
)
def test_a_list_that_cannot_be_read_changes_nothing(
    answer: Any, status: int, says: str, lists: Lists, settings: Any
) -> None:
    ensure_models()
    before = LanguageModel.objects.filter(is_active=True).count()
    keys(settings, "openai")
    lists.at("openai", answer, status)

    found = look()

    assert found.status == "failed" and says in found.errors[0] and KEY not in str(found.errors)
    assert LanguageModel.objects.filter(is_active=True).count() == before
    assert len(mail.outbox) == 1


def test_one_list_unread_of_two_is_a_partial_look(lists: Lists, settings: Any) -> None:
    keys(settings, "openai", "mistral")
    lists.at("openai", openai("gpt-6-luna"))
    lists.at("mistral", {}, 500)

    found = look()

    assert (found.status, len(found.errors), found.providers) == (
        "partial",
        1,
        ["openai", "mistral"],
    )
    assert LanguageModel.objects.get(name="mistral-small-latest").is_active


def test_without_a_key_nobody_is_asked(lists: Lists) -> None:
    assert sweep_models() is None and lists.asked == []


def test_a_month_has_one_look_and_a_failed_one_is_repeated_after_six_hours(
    lists: Lists, settings: Any
) -> None:
    keys(settings, "openai")
    lists.at("openai", openai("gpt-6-luna"))
    look()
    assert sweep_models() is None
    ModelDiscovery.objects.update(status="failed")
    assert sweep_models(now() + timedelta(hours=5)) is None
    assert sweep_models(now() + timedelta(hours=7)) is not None

    with time_machine.travel(due_since(now()) + timedelta(days=32), tick=False):
        assert sweep_models() is not None


def test_a_model_that_comes_back_is_used_again_unless_a_person_switched_it_off(
    lists: Lists, settings: Any
) -> None:
    ensure_models()
    keys(settings, "openai")
    LanguageModel.objects.filter(name="gpt-4o-mini").update(is_active=False)
    lists.at("openai", openai("gpt-6.1-sol"))
    look()
    lists.server.clear()
    lists.at("openai", openai("gpt-6.1-sol", "gpt-6-luna", "gpt-4o-mini"))
    ModelDiscovery.objects.update(status="failed")

    sweep_models(now() + timedelta(hours=7))

    assert LanguageModel.objects.get(name="gpt-6-luna").is_active
    assert not LanguageModel.objects.get(name="gpt-4o-mini").is_active
    assert model_discovery.HOUR == 3
