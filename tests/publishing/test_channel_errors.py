"""What is known after a failed call, for all channels alike."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx2
import pytest

from config.kernel.http import OutboundFailed, OutboundRefused, OutboundTimeout, OutboundTooLarge
from publishing.channels.errors import (
    ChannelError,
    Outcome,
    RetryTable,
    Rule,
    before_sending,
    retry_after,
    transport_error,
    with_outcome,
)

MOMENT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx2.ConnectError("refused"), Outcome.NOT_SENT),
        (httpx2.ConnectTimeout("slow"), Outcome.NOT_SENT),
        (httpx2.PoolTimeout("full"), Outcome.NOT_SENT),
        (httpx2.ReadTimeout("silence"), Outcome.AMBIGUOUS),
        (httpx2.WriteTimeout("half"), Outcome.AMBIGUOUS),
        (httpx2.ReadError("reset"), Outcome.AMBIGUOUS),
        (httpx2.RemoteProtocolError("nonsense"), Outcome.AMBIGUOUS),
        (OutboundTimeout("no connection", sent=False), Outcome.NOT_SENT),
        (OutboundTimeout("no answer", sent=True), Outcome.AMBIGUOUS),
        (OutboundFailed("no name", sent=False), Outcome.NOT_SENT),
        (OutboundFailed("broke off", sent=True), Outcome.AMBIGUOUS),
        (OutboundRefused("private address"), Outcome.REFUSED),
        (OutboundTooLarge("an answer without end"), Outcome.AMBIGUOUS),
    ],
    ids=repr,
)
def test_only_what_never_left_counts_as_not_sent(error: Exception, outcome: Outcome) -> None:
    seen = transport_error("Somewhere", error)
    assert seen.outcome is outcome
    assert "Somewhere" in seen.message


def test_an_error_that_is_understood_already_stays_as_it_is() -> None:
    error = ChannelError("Understood.", permanent=True)
    assert transport_error("Somewhere", error) is error


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_survives_as_an_error(outcome: Outcome) -> None:
    pause = 30.0 if outcome is Outcome.RATE_LIMITED else None
    assert with_outcome(outcome, "So.", retry_after=pause).outcome is outcome


def test_a_step_that_cannot_make_a_post_leaves_nothing_ambiguous() -> None:
    lost = RetryTable().error("Somewhere", status=503, code="Busy", detail="busy", now=MOMENT)
    seen = before_sending(lost, "Somewhere")
    assert lost.outcome is Outcome.AMBIGUOUS
    assert seen.outcome is Outcome.NOT_SENT
    assert (seen.code, seen.extra["http_status"], seen.extra["detail"]) == ("Busy", 503, "busy")
    assert "Somewhere" in seen.message


def test_the_most_telling_rule_wins() -> None:
    table = RetryTable(
        {
            (400, "Busy"): Rule(Outcome.RATE_LIMITED),
            (None, "Busy"): Rule(Outcome.NOT_SENT),
            (400, None): Rule(Outcome.RECONNECT, "Only {label} knows."),
        }
    )
    assert table.rule(400, "Busy").outcome is Outcome.RATE_LIMITED
    assert table.rule(409, "Busy").outcome is Outcome.NOT_SENT
    assert table.error("Somewhere", status=400).message == "Only Somewhere knows."


@pytest.mark.parametrize("status", [301, 302, 304, 500, 503, 599, None])
def test_what_no_rule_names_is_looked_up_before_anything_is_sent_again(status: int | None) -> None:
    assert RetryTable().rule(status).outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"ratelimit-reset": str(int(MOMENT.timestamp()) + 90)}, 90.0),
        ({"ratelimit-reset": "never"}, None),
        ({}, None),
    ],
)
def test_a_pause_is_read_in_every_spelling(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, MOMENT) == seconds


def test_the_platforms_own_words_are_quoted_as_one_short_sentence() -> None:
    detail = "text\n  is too long" + "!" * 400
    error = RetryTable().error("Somewhere", status=400, detail=detail)
    assert "refused the post: text is too long!!!" in error.message
    assert len(error.message) < 420
