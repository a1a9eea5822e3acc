"""Nostr: notes signed by the account's own key and given to several relays.

Class A: an event is named by the hash of what it says, when and by whom, and all of that is fixed
when the payload is frozen (for a reply, when its parent is known). Giving a relay the same event
again changes nothing. It counts as published when at least one relay has taken it; the notes name
those that have not.

Pictures would have to be hosted somewhere for ever, and Warren's own addresses of files end after
some hours, so posts have words and links only. The key is stored encrypted, as all credentials are;
relays never see it. Signing is in `config/kernel/schnorr.py`.

Sources, as of 2026-11: NIP-01, 09 (deletion), 10 (replies), 18 (reposts), 19 (spelling of keys) and
25 (reactions) at github.com/nostr-protocol/nips. Not verified against live relays; relays that ask
to sign in (NIP-42) are not served.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from config.kernel.outbound import OutboundError
from config.kernel.schnorr import public_key
from config.kernel.websocket import check_address

from .base import (
    AccountFacts,
    Channel,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Session,
)
from .errors import (
    DEFAULT_PAUSE_SECONDS,
    SENTENCES,
    ChannelError,
    Outcome,
    RetryTable,
    with_outcome,
)
from .nostr_events import (
    DELETION,
    NOTE,
    REACTION,
    REPOST,
    Event,
    encoded,
    event_id,
    reply_tags,
    secret_of,
    signed,
)
from .nostr_relays import SECONDS_EACH, Told, events_of, from_any, hand_over, why_away
from .rest import dig
from .servers import misfit
from .text import clean_hashtags, hashtags_in

RELAYS = "wss://relay.damus.io, wss://nos.lol, wss://relay.primal.net"
RELAYS_MAX = 6


class Nostr(Channel):
    slug = "nostr"
    label = "Nostr"
    icon = "img/channels/nostr.svg"
    delivery_class = DeliveryClass.A
    is_one_network = False
    help_url = "https://github.com/nostr-protocol/nips"
    limits = Limits(
        max_characters=10_000,
        counter="codepoints",
        max_bytes=30_000,
        hashtags_recommended=3,
        thread_max=25,
        comment_max=10_000,
    )
    retry_table = RetryTable()
    hosts = {"web": "https://njump.me"}  # noqa: RUF012
    credential_fields = (
        CredentialField(
            "private_key",
            "Private key",
            help="As nsec1… or 64 hexadecimal digits. Best is a key of its own for the brand: "
            "whoever has it is the account, and it cannot be taken back.",
            secret=True,
        ),
        CredentialField(
            "relays",
            "Relays",
            help="Their addresses, with commas between. Notes go to all of them.",
            default=RELAYS,
            required=False,
        ),
    )

    # The way in

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Read the key and look for the profile on the relays. Raises ChannelError with `field`."""
        secret = secret_of(values.get("private_key", ""))
        if secret is None:
            raise misfit(
                "That is no private key of Nostr: it starts with nsec1, or has 64 hexadecimal "
                "digits.",
                "private_key",
            )
        relays = _relays(values.get("relays", "") or RELAYS)
        key = public_key(secret)
        wanted = {"kinds": [0], "authors": [key.hex()], "limit": 1}
        found, answered = from_any(relays, lambda relay: events_of(relay, wanted, SECONDS_EACH))
        if not answered:
            raise misfit(
                "None of the relays answers as a relay of Nostr does. Check their addresses.",
                "relays",
            )
        npub = encoded("npub", key)
        profile = _profile(list(found.values()))
        return Connection(
            remote_id=key.hex(),
            name=profile.get("name") or f"{npub[:12]}…",
            handle=npub,
            profile_url=f"{self.at('web')}/{npub}",
            avatar_url=profile.get("picture", ""),
            credentials={"private_key": secret.hex()},
            settings={"relays": relays},
        )

    # Before sending

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        """The event without its signature, and without what it replies to, which is not known yet.

        A tag of the occurrence makes two notes with the same words two events.
        """
        self.refuse_misfits(draft, account)
        text = self.compose(draft)
        key = hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest()
        tags = [["t", tag.lower()] for tag in clean_hashtags(hashtags_in(text))]
        return {
            "kind": draft.kind,
            "event": {
                "pubkey": account.remote_id,
                "created_at": int(now.timestamp()),
                "kind": NOTE,
                "tags": [*tags, ["occurrence", key[:16]]],
                "content": text,
            },
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Sign once, so that every relay and every try gets the same event."""
        if not session.handle.get("event"):
            secret = bytes.fromhex(session.credentials["private_key"])
            session.save_handle({"event": signed(self._event(payload, session), secret)})

    def _event(self, payload: Payload, session: Session) -> Event:
        event: Event = payload["event"]
        if payload["kind"] == Kind.POST:
            return event
        if session.parent is None:
            raise ChannelError(
                f"The note on {self.label} that this one answers is not out, so nothing was "
                "posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        root = session.root or session.parent
        above = reply_tags(session.parent.remote_id, root.remote_id, event["pubkey"])
        return {**event, "tags": [*above, *event["tags"]]}

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published:
        self.prepare(payload, session)
        event = session.handle["event"]
        told = self._spread(event, session)
        if all(each.outcome is not None for each in told):
            raise self._error(told)
        notes = [f"{each.relay} did not take it: {each.says}" for each in told if each.outcome]
        return Published(event["id"], self._address(event["id"]), tuple(map(_sentence, notes)))

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Ask the relays for the event by its id, until one has it."""
        name = event_id(self._event(payload, session))
        found, answered = from_any(
            _relays_of(session),
            lambda relay: events_of(relay, _one(name), self._seconds(session)),
        )
        if name in found:
            return Found(name, self._address(name))
        if not answered:
            raise self._away()
        return None

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Reactions, replies and reposts that the account's own relays know, each counted once."""
        seconds = self._seconds(session)
        relays = _relays_of(session)
        there, answered = from_any(
            relays, lambda relay: events_of(relay, _one(post.remote_id), seconds)
        )
        if not answered:
            raise self._away()
        if post.remote_id not in there:
            if answered < len(relays):
                raise self._away()
            return Gone(f"No relay of the account has the note any more on {self.label}.")
        wanted = {"kinds": [NOTE, REPOST, REACTION], "#e": [post.remote_id]}
        found, _ = from_any(relays, lambda relay: events_of(relay, wanted, seconds, genuine=False))
        kinds = [event["kind"] for event in found.values() if event.get("content") != "-"]
        return Measurement(
            likes=kinds.count(REACTION), comments=kinds.count(NOTE), shares=kinds.count(REPOST)
        )

    def delete(self, post: Published, session: Session) -> None:
        """Ask all relays to forget the note; whether they do is up to each."""
        event = {
            "pubkey": session.account.remote_id,
            "created_at": int(session.now.timestamp()),
            "kind": DELETION,
            "tags": [["e", post.remote_id], ["k", str(NOTE)]],
            "content": "",
        }
        secret = bytes.fromhex(session.credentials["private_key"])
        told = self._spread(signed(event, secret), session)
        if all(each.outcome is not None for each in told):
            raise self._error(told)

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Whether the key fits the account and which relays answer."""
        secret = secret_of(str(session.credentials.get("private_key", "")))
        fits = secret is not None and public_key(secret).hex() == session.account.remote_id
        key = (
            Finding("key", True, "The key is the account's.")
            if fits
            else Finding("key", False, "The key is not the account's.", "Connect it again.")
        )
        return (key, *(self._relay(relay, session) for relay in _relays_of(session)))

    def _relay(self, relay: str, session: Session) -> Finding:
        if why := why_away(relay, self._seconds(session)):
            mend = "If it stays so, connect the account again without it."
            return Finding("relay", False, _sentence(f"{relay} cannot be used: {why}"), mend)
        return Finding("relay", True, f"{relay} answers.")

    # Calls

    def _spread(self, event: Event, session: Session) -> list[Told]:
        seconds = self._seconds(session)
        return [
            hand_over(relay, event, seconds, partial(_ask_first, session, relay))
            for relay in _relays_of(session)
        ]

    def _seconds(self, session: Session) -> float:
        """For each relay; the session says how long a call may take altogether."""
        return min(SECONDS_EACH, session.http.timeout.read or SECONDS_EACH)

    def _error(self, told: list[Told]) -> ChannelError:
        """What it means that no relay took an event: the least certain of their answers."""
        order = (Outcome.AMBIGUOUS, Outcome.RATE_LIMITED, Outcome.NOT_SENT, Outcome.REFUSED)
        outcome = next(each for each in order if any(one.outcome is each for one in told))
        says = next(one.says for one in told if one.outcome is outcome)
        sentence = SENTENCES[outcome].format(label=self.label, detail=_sentence(says))
        pause = DEFAULT_PAUSE_SECONDS if outcome is Outcome.RATE_LIMITED else None
        return with_outcome(outcome, sentence, retry_after=pause, code="no_relay", detail=says)

    def _away(self) -> ChannelError:
        return ChannelError(
            f"No relay of {self.label} answers. Warren asks again later.", code="no_relay"
        )

    def _address(self, name: str) -> str:
        return f"{self.at('web')}/{encoded('note', bytes.fromhex(name))}"


def _ask_first(session: Session, relay: str) -> None:
    """Ask what the session asks before each request: a web socket does not pass by its client.

    Raises ChannelError when the lease may end meanwhile, or a stop holds what this is for.
    """
    request = session.http.build_request("POST", relay)
    for hook in session.http.event_hooks["request"]:
        hook(request)


def _one(name: str) -> dict[str, object]:
    return {"ids": [name], "limit": 1}


def _relays(typed: str) -> list[str]:
    """Addresses out of what people type; raises ChannelError for the form."""
    named = [each.strip().rstrip("/") for each in typed.replace("\n", ",").split(",")]
    relays = list(dict.fromkeys(each for each in named if each))
    if not relays or len(relays) > RELAYS_MAX:
        raise misfit(f"Name one to {RELAYS_MAX} relays, for example wss://nos.lol.", "relays")
    for relay in relays:
        try:
            check_address(relay)
        except OutboundError as error:
            raise misfit(f"{relay} cannot be used: {error.message}", "relays") from error
    return relays


def _relays_of(session: Session) -> list[str]:
    return [str(each) for each in session.account.settings.get("relays", ())]


def _profile(events: list[Event]) -> dict[str, str]:
    """Name and picture of the newest profile; its content is JSON inside JSON."""
    import json

    newest = max(events, key=lambda event: int(event["created_at"]), default=None)
    try:
        told = json.loads(newest["content"]) if newest else {}
    except ValueError:
        return {}
    name = dig(told, "display_name") or dig(told, "name")
    picture = str(dig(told, "picture") or "")
    return {
        "name": str(name or "")[:100],
        "picture": picture if picture.startswith("https://") else "",
    }


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
