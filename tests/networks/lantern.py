"""A network that does not exist, added as CONTRIBUTING says: its channel, its stand-in, its stage.

The channel stands here instead of in publishing/channels/; its icon and its registry line are
put in place by test_made_up_channel.py. Nothing else knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pytest_django import Settings

from config.kernel import http
from publishing.channels.base import (
    AccountFacts,
    AppKeys,
    Connection,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
)
from publishing.channels.errors import ChannelError, Outcome, RetryTable, Rule
from publishing.channels.oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel
from publishing.channels.readback import looked_since, moment, note_sending, plain
from publishing.channels.rest import Answer, count, rate_reading

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route
from .consent import APP, ConsentNetwork
from .form import parts_of

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" '
    'role="img" aria-label="Lantern"><path d="M6 4h12v16H6z"/></svg>'
)


class Lantern(OAuthChannel):
    """Class C: a post is looked for by its text, its parent and its time."""

    slug = "lantern"
    label = "Lantern"
    icon = "img/channels/lantern.svg"
    delivery_class = DeliveryClass.C
    hosts = {"api": "https://api.lantern.example"}  # noqa: RUF012
    authorize_at = ("api", "/oauth/authorize")
    token_at = ("api", "/oauth/token")
    scopes = ("posts:write", "posts:read")
    limits = Limits(
        max_characters=777,
        counter="codepoints",
        images_max=3,
        image_types=("image/png", "image/jpeg"),
        alt_max=50,
        thread_max=5,
        comment_max=100,
    )
    retry_table = RetryTable(
        {(403, None): Rule(Outcome.REFUSED, "Lantern does not like the post: {detail} Change it.")}
    )
    option_fields = (
        CredentialField(
            "glow", "Glow", required=False, choices=(("", "As always"), ("bright", "Bright"))
        ),
    )
    quotas = (Quota("posts", 100, 86_400),)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api").with_token(tokens["access_token"])
            who = rest.get("/me")
        if not who.dig("id"):
            raise rest.unreadable(who)
        return (
            Connection(
                remote_id=str(who.dig("id")),
                name=str(who.dig("name")),
                handle=str(who.dig("name")),
                profile_url="https://lantern.example/harbour",
                avatar_url="",
                credentials=tokens,
                scopes=self.granted(tokens),
            ),
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        media = [{"reference": each.reference, "alt": each.alt} for each in draft.media]
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "key": occurrence_key,
            "text": self.compose(draft),
            "media": media,
            "glow": str(draft.options.get("glow") or ""),
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        pictures = list(session.handle.get("pictures", ()))
        for item in payload["media"][len(pictures) :]:
            file = {"file": ("picture", session.media(item["reference"]), "image/png")}
            told = self._call(session, "POST", "/pictures", files=file, data={"alt": item["alt"]})
            pictures.append(str(told.dig("id")))
            session.save_handle({**session.handle, "pictures": pictures})

    def publish(self, payload: Payload, session: Session) -> Published:
        self.prepare(payload, session)
        note_sending(session)
        parent = session.parent.remote_id if session.parent else None
        pictures = session.handle.get("pictures", [])
        body = {"text": payload["text"], "under": parent, "pictures": pictures}
        answer = self._call(session, "POST", "/posts", makes_post=True, json=body)
        if (reading := rate_reading(answer.headers, session.now, name="posts")) is not None:
            session.read_quota(reading)
        return Published(str(answer.dig("id")), _address(answer.dig("id")))

    def find(self, payload: Payload, session: Session) -> Found | None:
        since = looked_since(payload, session)
        parent = session.parent.remote_id if session.parent else None
        for post in self._call(session, "GET", "/posts", needs="posts").dig("posts"):
            made = moment(post["at"])
            if made is None or made < since or post["under"] != parent:
                continue
            if plain(post["text"]) == plain(payload["text"]):
                return Found(str(post["id"]), _address(post["id"]))
        return None

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        try:
            told = self._call(session, "GET", f"/posts/{post.remote_id}")
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone("The post was deleted on Lantern.")
            raise
        return Measurement(likes=count(told.dig("lights")))

    def delete(self, post: Published, session: Session) -> None:
        try:
            self._call(session, "DELETE", f"/posts/{post.remote_id}", needs="")
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            self._call(session, "GET", "/me")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        return (Finding("token", True, "Lantern lets Warren in."), self.scope_finding(session))

    def _call(
        self, session: Session, method: str, path: str, needs: str = "id", **request: Any
    ) -> Answer:
        rest = self.rest(session.http, "api")

        def ask(token: str) -> Answer:
            answer = rest.with_token(token).call(method, path, **request)
            if needs and answer.dig(needs) is None:
                # Also in here: only of the request that makes a post is this an unknown outcome.
                unreadable = rest.unreadable(answer)
                unreadable.ambiguous = bool(request.get("makes_post"))
                raise unreadable
            return answer

        return self.with_access(session, ask)


def _address(number: Any) -> str:
    return f"https://lantern.example/posts/{number}"


class LanternNetwork(ConsentNetwork):
    scopes = Lantern.scopes

    def __init__(self) -> None:
        super().__init__()
        self.pictures: dict[str, str] = {}

    def admit(self, request: Request) -> Reply | None:
        return None if request.path == "/oauth/token" or self.is_let_in(request) else Reply(401)

    @route("POST", "/oauth/token", renews=True)
    def token(self, request: Request) -> Reply:
        return self.give_tokens(request)

    @route("GET", "/me")
    def me(self, request: Request) -> Reply:
        return Reply(200, {"id": "7", "name": "harbour"})

    @route("POST", "/pictures")
    def picture(self, request: Request) -> Reply:
        number = self.next_id()
        self.pictures[number] = parts_of(request)["alt"]["text"]
        return Reply(201, {"id": number})

    @route("POST", "/posts", makes_post=True)
    def post(self, request: Request) -> Reply:
        told = request.json
        media = [{"kind": "image", "alt": self.pictures[each]} for each in told["pictures"]]
        item = Item(self.next_id(), told["text"], parent=told["under"] or "", media=[*media])
        headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "99"}
        return Reply(201, _shown(self.keep(item)), headers)

    @route("GET", "/posts")
    def posts(self, request: Request) -> Reply:
        return Reply(200, {"posts": [_shown(item) for item in self.items.values()]})

    @route("GET", r"/posts/(?P<number>\d+)")
    def one(self, request: Request, number: str) -> Reply:
        item = self.items.get(number)
        return Reply(404) if item is None else Reply(200, {**_shown(item), "lights": 3})

    @route("DELETE", r"/posts/(?P<number>\d+)")
    def take_down(self, request: Request, number: str) -> Reply:
        return Reply(404 if self.items.pop(number, None) is None else 204)

    def refusal(self, status: int) -> Reply:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(status, {"message": "Not now."}, headers)


def _shown(item: Item) -> Mapping[str, Any]:
    at = item.at.isoformat()
    return {"id": item.id, "text": item.text, "under": item.parent or None, "at": at}


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with LanternNetwork() as network:
        assert isinstance(network, LanternNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "lantern.api": network.address,
        }
        yield Stage(
            account=AccountFacts("7", "harbour"),
            vault=network.vault(),
            network=network,
            app=APP,
            answer=network.consent,
        )
