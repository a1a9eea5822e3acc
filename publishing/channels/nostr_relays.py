"""Relays: each is told the same signed event, and asked for events, over a web socket of its own.

Source: NIP-01 (EVENT, OK, REQ, EOSE, CLOSED, NOTICE and the prefixes of refusals), as of 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.kernel.errors import DomainError
from config.kernel.outbound import OutboundError
from config.kernel.websocket import WebSocket, connected

from .errors import Outcome
from .nostr_events import Event, is_genuine, is_named
from .rest import dig

SECONDS_EACH = 6.0
EVENTS_READ = 500
SUBSCRIPTION = "warren"


@dataclass(frozen=True, slots=True)
class Told:
    """What one relay did with an event; `outcome` is None where it has it."""

    relay: str
    outcome: Outcome | None
    says: str = ""


PREFIXES = {
    "duplicate": None,
    "rate-limited": Outcome.RATE_LIMITED,
    "error": Outcome.AMBIGUOUS,
    "pow": Outcome.REFUSED,
    "blocked": Outcome.REFUSED,
    "invalid": Outcome.REFUSED,
    "restricted": Outcome.REFUSED,
    "mute": Outcome.REFUSED,
    "auth-required": Outcome.REFUSED,
}
"""How the words before the colon of a refusal are read."""


def hand_over(relay: str, event: Event, seconds: float, may_leave: Callable[[], None]) -> Told:
    """Give a relay an event and wait for its OK; the same event again is the same.

    Raises nothing but what `may_leave` raises, which is asked when the socket is open: connecting
    may take seconds.
    """
    try:
        with connected(relay, timeout_seconds=seconds) as socket:
            may_leave()
            socket.send(json.dumps(["EVENT", event], ensure_ascii=False))
            while (message := _next(socket)) is not None:
                if message[:2] == ["OK", event["id"]]:
                    return _told(relay, message)
    except OutboundError as error:
        outcome = Outcome.AMBIGUOUS if error.sent else Outcome.NOT_SENT
        return Told(relay, outcome, error.message)
    return Told(relay, Outcome.AMBIGUOUS, f"{relay} closed without a word.")


def events_of(
    relay: str, wanted: Mapping[str, Any], seconds: float, *, genuine: bool = True
) -> list[Event] | None:
    """The events that a relay has of a filter; None when it did not answer to the end.

    Checking a signature takes some 50 ms, so what is only counted is not checked: whoever wants to
    inflate a number can sign as many keys anyway.
    """
    most = int(wanted.get("limit", EVENTS_READ))
    told: list[Event] = []
    try:
        with connected(relay, timeout_seconds=seconds, max_bytes=131_072) as socket:
            socket.send(json.dumps(["REQ", SUBSCRIPTION, {**wanted, "limit": most}]))
            while len(told) < most and (message := _next(socket)) is not None:
                if message[:2] == ["EOSE", SUBSCRIPTION]:
                    break
                if message[0] == "CLOSED":
                    return None
                if message[:2] == ["EVENT", SUBSCRIPTION] and isinstance(dig(message, 2), dict):
                    told.append(message[2])
            else:
                if len(told) < most:
                    return None
    except OutboundError:
        return None
    return [event for event in told if (is_genuine(event) if genuine else is_named(event))]


def why_away(relay: str, seconds: float) -> str:
    """Why a relay cannot be used; "" when it answers."""
    try:
        with connected(relay, timeout_seconds=seconds) as socket:
            socket.send(json.dumps(["REQ", SUBSCRIPTION, {"limit": 1, "kinds": [0]}]))
            while (message := _next(socket)) is not None:
                if message[0] in ("EOSE", "EVENT", "CLOSED", "AUTH", "NOTICE"):
                    return ""
    except DomainError as error:
        return error.message
    return f"{relay} closed without a word."


def from_any(
    relays: Iterable[str], ask: Callable[[str], list[Event] | None]
) -> tuple[dict[str, Event], int]:
    """(events by their ids, how many relays answered to the end)."""
    found: dict[str, Event] = {}
    answered = 0
    for relay in relays:
        events = ask(relay)
        answered += events is not None
        found.update({event["id"]: event for event in events or ()})
    return found, answered


def _next(socket: WebSocket) -> list[Any] | None:
    """The relay's next message; None when it closed. What is no message is skipped."""
    while (text := socket.receive()) is not None:
        try:
            message = json.loads(text)
        except ValueError:
            continue
        if isinstance(message, list) and message:
            return message
    return None


def _told(relay: str, message: list[Any]) -> Told:
    says = str(dig(message, 3) or "")
    if dig(message, 2) is True:
        return Told(relay, None)
    return Told(relay, PREFIXES.get(says.partition(":")[0].strip(), Outcome.REFUSED), says[:200])
