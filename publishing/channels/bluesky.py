"""Bluesky, on any server that speaks the AT Protocol.

Class A: the record's key and its date are chosen when the payload is frozen, and `putRecord` of the
same record at the same key changes nothing. With `swapRecord: null` it can only create, so that a
key which is taken by other content is refused instead of overwritten.

Source: the lexicons app.bsky.feed.post and com.atproto.repo.putRecord, and what the reference
server @atproto/pds 0.5.35 answered in tests/publishing/test_bluesky.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from config.kernel import clock, http

from . import richtext
from .atproto import (
    RULES,
    Repository,
    is_loopback,
    misfit,
    open_session,
    profile,
    server_address,
    tokens,
)
from .base import (
    AccountFacts,
    Channel,
    Connection,
    CrashPoint,
    CredentialField,
    DeliveryClass,
    Draft,
    Found,
    Gone,
    Limits,
    Measurement,
    Payload,
    Published,
    Session,
)
from .errors import ChannelError, RetryTable
from .text import displayed
from .xrpc import Xrpc, record_key

POSTS = "app.bsky.feed.post"
DEFAULT_SERVER = "https://bsky.social"
DEFAULT_WEB = "https://bsky.app"
DEFAULT_APPVIEW = "https://public.api.bsky.app"


class Bluesky(Channel):
    slug = "bluesky"
    label = "Bluesky"
    icon = "img/channels/bluesky.svg"
    delivery_class = DeliveryClass.A
    limits = Limits(
        max_characters=300,
        counter="graphemes",
        max_bytes=3000,
        link_length=32,
        link_rule="shortened",
        hashtags_recommended=3,
        hashtag_max_characters=64,
        images_max=4,
        image_max_bytes=2_000_000,
        image_types=("image/jpeg", "image/png", "image/webp"),
        alt_max=2000,
    )
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField("handle", "Handle", help="For example name.bsky.social, without the @."),
        CredentialField(
            "app_password",
            "App password",
            help="Make one in Bluesky under Settings, Privacy and security, App passwords. Your "
            "own password is not needed, and Warren does not keep this one.",
            secret=True,
        ),
        CredentialField(
            "server",
            "Server",
            help="Leave it as it is unless your account lives on a server of its own.",
            default=DEFAULT_SERVER,
            required=False,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Open a session with handle and app password, and keep its tokens, not the password.

        Raises ChannelError with the `field` to mend; only server failures are worth a retry.
        """
        handle = richtext.clean_handle(values.get("handle", ""))
        password = values.get("app_password", "").strip()
        if not handle:
            raise misfit("Write the account's handle, for example name.bsky.social.", "handle")
        if not password:
            raise misfit("Write an app password of this account.", "app_password")
        server = server_address(values.get("server", ""), DEFAULT_SERVER)
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            xrpc = Xrpc(client, server, self.retry_table, self.label, clock.now())
            opened = open_session(xrpc, handle, password)
            name, avatar_url = profile(xrpc, opened["did"], "app.bsky.actor.profile")
        return Connection(
            remote_id=opened["did"],
            name=name or opened["handle"],
            handle=opened["handle"],
            profile_url=_profile_url(server, opened["did"], opened["handle"]),
            avatar_url=avatar_url,
            credentials=tokens(opened),
            server=server,
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        """The record without what only the network knows: the pictures' references, and who a
        mention is. `prepare` adds those once and keeps the record in the delivery's handle."""
        self.refuse_misfits(draft, account)
        text, links = displayed(self.compose(draft), self.limits)
        record: dict[str, Any] = {
            "$type": POSTS,
            "text": text,
            "createdAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if facets := richtext.facets(text, links):
            record["facets"] = facets
        if draft.language:
            record["langs"] = [draft.language]
        if draft.link and not draft.media:
            record["embed"] = _card(draft, draft.link)
        return {
            "repo": account.remote_id,
            "handle": account.handle,
            "rkey": record_key(f"{account.remote_id}|{occurrence_key}", now),
            "record": record,
            "mentions": richtext.mentions(text, links),
            "media": [{"reference": media.reference, "alt": media.alt} for media in draft.media],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Renew an ending token, upload the pictures, resolve the mentions, save the record."""
        self._repository(session).renew_if_ending()
        if not session.handle.get("record"):
            self._save_record(payload, session)

    def publish(self, payload: Payload, session: Session) -> Published:
        """Put the saved record at its reserved key. Repeating it is safe at any time."""
        if not session.handle.get("record"):
            self.prepare(payload, session)
        try:
            self._put(payload, session)
        except ChannelError as error:
            if error.code == "BlobNotFound":
                # Servers throw unused uploads away after some hours; the post may have waited.
                self._save_record(payload, session)
                self._put(payload, session)
            elif not (error.permanent and self._stands(payload, session)):
                raise
        remote_id, url = post_address(payload, session.server)
        return Published(remote_id, url, tuple(session.handle.get("notes", ())))

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Read the record at the reserved key; it is ours if its text and date are."""
        record = self._repository(session).record(payload["repo"], POSTS, payload["rkey"])
        if record is None:
            return None
        if any(record.get(name) != payload["record"][name] for name in ("text", "createdAt")):
            return None
        return Found(*post_address(payload, session.server))

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Counts of the AppView; all None when there is no AppView or it has not seen the post."""
        repository = self._repository(session)
        view = repository.view(post.remote_id, _fallback_appview(session.server))
        if view is not None:
            return _measurement(view)
        repo, rkey = _parts(post.remote_id)
        if repository.record(repo, POSTS, rkey) is None:
            return Gone("The post was deleted on Bluesky.")
        return Measurement()

    def delete(self, post: Published, session: Session) -> None:
        """Take the post down; the server answers the same when it is already gone."""
        repo, rkey = _parts(post.remote_id)
        self._repository(session).delete(repo, POSTS, rkey)

    def _stands(self, payload: Payload, session: Session) -> bool:
        """Whether a refused post is there all the same; an account that is shut cannot be read."""
        try:
            return self.find(payload, session) is not None
        except ChannelError:
            return False

    def _repository(self, session: Session) -> Repository:
        return Repository(session, self.retry_table, self.label, DEFAULT_SERVER)

    def _put(self, payload: Payload, session: Session) -> None:
        record = session.handle["record"]
        self._repository(session).create(payload["repo"], POSTS, payload["rkey"], record)

    def _save_record(self, payload: Payload, session: Session) -> None:
        record = deepcopy(payload["record"])
        notes: list[str] = []
        if payload["media"]:
            record["embed"] = self._images(payload["media"], session, notes)
        named = [self._mention(mention, session) for mention in payload["mentions"]]
        if facets := [*record.get("facets", []), *(facet for facet in named if facet)]:
            record["facets"] = richtext.in_order(facets)
        session.save_handle({"record": record, "notes": notes})

    def _images(
        self, media: list[dict[str, Any]], session: Session, notes: list[str]
    ) -> dict[str, Any]:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        images = []
        for number, item in enumerate(media, start=1):
            data = session.media(item["reference"])
            fitted = fit_image(data, self.limits, name=f"Picture {number}")
            session.fault(CrashPoint.MEDIA_UPLOADING)
            blob = self._repository(session).upload(fitted.data, fitted.content_type)
            session.fault(CrashPoint.MEDIA_RECEIVED)
            ratio = {"width": fitted.width, "height": fitted.height}
            images.append({"alt": item["alt"], "image": blob, "aspectRatio": ratio})
            if fitted.note:
                notes.append(fitted.note)
        return {"$type": "app.bsky.embed.images", "images": images}

    def _mention(self, mention: dict[str, Any], session: Session) -> dict[str, Any] | None:
        did = self._repository(session).resolve(mention["handle"])
        return richtext.mention_facet(mention, did) if did else None


def _card(draft: Draft, link: str) -> dict[str, Any]:
    """A link card with what is known; the platform fetches nothing by itself."""
    external = {
        "uri": link,
        "title": draft.link_title or link.split("://", 1)[-1].split("/", 1)[0],
        "description": draft.link_description,
    }
    return {"$type": "app.bsky.embed.external", "external": external}


def _measurement(view: Mapping[str, Any]) -> Measurement:
    def count(name: str) -> int | None:
        number = view.get(name)
        return number if isinstance(number, int) and number >= 0 else None

    extra = {"quotes": count("quoteCount"), "bookmarks": count("bookmarkCount")}
    return Measurement(
        likes=count("likeCount"),
        comments=count("replyCount"),
        shares=count("repostCount"),
        extra={name: number for name, number in extra.items() if number is not None},
    )


def _parts(remote_id: str) -> tuple[str, str]:
    """(DID, record key) of at://<did>/app.bsky.feed.post/<key>."""
    repo, _, rkey = remote_id.removeprefix("at://").split("/")
    return repo, rkey


def post_address(payload: Payload, server: str) -> tuple[str, str]:
    """The at:// address, which is the post's id, and a web address that opens.

    Every public server's posts open in the web app. A server on this machine is unknown there, so
    its posts open as the record that the server itself shows.
    """
    repo, rkey = payload["repo"], payload["rkey"]
    remote_id = f"at://{repo}/{POSTS}/{rkey}"
    if not is_loopback(server):
        return remote_id, f"{_web()}/profile/{payload['handle'] or repo}/post/{rkey}"
    query = urlencode({"repo": repo, "collection": POSTS, "rkey": rkey})
    return remote_id, f"{server}/xrpc/com.atproto.repo.getRecord?{query}"


def _profile_url(server: str, did: str, handle: str) -> str:
    if not is_loopback(server):
        return f"{_web()}/profile/{handle}"
    return f"{server}/xrpc/com.atproto.repo.describeRepo?{urlencode({'repo': did})}"


def _web() -> str:
    return str(settings.WARREN_CHANNEL_OPTIONS.get("bluesky.web", DEFAULT_WEB))


def _fallback_appview(server: str) -> str:
    """Where to count when the server has no AppView: the setting, else the public one for public
    servers. An empty setting means nowhere."""
    default = "" if is_loopback(server) else DEFAULT_APPVIEW
    return str(settings.WARREN_CHANNEL_OPTIONS.get("bluesky.appview", default))
