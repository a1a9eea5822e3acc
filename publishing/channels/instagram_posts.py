"""What both ways to Instagram have in common: containers of pictures and reels, comments, counts.

Source: Meta's pages "Content Publishing", "IG User Media", "IG Media Comments" (a comment has at
most 300 characters and one link) and "IG Media Insights", as of 2026-11.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from .base import (
    Accepted,
    Draft,
    Found,
    Gone,
    Handle,
    Heard,
    Hearing,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .listening import refuse_misfit
from .meta_errors import CONTAINERS, table
from .meta_inbox import Inbox, Names, send_answer, without_permission
from .meta_publishing import ContainerChannel
from .readback import looked_since, moment, note_sending, plain
from .rest import dig
from .shapes import AccountFacts
from .text import links_in

WEB = "https://www.instagram.com"
MESSAGE_CHARACTERS = 1000
INSIGHTS = "reach,views,likes,comments,saved,shares,total_interactions"


class InstagramPosts(ContainerChannel):
    retry_table = table(CONTAINERS)
    make_edge = "media"
    publish_edge = "media_publish"
    limit_edge = "content_publishing_limit"
    limit_fields = "quota_usage,config"
    state_fields = ("status_code", "status")
    row_fields = "id,caption,timestamp,permalink,media_type,children{id}"
    text_field = "caption"
    limits = Limits(
        max_characters=2200,
        counter="utf16",
        hashtags_max=30,
        hashtags_recommended=5,
        images_max=10,
        image_max_bytes=8_000_000,
        image_types=("image/jpeg",),
        image_ratio_min=0.8,
        image_ratio_max=1.91,
        image_shortest_side=320,
        alt_max=1000,
        media_required=True,
        videos_max=10,
        mixes_media=True,
        video=VideoLimits(
            max_bytes=300_000_000,
            max_seconds=900,
            min_seconds=3,
            types=("video/mp4", "video/quicktime"),
            codecs=("h264", "hevc"),
            ratio_min=0.01,
            ratio_max=10.0,
            longest_side=1920,
            fps_max=60,
        ),
        comment_max=300,
        has_link=False,
    )
    quotas = (Quota("posts", 50, 86_400), Quota("posts in an hour", 10, 3600))
    spacing_seconds = 10.0
    help_url = "https://developers.facebook.com/docs/instagram-platform/content-publishing"

    hears = ("comment", "mention", "message")
    listens_every = 180.0
    answer_key_lasts = timedelta(0)
    reads_comments: ClassVar[str]
    reads_messages: ClassVar[str]
    """Permissions: the first is among those for posting, the second an operator's app may have."""

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        comment = draft.text if draft.kind is Kind.COMMENT else draft.first_comment
        own = super().problems(draft, account)
        if len(links_in(comment)) > 1:
            own = (*own, f"{self.label} takes one link in a comment: take the others out.")
        return own

    # Containers

    def single(self, payload: Payload, session: Session) -> dict[str, str]:
        (item,) = payload["media"]
        form = {"caption": payload["text"], **_file(item, session)}
        return form | ({"media_type": "REELS"} if item["is_video"] else {})

    def child(self, item: Mapping[str, Any], session: Session) -> dict[str, str]:
        form = {"is_carousel_item": "true", **_file(item, session)}
        return form | ({"media_type": "VIDEO"} if item["is_video"] else {})

    def carousel(self, payload: Payload, children: list[str]) -> dict[str, str]:
        return {
            "media_type": "CAROUSEL",
            "children": ",".join(children),
            "caption": payload["text"],
        }

    def home(self, session: Session) -> str:
        return f"{WEB}/{session.account.handle}/"

    # Comments: made in one step, so they are looked for by their words

    def prepare(self, payload: Payload, session: Session) -> None:
        if payload["kind"] == Kind.COMMENT:
            self.access_token(session)
            return
        super().prepare(payload, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        if payload["kind"] == Kind.COMMENT:
            return self._comment(payload, session)
        return super().publish(payload, session)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        if payload["kind"] == Kind.COMMENT:
            return self._find_comment(payload, session)
        return super().find(payload, session)

    def _comment(self, payload: Payload, session: Session) -> Published:
        assert session.parent is not None
        parent = session.parent
        note_sending(session)

        def call(api: Any) -> str:
            form = {"message": payload["text"]}
            answer = api.call("POST", f"/{parent.remote_id}/comments", makes_post=True, data=form)
            if not answer.dig("id"):
                raise api.unreadable(answer)
            return str(answer.dig("id"))

        return Published(self.calling(session, call), parent.url)

    def _find_comment(self, payload: Payload, session: Session) -> Found | None:
        assert session.parent is not None
        parent, since = session.parent, looked_since(payload, session)
        rows = self.calling(
            session,
            lambda api: list(
                self.listed(api, f"/{parent.remote_id}/comments", "id,text,timestamp,username")
            ),
        )
        for row in reversed(rows):
            made = moment(dig(row, "timestamp"))
            author = dig(row, "username") or session.account.handle
            if (
                made is not None
                and made >= since
                and author == session.account.handle
                and plain(str(dig(row, "text"))) == plain(payload["text"])
            ):
                return Found(str(row["id"]), parent.url)
        return None

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        told = self.insights(post, session, INSIGHTS)
        if isinstance(told, Gone):
            return told
        extra = {"saves": told.get("saved"), "interactions": told.get("total_interactions")}
        return Measurement(
            likes=told.get("likes"),
            comments=told.get("comments"),
            shares=told.get("shares"),
            impressions=told.get("views"),
            reach=told.get("reach"),
            extra={name: number for name, number in extra.items() if number is not None},
        )

    # What people say

    @abstractmethod
    def mailbox(self, session: Session) -> str:
        """Whose conversations the account's messages stand in."""

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """As far as the account's permissions go. Raises ChannelError where they do not at all."""
        granted, account = self.granted(session.credentials), session.account
        reads = self.reads_comments in granted
        mailbox = self.mailbox(session) if self.reads_messages in granted else ""
        if not reads and not mailbox:
            raise without_permission(self.label, self.reads_comments)
        inbox = Inbox(
            lambda call: self.calling(session, call),
            _names(account.remote_id),
            account.remote_id,
            frozenset({account.remote_id, account.handle} - {""}),
            session.now,
            self.label,
        )
        return inbox.listen(
            cursor, comments=reads, tagged=reads, messages=mailbox, platform="instagram"
        )

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return MESSAGE_CHARACTERS if heard.kind == "message" else self.limits.comment_max

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Under what it answers, or as a message, which Meta takes for a day after theirs."""
        refuse_misfit(self, self.answer_room(heard, session.account), text, session.account)
        edge = "comments" if heard.handle.get("tag") else "replies"
        path, body = f"/{heard.handle['id']}/{edge}", {"message": text.strip()}
        request: dict[str, Any] = {"data": body}
        if heard.kind == "message":
            path = f"/{self.mailbox(session)}/messages"
            to, words = {"id": heard.handle["to"]}, {"text": text.strip()}
            request = {"json": {"recipient": to, "message": words}}
        made = self.calling(session, lambda api: send_answer(api, path, **request))
        return Published(made, heard.url)


def _names(account: str) -> Names:
    reply = "id,text,timestamp,username,from"
    return Names(
        posts=f"/{account}/media",
        comments=f"{reply},parent_id,replies.limit(20){{{reply}}}",
        order={},
        link="permalink",
        text="text",
        at="timestamp",
        tagged=f"/{account}/tags",
        tagged_fields="id,caption,timestamp,username,permalink",
        tagged_text="caption",
    )


def _file(item: Mapping[str, Any], session: Session) -> dict[str, str]:
    """Meta fetches the file itself. Reels and videos have no description."""
    address = session.media_address(item["reference"])
    if item["is_video"]:
        return {"video_url": address}
    return {"image_url": address} | ({"alt_text": item["alt"]} if item["alt"] else {})
