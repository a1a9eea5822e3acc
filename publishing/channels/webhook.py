"""A web address of somebody's own: each post is handed over as a signed message.

    POST <address>
    webhook-id: 64 hex digits, the same at every try of the same post
    webhook-timestamp: seconds since 1970
    webhook-signature: v1,<base64 of HMAC-SHA256> of "id.timestamp.body"; two of them, separated by
                       a blank, for a day after the secret was changed

    {"type": "post.publish", "timestamp": "2026-11-20T12:30:15+00:00", "data": {
        "id": the webhook-id, "kind": "post" | "reply" | "comment",
        "text": the final text with hashtags and link, "title": "", "words": the text alone,
        "hashtags": ["Boats"], "link": "" or an address, "language": "" or a BCP 47 tag,
        "media": [{"url", "content_type", "alt", "width", "height"}],
        "parent": null or {"id", "url"}, "root": null or {"id", "url"}}}

Media addresses end after some hours: fetch the files when the message comes. Any 2xx is the
receipt; its JSON body may say {"id": "...", "url": "https://..."}, which become the post's id and
address. 410 says that the address is closed for good. `{"type": "ping"}` asks for a 2xx alone.

Class A, by the receiver's duty: one who has seen a webhook-id answers 2xx and does nothing. Nothing
can be read back, so after an unknown outcome the same message is sent again.

Source: the Standard Webhooks specification 1.0.0, as of 2026-11.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from config.kernel import clock, http
from config.kernel.errors import DomainError
from organizations.webhooks.signing import PREFIX, body_of, headers_of, new_secret

from .base import (
    AccountFacts,
    Channel,
    Connection,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Limits,
    Payload,
    Published,
    Session,
    VideoLimits,
)
from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Answer, Rest
from .servers import is_loopback, misfit

CALL_SECONDS = 20
MAX_BYTES = 200_000
SECRETS_OVERLAP = timedelta(days=1)
"""For how long messages carry the old secret's signature too, after it was changed."""
MOVED = "The address of this webhook has moved, so nothing was posted. Connect its new address."

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    **{(status, None): Rule(Outcome.REFUSED, MOVED) for status in (301, 302, 303, 307, 308)},
    (401, None): Rule(
        Outcome.RECONNECT,
        "The receiver of {label} refuses the signature, so nothing was posted. Connect it again "
        "and put the new secret in the receiver.",
    ),
    (403, None): Rule(
        Outcome.RECONNECT,
        "The receiver of {label} refuses the signature, so nothing was posted. Connect it again "
        "and put the new secret in the receiver.",
    ),
    (404, None): Rule(
        Outcome.NOT_SENT,
        "Nothing answers at the address of {label} (404), so nothing was posted. Warren tries "
        "again; if it stays so, look whether the receiver runs.",
    ),
    (410, None): Rule(
        Outcome.RECONNECT,
        "The receiver of {label} says that its address is closed for good, so nothing was posted. "
        "Connect another address.",
    ),
    (413, None): Rule(
        Outcome.REFUSED,
        "The receiver of {label} takes no message of this length. Shorten the post.",
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
}


