"""Facebook pages.

Class C: nothing makes a repetition harmless, and a failure may have posted: answers 500 and even
400 have come with the post standing there. After an unknown outcome the page's own published posts
since the sending are read and matched by words and number of pictures. Pictures are staged
unpublished and a video is uploaded whole before the step that makes the post; their ids stand in
the handle.

Source: Meta's pages "Pages API: Posts", "Page Photos", "Video API: Publishing" (upload in phases),
"Comments", "Page Insights" (as of 2026-11). Not verified against the live service: the description
of staged photos (alt_text_custom), and what a video's status says before it is finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.kernel import http

from . import facebook_media, facebook_numbers
from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    ChannelError,
    Connection,
    Credentials,
    DeliveryClass,
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
from .meta_errors import FACEBOOK, is_gone, table
from .meta_inbox import Inbox, Names, send_answer, without_permission
from .meta_pages import FacebookLogin, address_of, may_create
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at
from .readback import looked_since, moment, note_sending, plain, was_tried
from .rest import Rest, dig
from .waits import still_at_it

READS_PEOPLE = "pages_read_user_content"
READS_MESSAGES = "pages_messaging"
"""Permissions beyond posting; operators whose app has them name them as `facebook.extra_scopes`."""
MESSAGE_CHARACTERS = 2000

POST_FIELDS = (
    "id,message,created_time,permalink_url,"
    "attachments{media_type,subattachments.limit(20){media_type}}"
)


class Facebook(FacebookLogin):
    slug = "facebook"
    label = "Facebook"
    icon = "img/channels/facebook.svg"
    delivery_class = DeliveryClass.C
    writing_order = 20
    retry_table = table(FACEBOOK)
    scopes = (
        "pages_show_list",
        "pages_manage_posts",
        "pages_read_engagement",
        "pages_manage_engagement",
        "read_insights",
    )
    scope_words = {  # noqa: RUF012
        "pages_show_list": "see which pages you manage",
        "pages_manage_posts": "publish and delete posts on those pages",
        "pages_read_engagement": "read the pages' posts and reactions",
        "pages_manage_engagement": "write first comments under those posts",
        "read_insights": "read how the pages' posts do",
    }
    limits = Limits(
        max_characters=63_206,
        counter="utf16",
        hashtags_recommended=1,
        images_max=10,
        image_max_bytes=4_000_000,
        image_types=("image/jpeg", "image/png"),
        alt_max=1000,
        videos_max=1,
        video=VideoLimits(max_bytes=1_000_000_000, max_seconds=14_400, min_seconds=1),
        comment_max=8000,
    )
    quotas = (Quota("posts", 50, 86_400), Quota("posts in an hour", 25, 3600))
    spacing_seconds = 5.0
    help_url = "https://developers.facebook.com/docs/pages-api/posts"

    hears = ("comment", "mention", "message")
    listens_every = 180.0
    answer_key_lasts = timedelta(0)

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """Every page on which the person may create content, to choose from."""
        granted = self.granted(tokens)
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            pages = self.pages(self.graph(client, tokens["access_token"]), granted)
        usable = [page for page in pages if may_create(page)]
        if not usable:
            raise ChannelError(
                f"{self.label} let Warren in, but "
                + (
                    "you may not create content on any of your pages there. Ask for full control "
                    "of the page, then start again."
                    if pages
                    else "showed no page of yours. Start again and tick the page; if it belongs to "
                    "a business, the operator's app needs the right to manage businesses."
                ),
                permanent=True,
                code="no_page",
            )
        return tuple(
            Connection(
                remote_id=str(page["id"]),
                name=str(page.get("name") or page["id"]),
                handle=str(page.get("username") or ""),
                profile_url=address_of(page, self.at("web")),
                avatar_url=str(dig(page, "picture", "data", "url") or ""),
                credentials=self.page_tokens(tokens, page),
                scopes=granted,
                expires_at=expires_at(tokens),
            )
            for page in usable
        )

    # Sending

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "kind": draft.kind.value,
            "at": now.isoformat(),
            "page": account.remote_id,
            "text": self.compose(draft),
            "link": draft.link if draft.link and not draft.media else "",
            "media": [
                {"reference": each.reference, "alt": each.alt, "is_video": each.is_video}
                for each in draft.media
            ],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Renew an ending token; stage the pictures unpublished or upload the video."""
        self.access_token(session)
        if payload["media"]:
            self.calling(
                session, lambda api: facebook_media.stage(api, payload, session, self.limits)
            )

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        tried_before = was_tried(session)
        note_sending(session)
        try:
            if session.handle.get("video"):
                return self._finish_video(payload, session)
            return self._post(payload, session)
        except ChannelError as error:
            if not error.permanent or not tried_before:
                raise
            # A refusal after an unclear attempt may come from the post that this one made.
            found = self.find(payload, session)
            if isinstance(found, Found):
                return Published(found.remote_id, found.url, _notes(session))
            raise

    def _post(self, payload: Payload, session: Session) -> Published:
        path, body = f"/{payload['page']}/feed", _body(payload, session)
        if payload["kind"] == Kind.COMMENT:
            assert session.parent is not None
            path, body = f"/{session.parent.remote_id}/comments", {"message": payload["text"]}
        made = self.calling(
            session, lambda api: _made(api, api.call("POST", path, makes_post=True, json=body))
        )
        return Published(made, self.address(made), _notes(session))

    def _finish_video(self, payload: Payload, session: Session) -> Published | Accepted:
        """The step that publishes. What Facebook then makes of the video is asked for by its id."""
        state = self.calling(session, lambda api: facebook_media.video_state(api, session))
        if not state.is_published:
            self.calling(session, lambda api: facebook_media.finish(api, payload, session))
            try:
                state = self.calling(session, lambda api: facebook_media.video_state(api, session))
            except ChannelError:
                # Facebook has it; that it does not say how far it is can no longer undo that.
                return self._working(session)
        found = self._video_found(state, session)
        return Published(found.remote_id, found.url) if isinstance(found, Found) else found

    def _video_found(self, state: facebook_media.VideoState, session: Session) -> Found | Accepted:
        if state.error:
            raise ChannelError(
                f"{self.label} could not use the video: {state.error} Save it again as MP4 (H.264) "
                "and replace it.",
                permanent=True,
                code="video_failed",
            )
        if not state.is_ready:
            return self._working(session)
        return Found(state.post, self.address(state.post))

    def _working(self, session: Session) -> Accepted:
        says = f"{self.label} is working on the video."
        return still_at_it(session, Accepted(facebook_media.CHECK_SECONDS, says), self.label)

    # Looking

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """The page's post since the first attempt with these words and as many pictures."""
        if session.handle.get("video"):
            state = self.calling(session, lambda api: facebook_media.video_state(api, session))
            return self._video_found(state, session) if state.is_published else None
        path = f"/{payload['page']}/published_posts"
        fields = POST_FIELDS
        if payload["kind"] == Kind.COMMENT:
            assert session.parent is not None
            path = f"/{session.parent.remote_id}/comments"
            fields = "id,message,created_time,from"
        since = looked_since(payload, session)
        rows = self.calling(
            session,
            lambda api: list(self.listed(api, path, fields, since=str(int(since.timestamp())))),
        )
        ours = [row for row in rows if _is_this(row, payload, since)]
        if not ours:
            return None
        made = str(min(ours, key=lambda row: str(row["created_time"]))["id"])
        return Found(made, self.address(made))

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        return facebook_numbers.measure(self, post, session)

    def delete(self, post: Published, session: Session) -> None:
        try:
            self.calling(session, lambda api: api.call("DELETE", f"/{post.remote_id}"))
        except ChannelError as error:
            if not is_gone(error):
                raise

    # What people say

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """As far as the account's permissions go. Raises ChannelError where they do not at all."""
        granted, page = self.granted(session.credentials), session.account.remote_id
        if READS_PEOPLE not in granted and READS_MESSAGES not in granted:
            raise without_permission(self.label, READS_PEOPLE)
        inbox = Inbox(
            lambda call: self.calling(session, call),
            _names(page),
            page,
            frozenset({page}),
            session.now,
            self.label,
        )
        return inbox.listen(
            cursor,
            comments=READS_PEOPLE in granted,
            tagged=READS_PEOPLE in granted,
            messages=page if READS_MESSAGES in granted else "",
            platform="messenger",
        )

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        if heard.kind == "message":
            return MESSAGE_CHARACTERS
        return self.limits.comment_max

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Under what it answers, or as a message, which Meta takes for a day after theirs."""
        refuse_misfit(self, self.answer_room(heard, session.account), text, session.account)
        path: str = f"/{heard.handle['id']}/comments"
        body: dict[str, Any] = {"message": text.strip()}
        if heard.kind == "message":
            path = f"/{session.account.remote_id}/messages"
            body = {
                "recipient": {"id": heard.handle["to"]},
                "messaging_type": "RESPONSE",
                "message": {"text": text.strip()},
            }
        made = self.calling(session, lambda api: send_answer(api, path, json=body))
        return Published(made, "" if heard.kind == "message" else self.address(made))

    def address(self, remote_id: str) -> str:
        return f"{self.at('web')}/{remote_id}"


def _names(page: str) -> Names:
    return Names(
        posts=f"/{page}/published_posts",
        comments="id,message,created_time,from,parent{id},permalink_url",
        order={"filter": "stream", "order": "reverse_chronological"},
        link="permalink_url",
        text="message",
        at="created_time",
        tagged=f"/{page}/tagged",
        tagged_fields="id,message,created_time,from,permalink_url",
        tagged_text="message",
    )


def _body(payload: Payload, session: Session) -> dict[str, Any]:
    body: dict[str, Any] = {"message": payload["text"]}
    if payload["link"]:
        body["link"] = payload["link"]
    if photos := session.handle.get("photos"):
        body["attached_media"] = [{"media_fbid": each} for each in photos]
    return body


def _made(api: Rest, answer: Any) -> str:
    made = answer.dig("id")
    if not made:
        raise api.unreadable(answer)
    return str(made)


def _notes(session: Session) -> tuple[str, ...]:
    return tuple(session.handle.get("notes", ()))


def _is_this(row: Any, payload: Payload, since: datetime) -> bool:
    made = moment(dig(row, "created_time"))
    if made is None or made < since or not dig(row, "id"):
        return False
    if plain(str(dig(row, "message") or "")) != plain(payload["text"]):
        return False
    if payload["kind"] == Kind.COMMENT:
        return bool(str(dig(row, "from", "id") or payload["page"]) == payload["page"])
    return _pictures(row) == len(payload["media"])


def _pictures(row: Mapping[str, Any]) -> int:
    attached = dig(row, "attachments", "data", 0)
    several = dig(attached, "subattachments", "data")
    if isinstance(several, list):
        return len(several)
    return 1 if dig(attached, "media_type") in ("photo", "video") else 0
