"""Threads.

Class B by containers, see meta_publishing: text, pictures, videos and several of them; the parts of
a thread and a first comment are answers, with containers of their own. Access of sixty days is its
own means of renewal once it is a day old. Threads fetches pictures and videos itself, so posts with
them need a public address of this installation; posts of words alone do not.

Source: Meta's pages "Threads API: Overview, Posts, Reply Management, Delete Posts, Insights,
Long-Lived Tokens, Troubleshooting" (as of 2026-11). Not verified against the live service: that it
takes the token in a header, as Meta's other networks do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from config.kernel import http

from .base import (
    AppKeys,
    ChannelError,
    Connection,
    Credentials,
    Finding,
    Gone,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .meta_errors import CONTAINERS, is_gone, not_understood, table
from .meta_publishing import ContainerChannel
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at
from .rest import dig

PROFILE = "id,username,name,threads_profile_picture_url"
INSIGHTS = "views,likes,replies,reposts,quotes,shares"


class Threads(ContainerChannel):
    slug = "threads"
    label = "Threads"
    icon = "img/channels/threads.svg"
    retry_table = table(CONTAINERS)
    version = "v1.0"
    scopes = (
        "threads_basic",
        "threads_content_publish",
        "threads_manage_replies",
        "threads_read_replies",
        "threads_manage_insights",
        "threads_delete",
    )
    scope_words = {  # noqa: RUF012
        "threads_basic": "see the profile and its posts",
        "threads_content_publish": "publish posts",
        "threads_manage_replies": "publish the later parts of a thread",
        "threads_read_replies": "read replies",
        "threads_manage_insights": "read how posts do",
        "threads_delete": "delete posts",
    }
    hosts = {"web": "https://www.threads.net", "api": "https://graph.threads.net"}
    authorize_at = ("web", "/oauth/authorize")
    token_at = ("api", "/oauth/access_token")
    make_edge = "threads"
    publish_edge = "threads_publish"
    limit_edge = "threads_publishing_limit"
    limit_fields = "quota_usage,config,reply_quota_usage,reply_config"
    state_fields = ("status", "error_message")
    row_fields = "id,text,timestamp,permalink,media_type,children{id},replied_to"
    text_field = "text"
    limits = Limits(
        max_characters=500,
        counter="emoji_bytes",
        hashtags_recommended=1,
        images_max=20,
        image_max_bytes=8_000_000,
        image_types=("image/jpeg", "image/png"),
        image_ratio_min=0.1,
        image_ratio_max=10.0,
        image_shortest_side=320,
        alt_max=1000,
        videos_max=20,
        mixes_media=True,
        video=VideoLimits(
            max_bytes=1_000_000_000,
            max_seconds=300,
            types=("video/mp4", "video/quicktime"),
            codecs=("h264", "hevc"),
            ratio_min=0.01,
            ratio_max=10.0,
            longest_side=1920,
            fps_max=60,
        ),
        thread_max=25,
        comment_max=500,
    )
    quotas = (Quota("posts", 250, 86_400),)
    spacing_seconds = 5.0
    help_url = "https://developers.facebook.com/docs/threads/overview"

    # Connecting

    def lengthen(self, client: httpx2.Client, token: str, app: AppKeys) -> Mapping[str, Any]:
        fields = {
            "grant_type": "th_exchange_token",
            "client_secret": app.client_secret,
            "access_token": token,
        }
        return self.ask(client, "api", "GET", "/access_token", fields)

    def scopes_of(
        self, client: httpx2.Client, tokens: Credentials, app: AppKeys, told: Mapping[str, Any]
    ) -> tuple[str, ...] | None:
        granted = self._debugged(client, tokens["access_token"]).get("scopes")
        return tuple(str(each) for each in granted) if isinstance(granted, list) else None

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        fields = {"grant_type": "th_refresh_token", "access_token": stale["access_token"]}
        told = self.ask(session.http, "api", "GET", "/refresh_access_token", fields)
        return self.tokens(told, stale)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            person = self.graph(client, tokens["access_token"]).get("/me", {"fields": PROFILE})
        if not person.dig("id"):
            raise not_understood(self.label)
        username = str(person.dig("username") or "")
        return (
            Connection(
                remote_id=str(person.dig("id")),
                name=str(person.dig("name") or username or self.label),
                handle=username,
                profile_url=f"{self.at('web')}/@{username}",
                avatar_url=str(person.dig("threads_profile_picture_url") or ""),
                credentials=tokens,
                scopes=self.granted(tokens),
                expires_at=expires_at(tokens),
            ),
        )

    # Containers

    def single(self, payload: Payload, session: Session) -> dict[str, str]:
        form = {"text": payload["text"], **_answers(payload, session)}
        if payload["media"]:
            return form | self._file(payload["media"][0], session)
        card = {"link_attachment": payload["link"]} if payload["link"] else {}
        return form | {"media_type": "TEXT"} | card

    def child(self, item: Mapping[str, Any], session: Session) -> dict[str, str]:
        return {"is_carousel_item": "true", **self._file(item, session)}

    def carousel(self, payload: Payload, children: list[str]) -> dict[str, str]:
        return {"media_type": "CAROUSEL", "children": ",".join(children), "text": payload["text"]}

    def _file(self, item: Mapping[str, Any], session: Session) -> dict[str, str]:
        kind = "video" if item["is_video"] else "image"
        file = {
            "media_type": kind.upper(),
            f"{kind}_url": session.media_address(item["reference"]),
        }
        return file | ({"alt_text": item["alt"]} if item["alt"] else {})

    def home(self, session: Session) -> str:
        return f"{self.at('web')}/@{session.account.handle}"

    def rows_path(self, payload: Payload) -> str:
        own = "threads" if payload["kind"] == Kind.POST else "replies"
        return f"/{payload['owner']}/{own}"

    def is_ours(
        self, row: Mapping[str, Any], payload: Payload, session: Session, since: datetime
    ) -> bool:
        """An answer is ours only under the post that it was meant for."""
        under = dig(row, "replied_to", "id")
        meant = session.parent.remote_id if session.parent else None
        return under == meant and super().is_ours(row, payload, session, since)

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        told = self.insights(post, session, INSIGHTS)
        if isinstance(told, Gone):
            return told
        extra = {"quotes": told.get("quotes"), "forwards": told.get("shares")}
        return Measurement(
            likes=told.get("likes"),
            comments=told.get("replies"),
            shares=told.get("reposts"),
            impressions=told.get("views"),
            extra={name: number for name, number in extra.items() if number is not None},
        )

    def delete(self, post: Published, session: Session) -> None:
        try:
            self.calling(session, lambda api: api.call("DELETE", f"/{post.remote_id}"))
        except ChannelError as error:
            if not is_gone(error):
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        told = self._debugged(session.http, self.access_token(session))
        if told.get("is_valid") is not True:
            says = f"{self.label} says that the access is not valid any more."
            return (Finding("token", False, says, "Connect the account again."),)
        granted = told.get("scopes")
        scopes = {"scope": ",".join(map(str, granted))} if isinstance(granted, list) else {}
        return (
            Finding("token", True, "The access works."),
            self.scope_finding(session, scopes),
            self.quota_finding(session),
        )

    def _debugged(self, client: httpx2.Client, token: str) -> Mapping[str, Any]:
        told = self.graph(client, token).get("/debug_token", {"input_token": token}).dig("data")
        if not isinstance(told, dict):
            raise not_understood(self.label)
        return told


def _answers(payload: Payload, session: Session) -> dict[str, str]:
    """What a part of a thread or a comment hangs under."""
    if payload["kind"] == Kind.POST:
        return {}
    assert session.parent is not None
    return {"reply_to_id": session.parent.remote_id}