class Webhook(Channel):
    slug = "webhook"
    label = "Webhook"
    icon = "img/channels/webhook.svg"
    delivery_class = DeliveryClass.A
    is_one_network = False
    help_url = "https://www.standardwebhooks.com"
    limits = Limits(
        max_characters=20_000,
        hashtags_recommended=3,
        images_max=20,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=2_000,
        videos_max=1,
        video=VideoLimits(
            max_bytes=1_000_000_000,
            types=("video/mp4", "video/quicktime", "video/webm"),
            codecs=("h264", "hevc", "vp8", "vp9", "av1"),
            audio_codecs=("aac", "mp3", "opus", "vorbis"),
        ),
        mixes_media=True,
        title_max=300,
        thread_max=100,
        comment_max=20_000,
    )
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField("name", "Name", help="For example what takes the posts in."),
        CredentialField(
            "url", "Address", help="An https:// address that takes a POST for each post."
        ),
        CredentialField(
            "secret",
            "Secret",
            help="Put this in the receiver now: it is not shown again. The old one is good for one "
            "more day.",
            make=new_secret,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Refuse addresses that requests may not go to, and ping the receiver.

        One that answers 401 or 403 may not have the secret yet; the doctor says so. Raises
        ChannelError with the `field` to mend.
        """
        name = " ".join(values.get("name", "").split())[:120]
        if not name:
            raise misfit("Give the webhook a name, such as what takes the posts in.", "name")
        url, secret = _address(values.get("url", "").strip()), values.get("secret", "").strip()
        if not _is_secret(secret):
            raise misfit(
                "The secret begins with whsec_ and then has 24 to 64 bytes in base64. Reload the "
                "page to have one made.",
                "secret",
            )
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            try:
                self._ping(client, url, [secret], clock.now())
            except ChannelError as error:
                if error.extra.get("http_status") not in (401, 403):
                    raise _unreachable(url, error) from error
        host = urlsplit(url).netloc
        return Connection(
            remote_id=hashlib.sha256(url.encode()).hexdigest()[:32],
            name=name,
            handle=host,
            profile_url=f"{urlsplit(url).scheme}://{host}/",
            avatar_url="",
            credentials={"url": url, "secret": secret, "made_at": clock.now().isoformat()},
        )

    def succeeding(self, before: Credentials, fresh: Credentials) -> Credentials:
        """A changed secret leaves the old one good for a day."""
        if before.get("secret") in (None, fresh["secret"]):
            return fresh
        return {**fresh, "old_secret": before["secret"], "changed_at": clock.now().isoformat()}

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        key = hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest()
        data = {
            "id": key,
            "kind": draft.kind,
            "text": self.compose(draft),
            "title": draft.title.strip(),
            "words": draft.text.strip(),
            "hashtags": list(draft.hashtags),
            "link": draft.link or "",
            "language": draft.language or "",
        }
        media = [
            {
                "reference": each.reference,
                "content_type": each.content_type,
                "alt": each.alt,
                "width": each.width,
                "height": each.height,
            }
            for each in draft.media
        ]
        return {"key": key, "at": now.isoformat(), "data": data, "media": media}

    def publish(self, payload: Payload, session: Session) -> Published:
        """Hand the message over. Safe to repeat whenever the receiver does its duty."""
        message = {
            "type": "post.publish",
            "timestamp": payload["at"],
            "data": {
                **payload["data"],
                "media": [_with_address(each, session) for each in payload["media"]],
                "parent": _named(session.parent),
                "root": _named(session.root),
            },
        }
        answer = self._hand_over(
            session.http,
            session.credentials["url"],
            payload["key"],
            message,
            keys_of(session.credentials, session.now),
            session.now,
        )
        told = str(answer.dig("url") or "")
        origin = urlsplit(session.credentials["url"])
        return Published(
            str(answer.dig("id") or payload["key"])[:500],
            told if told.startswith("https://") else f"{origin.scheme}://{origin.netloc}/",
            (f"The receiver answered {answer.status}.",),
        )

    def find(self, payload: Payload, session: Session) -> Found | None:
        """A receiver cannot be asked. None is no claim that the post is away; it lets the ledger
        hand the same message over again, which changes nothing where it has come already."""
        return None

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """A ping, signed as posts are."""
        kept = session.credentials
        keys = keys_of(kept, session.now)
        try:
            answer = self._ping(session.http, kept["url"], keys, session.now)
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("receiver", False, error.message, "Connect the webhook again."),)
        secrets = "two secrets are" if len(keys) > 1 else "one secret is"
        return (
            Finding("receiver", True, f"The receiver answers {answer.status} to a ping."),
            Finding("secret", True, f"At present {secrets} good."),
        )

    # Calls

    def _ping(self, client: httpx2.Client, url: str, keys: list[str], now: datetime) -> Answer:
        message = {"type": "ping", "timestamp": now.isoformat(), "data": {}}
        key = hashlib.sha256(f"ping|{url}|{now.isoformat()}".encode()).hexdigest()
        return self._hand_over(client, url, key, message, keys, now, makes_post=False)

    def _hand_over(
        self,
        client: httpx2.Client,
        url: str,
        key: str,
        message: dict[str, Any],
        keys: list[str],
        now: datetime,
        *,
        makes_post: bool = True,
    ) -> Answer:
        body = body_of(message)
        headers = {
            "Content-Type": "application/json",
            **headers_of(message_id=key, moment=now, body=body, keys=keys),
        }
        rest = Receipts(client, "", self.retry_table, self.label, now)
        return rest.call("POST", url, makes_post=makes_post, content=body, headers=headers)


class Receipts(Rest):
    """Any 2xx is a receipt, whatever its body is."""

    def _read(self, response: httpx2.Response) -> Answer:
        try:
            return super()._read(response)
        except ChannelError:
            if response.is_success:
                return Answer(response.status_code, response.headers, None)
            raise


def keys_of(credentials: Credentials, now: datetime) -> list[str]:
    """The secrets that messages are signed with now, the newest first."""
    keys = [str(credentials["secret"])]
    changed = credentials.get("changed_at")
    if changed and now - datetime.fromisoformat(changed) < SECRETS_OVERLAP:
        keys.append(str(credentials["old_secret"]))
    return keys


def _with_address(media: Mapping[str, Any], session: Session) -> dict[str, Any]:
    told = {name: value for name, value in media.items() if name != "reference"}
    return {"url": session.media_address(media["reference"]), **told}


def _named(post: Published | None) -> dict[str, str] | None:
    return {"id": post.remote_id, "url": post.url} if post else None


def _is_secret(typed: str) -> bool:
    try:
        key = base64.b64decode(typed.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return False
    return typed.startswith(PREFIX) and 24 <= len(key) <= 64


def _address(typed: str) -> str:
    parts = urlsplit(typed) if typed else None
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        raise misfit("Write the whole address, beginning with https://.", "url")
    if parts.scheme == "http" and not is_loopback(typed):
        raise misfit("Posts would travel unprotected over http: write https.", "url")
    try:
        http.check_url(typed)
    except DomainError as error:
        raise misfit(f"{error.message} Choose another address.", "url") from error
    return typed


def _unreachable(url: str, error: ChannelError) -> ChannelError:
    return ChannelError(
        f"The webhook at {urlsplit(url).netloc} did not answer a ping with a success: check that "
        "the receiver runs, then try again.",
        permanent=error.permanent,
        retry_after=error.retry_after,
        code="no_receiver",
        field="url",
    )
