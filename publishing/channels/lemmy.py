"""Lemmy, on any server that speaks its API v3: posts to a community.

Class C: nothing guards against a doubled post, so a lost answer is looked up among the account's
own posts (or comments): same title, same community, same words and address, not older than the
first attempt.

An account comes in by name and password; the password is not kept, the session's token is. It does
not end by itself, and Lemmy has no way to ask for less than everything, so the token is the whole
account: an account of its own for the brand is best.

Sources, as of 2026-11: join-lemmy.org/api and the types of lemmy-js-client 0.19 for version 0.19 of
the server; pictures by pict-rs, github.com/asonix/pict-rs. Not verified against a live server.
Version 1.0 of the server keeps these addresses beside its new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from config.kernel import clock, http

from .base import (
    AccountFacts,
    Channel,
    Connection,
    CrashPoint,
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
    option,
)
from .errors import ChannelError, RetryTable, before_sending
from .lemmy_errors import RULES, read_error, signing_in
from .readback import looked_since, moment, note_sending, plain
from .rest import Answer, Rest, count, dig
from .servers import misfit, server_address

EXAMPLE = "https://lemmy.world"
PAGE = 50
PAGES_READ = 4


class Lemmy(Channel):
    slug = "lemmy"
    label = "Lemmy"
    icon = "img/channels/lemmy.svg"
    delivery_class = DeliveryClass.C
    help_url = "https://join-lemmy.org/docs/users/01-getting-started.html"
    limits = Limits(
        max_characters=10_000,
        counter="codepoints",
        hashtags_recommended=0,
        title_max=200,
        title_required=True,
        images_max=1,
        image_max_bytes=5_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1500,
        comment_max=10_000,
    )
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField(
            "server", "Server", help="Where the account lives, for example lemmy.world."
        ),
        CredentialField("username", "Name", help="The account's name, without the server."),
        CredentialField(
            "password",
            "Password",
            help="Warren signs in once with it and does not keep it.",
            secret=True,
        ),
        CredentialField(
            "code",
            "Code",
            help="Of the second factor, where the account has one.",
            required=False,
        ),
    )
    option_fields = (
        CredentialField(
            "community",
            "Community",
            help="As name, or name@server for one that lives elsewhere.",
        ),
        CredentialField(
            "nsfw", "Not safe for work", required=False, choices=(("", "No"), ("yes", "Yes"))
        ),
    )

    # The way in

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Sign in once. Raises ChannelError with the `field` to mend."""
        name, password = values.get("username", "").strip(), values.get("password", "")
        if not values.get("server", "").strip():
            raise misfit(f"Write the account's server, for example {EXAMPLE}.", "server")
        if not name:
            raise misfit("Write the account's name, without the server.", "username")
        if not password.strip():
            raise misfit("Write the account's password.", "password")
        server = server_address(values["server"], EXAMPLE)
        form = {"username_or_email": name.removeprefix("@").partition("@")[0], "password": password}
        if code := values.get("code", "").strip():
            form["totp_2fa_token"] = code
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            rest = self._on(client, server)
            token = self._signed_in(rest, form)
            site = rest.with_token(token).get("/api/v3/site")
        person = site.dig("my_user", "local_user_view", "person")
        if not isinstance(dig(person, "id"), int):
            raise misfit(f"What answers at {server} is not Lemmy. Check the address.", "server")
        host = server.partition("://")[2]
        return Connection(
            remote_id=str(dig(person, "actor_id") or f"{server}/u/{dig(person, 'name')}"),
            name=str(dig(person, "display_name") or dig(person, "name")),
            handle=f"{dig(person, 'name')}@{host}",
            profile_url=f"{server}/u/{dig(person, 'name')}",
            avatar_url=str(dig(person, "avatar") or ""),
            credentials={"token": token},
            server=server,
            settings={"person_id": dig(person, "id")},
        )

    def _signed_in(self, rest: Rest, form: Mapping[str, str]) -> str:
        try:
            answer = rest.call("POST", "/api/v3/user/login", json=dict(form))
        except ChannelError as error:
            raise signing_in(error, rest.base) from error
        token = answer.dig("jwt")
        if isinstance(token, str) and token:
            return token
        if answer.dig("verify_email_sent") or answer.dig("registration_created"):
            raise misfit(
                "The account is not let in yet: its e-mail has to be confirmed, or an admin of the "
                "server has to accept it.",
                "username",
            )
        raise misfit(f"What answers at {rest.base} is not Lemmy. Check the address.", "server")

    # Before sending

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        found = super().problems(draft, account)
        if draft.kind is not Kind.POST or _community(option(draft, account, "community")):
            return found
        return (*found, "Lemmy needs a community: write one, for example boats@lemmy.world.")

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        """A link is the post's address unless a picture is; then it stands in the words."""
        self.refuse_misfits(draft, account)
        text = self.compose(draft)
        address = draft.link if draft.link and not draft.media else ""
        if address:
            text = text.removesuffix(address).rstrip()
        media = [{"reference": each.reference, "alt": each.alt} for each in draft.media]
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "community": _community(option(draft, account, "community")),
            "title": draft.title.strip(),
            "text": text,
            "address": address,
            "nsfw": bool(option(draft, account, "nsfw")),
            "media": media,
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Find the community's number and put the picture on the account's server."""
        if payload["kind"] == Kind.POST and not session.handle.get("community"):
            session.save_handle({**session.handle, "community": self._number(payload, session)})
        if payload["media"] and not session.handle.get("picture"):
            address, note = self._picture(payload["media"][0], session)
            session.save_handle({**session.handle, "picture": address, "note": note})

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published:
        self.prepare(payload, session)
        note_sending(session)
        rest = self._rest(session)
        if payload["kind"] == Kind.COMMENT:
            body: dict[str, Any] = {"content": payload["text"], "post_id": self._above(session)}
            answer = rest.call("POST", "/api/v3/comment", makes_post=True, json=body)
            return self._out(rest, answer, "comment", session)
        body = {
            "name": payload["title"],
            "community_id": session.handle["community"],
            "nsfw": payload["nsfw"],
            **({"body": payload["text"]} if payload["text"] else {}),
        }
        if address := session.handle.get("picture") or payload["address"]:
            body["url"] = address
        if payload["media"] and payload["media"][0]["alt"]:
            body["alt_text"] = payload["media"][0]["alt"]
        answer = rest.call("POST", "/api/v3/post", makes_post=True, json=body)
        return self._out(rest, answer, "post", session)

    def _out(self, rest: Rest, answer: Answer, kind: str, session: Session) -> Published:
        number = answer.dig(f"{kind}_view", kind, "id")
        if not isinstance(number, int):
            raise rest.unreadable(answer)
        notes = tuple(each for each in (session.handle.get("note"),) if each)
        return Published(f"{kind}:{number}", f"{session.server}/{kind}/{number}", notes)

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Read what the account wrote since the first attempt, newest first."""
        rest, since = self._rest(session), looked_since(payload, session)
        kind = "comment" if payload["kind"] == Kind.COMMENT else "post"
        params = {"person_id": session.account.settings["person_id"], "sort": "New", "limit": PAGE}
        for page in range(1, PAGES_READ + 1):
            answer = rest.get("/api/v3/user", {**params, "page": page})
            views = answer.dig(f"{kind}s")
            if not isinstance(views, list):
                raise before_sending(rest.unreadable(answer), self.label)
            for view in views:
                made_at = moment(dig(view, kind, "published"))
                if (
                    made_at is not None
                    and made_at >= since
                    and self._is_ours(view, payload, session)
                ):
                    number = dig(view, kind, "id")
                    return Found(f"{kind}:{number}", f"{session.server}/{kind}/{number}")
            oldest = moment(dig(views, -1, kind, "published"))
            if len(views) < PAGE or (oldest is not None and oldest < since):
                return None
        raise ChannelError(
            f"The account has written so much on {self.label} that Warren cannot tell whether this "
            "post is out.",
            code="too_many_posts",
        )

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        kind, _, number = post.remote_id.partition(":")
        rest = self._rest(session)
        try:
            answer = rest.get(f"/api/v3/{kind}", {"id": number})
        except ChannelError as error:
            if error.code in GONE:
                return Gone(f"It was deleted on {self.label}.")
            raise
        view = answer.dig(f"{kind}_view")
        if not isinstance(dig(view, kind, "id"), int):
            raise before_sending(rest.unreadable(answer), self.label)
        if dig(view, kind, "deleted") or dig(view, kind, "removed"):
            return Gone(f"It was deleted on {self.label}.")
        down = count(dig(view, "counts", "downvotes"))
        return Measurement(
            likes=count(dig(view, "counts", "upvotes")),
            comments=count(dig(view, "counts", "comments" if kind == "post" else "child_count")),
            extra={} if down is None else {"downvotes": down},
        )

    def delete(self, post: Published, session: Session) -> None:
        kind, _, number = post.remote_id.partition(":")
        body = {f"{kind}_id": int(number), "deleted": True}
        try:
            self._rest(session).call("POST", f"/api/v3/{kind}/delete", json=body)
        except ChannelError as error:
            if error.code not in GONE:
                raise

    def revoke(self, session: Session) -> None:
        self._rest(session).call("POST", "/api/v3/user/logout")

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Session, account, and the community that posts go to by default."""
        rest = self._rest(session)
        try:
            site = rest.get("/api/v3/site")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        if not isinstance(site.dig("site_view"), dict):
            raise before_sending(rest.unreadable(site), self.label)
        person = site.dig("my_user", "local_user_view", "person")
        if person is None:
            says = "The server does not know the session any more."
            return (Finding("token", False, says, "Connect the account again."),)
        found = [Finding("token", True, f"The server knows {dig(person, 'name')}.")]
        if dig(person, "banned"):
            mend = "Ask the server's admins why."
            found.append(Finding("account", False, "The server has banned the account.", mend))
        community = _community(str(session.account.settings.get("community") or ""))
        return (*found, self._place(community, session)) if community else tuple(found)

    def _place(self, community: str, session: Session) -> Finding:
        try:
            self._community_number(community, session)
        except ChannelError as error:
            if not error.permanent:
                raise
            return Finding("community", False, error.message, "Choose another community.")
        return Finding("community", True, f"{community} is there.")

    # Calls

    def _number(self, payload: Payload, session: Session) -> int:
        return self._community_number(payload["community"], session)

    def _community_number(self, name: str, session: Session) -> int:
        rest = self._rest(session)
        answer = rest.get("/api/v3/community", {"name": name})
        found = answer.dig("community_view", "community")
        if not isinstance(dig(found, "id"), int):
            raise before_sending(rest.unreadable(answer), self.label)
        if dig(found, "posting_restricted_to_mods"):
            raise ChannelError(
                f"Only moderators post to {name} on {self.label}. Choose another community.",
                permanent=True,
                code="only_mods_can_post_in_community",
            )
        return int(dig(found, "id"))

    def _picture(self, item: Mapping[str, Any], session: Session) -> tuple[str, str]:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        fitted = fit_image(session.media(item["reference"]), self.limits)
        name = f"picture.{fitted.content_type.partition('/')[2]}"
        session.fault(CrashPoint.MEDIA_UPLOADING)
        rest = self._rest(session)
        answer = rest.call(
            "POST",
            "/pictrs/image",
            files={"images[]": (name, fitted.data, fitted.content_type)},
            # This door of the server looks for the session in a cookie.
            headers={"Cookie": f"jwt={session.credentials['token']}"},
        )
        session.fault(CrashPoint.MEDIA_RECEIVED)
        file = answer.dig("files", 0, "file")
        if not isinstance(file, str):
            raise before_sending(rest.unreadable(answer), self.label)
        return f"{session.server}/pictrs/image/{file}", fitted.note

    def _above(self, session: Session) -> int:
        if session.parent is None:
            raise ChannelError(
                f"The post on {self.label} that this comment goes under is not out, so nothing was "
                "posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        return int(session.parent.remote_id.partition(":")[2])

    def _is_ours(self, view: Any, payload: Payload, session: Session) -> bool:
        if payload["kind"] == Kind.COMMENT:
            said = plain(str(dig(view, "comment", "content") or "")) == plain(payload["text"])
            return said and dig(view, "comment", "post_id") == self._above(session)
        address = session.handle.get("picture") or payload["address"]
        return (
            dig(view, "post", "name") == payload["title"]
            and plain(str(dig(view, "post", "body") or "")) == plain(payload["text"])
            and plain(str(dig(view, "post", "url") or "")) == plain(address)
            and session.handle.get("community") in (None, dig(view, "post", "community_id"))
        )

    def _rest(self, session: Session) -> Rest:
        return self._on(session.http, session.server).with_token(session.credentials["token"])

    def _on(self, client: httpx2.Client, server: str) -> Rest:
        return Rest(
            client, server, self.retry_table, self.label, clock.now(), reads_error=read_error
        )


GONE = frozenset({"couldnt_find_post", "couldnt_find_comment", "not_found", "unknown"})


def _community(typed: str) -> str:
    """A community as people write it: !name@server, /c/name, its address."""
    typed = typed.strip().removeprefix("!")
    if "/c/" in typed:
        start, _, name = typed.partition("/c/")
        host = start.partition("://")[2]
        name = name.strip("/")
        return f"{name}@{host}" if host and "@" not in name else name
    return typed
