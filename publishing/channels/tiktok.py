"""TikTok, through its Content Posting API (direct posts).

Class B: `publish_id` and the upload's address are saved before the first byte of a video; asked by
that id, TikTok tells how many bytes it has, whether it still works, and what came of it. Nothing is
begun again while the id is alive, because two ids would be two posts.
Pictures are fetched by TikTok, and the request that names them gives the id and begins the post in
one: should its answer be lost, nobody can tell, and a person looks.

An app that TikTok has not audited may post for private accounts only, seen by themselves. The
answer to every post names the reason; no request tells it before.
There is no request that deletes a post. Posts that are not public have no id to count with.

Sources, as of 2026-11: TikTok for Developers, pages "Direct Post", "Query Creator Info", "Get Post
Status", "Media Transfer Guide", "Photo post", "Query Videos", "Login Kit for Web" and "Manage User
Access Tokens". Not verified against the live service: how long an upload's address lives after its
documented hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from config.kernel import http

from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Connection,
    CrashPoint,
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
    VideoLimits,
    option,
)
from .errors import ChannelError, Outcome, RetryTable, before_sending
from .oauth import CALL_SECONDS, MAX_BYTES
from .rest import count, dig
from .text import utf16
from .tiktok_answers import RULES, failed
from .tiktok_creator import (
    EVERYONE,
    OPTION_FIELDS,
    PHOTO_TITLE_MAX,
    SELF,
    ask_creator,
    creator_findings,
    post_info,
    refuse_what_the_account_may_not,
)
from .tiktok_uploads import Uploads, received_of

LOOK_AGAIN_SECONDS = 10.0
MODERATION = timedelta(minutes=10)
"""How long the id of a public post is waited for; TikTok gives it when it has looked it over."""


class TikTok(Uploads):
    slug = "tiktok"
    label = "TikTok"
    icon = "img/channels/tiktok.svg"
    delivery_class = DeliveryClass.B
    limits = Limits(
        max_characters=2200,
        counter="utf16",
        hashtags_recommended=5,
        images_max=35,
        image_max_bytes=20_000_000,
        image_types=("image/jpeg", "image/webp"),
        image_longest_side=1920,
        media_required=True,
        videos_max=1,
        video=VideoLimits(
            max_bytes=4_000_000_000,
            max_seconds=600,
            min_seconds=3.0,
            types=("video/mp4", "video/quicktime", "video/webm"),
            codecs=("h264", "hevc", "vp8", "vp9"),
            longest_side=4096,
            shortest_side=360,
            fps_max=60,
        ),
        has_link=False,
    )
    retry_table = RetryTable(RULES)
    callback_name = "tt"
    scopes = ("user.info.basic", "video.publish", "video.upload", "video.list")
    scope_words = {  # noqa: RUF012
        "user.info.basic": "see the account's name and picture",
        "video.publish": "publish posts on the account",
        "video.upload": "upload videos to the account",
        "video.list": "see the account's public videos and their numbers",
    }
    hosts = {"web": "https://www.tiktok.com", "api": "https://open.tiktokapis.com"}  # noqa: RUF012
    authorize_at = ("web", "/v2/auth/authorize/")
    token_at = ("api", "/v2/oauth/token/")
    revoke_at = ("api", "/v2/oauth/revoke/")
    client_id_name = "client_key"
    pkce = "hex"
    scope_separator = ","
    lifetime_seconds = 86_400
    help_url = "https://developers.tiktok.com/doc/content-posting-api-get-started"
    quotas = (Quota("posts", 15, 86_400),)
    spacing_seconds = 15.0
    option_fields = OPTION_FIELDS

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.judged(client).with_token(tokens["access_token"])
            answer = rest.get("/v2/user/info/", {"fields": "open_id,display_name,avatar_url"})
            creator = ask_creator(rest)
        user = answer.dig("data", "user")
        if not dig(user, "open_id"):
            raise rest.unreadable(answer)
        name = str(creator.get("creator_username") or "")
        return (
            Connection(
                remote_id=str(user["open_id"]),
                name=str(user.get("display_name") or name or user["open_id"]),
                handle=name,
                profile_url=f"{self.at('web')}/@{name}" if name else self.at("web"),
                avatar_url=str(user.get("avatar_url") or ""),
                credentials=tokens,
                settings={"max_seconds": count(creator.get("max_video_post_duration_sec"))},
                scopes=self.granted(tokens),
            ),
        )

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """How long a video may be differs between accounts and was asked at connecting."""
        most = account.settings.get("max_seconds") if account else None
        if not most or self.limits.video is None:
            return self.limits
        return replace(self.limits, video=replace(self.limits.video, max_seconds=float(most)))

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        own = []
        if (used := utf16(option(draft, account, "photo_title"))) > PHOTO_TITLE_MAX:
            own.append(
                f"TikTok takes {PHOTO_TITLE_MAX} characters as title of a photo post and this one "
                f"has {used}: shorten it by {used - PHOTO_TITLE_MAX}."
            )
        if (
            option(draft, account, "brand_content") == "yes"
            and option(draft, account, "privacy_level") == SELF
        ):
            own.append("TikTok takes no paid partnership that nobody sees: choose who may see it.")
        return (*super().problems(draft, account), *own)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        is_video = draft.media[0].is_video
        return {
            "at": now.isoformat(),
            "is_video": is_video,
            "media": [
                {"reference": each.reference, "type": each.content_type} for each in draft.media
            ],
            "seconds": draft.media[0].duration_seconds,
            "info": post_info(self.compose(draft), draft, account, is_video),
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Ask what the account may do today, and send all of a video but its last piece."""
        if not session.handle.get("publish_id"):
            refuse_what_the_account_may_not(self.ask(session, ask_creator), payload)
        if payload["is_video"]:
            self.advance(payload, session)

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        if payload["is_video"]:
            if (sent := self.advance(payload, session)) is not None:
                self.send_last(payload, session, sent)
        elif not session.handle.get("publish_id"):
            self.find(payload, session)
            refuse_what_the_account_may_not(self.ask(session, ask_creator), payload)
            self._begin_photos(payload, session)
        session.fault(CrashPoint.ANSWERED)
        try:
            state = self._state(payload, session)
        except ChannelError as error:
            if error.permanent:
                raise
            # TikTok has it; only what came of it is not known yet.
            return Accepted(LOOK_AGAIN_SECONDS, "TikTok has the post and is asked for it again.")
        if state is None:
            raise ChannelError("TikTok waits for the rest of the video.", code="incomplete")
        return state if isinstance(state, Accepted) else Published(state.remote_id, state.url)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        if session.handle.get("publish_id"):
            return self._state(payload, session)
        if session.handle.get("asked"):
            raise ChannelError(
                "TikTok did not say under which id it took the pictures, so it cannot be asked for "
                "the post. Look at the account there.",
                code="no_publish_id",
            )
        return None

    def _begin_photos(self, payload: Payload, session: Session) -> None:
        """Name the pictures to TikTok, which fetches them and makes the post."""
        addresses = [session.media_address(each["reference"]) for each in payload["media"]]
        body = {
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST",
            "post_info": payload["info"],
            "source_info": {
                "source": "PULL_FROM_URL",
                "photo_images": addresses,
                "photo_cover_index": 0,
            },
        }
        session.save_handle({"asked": session.now.isoformat()})
        try:
            answer = self.post(session, "/v2/post/publish/content/init/", body, makes_post=True)
            if not answer.dig("data", "publish_id"):
                raise self.unread(answer)
        except ChannelError as error:
            if error.outcome is not Outcome.AMBIGUOUS:
                session.save_handle({})
            raise
        session.save_handle(
            {"publish_id": str(answer.dig("data", "publish_id")), "begun": session.now.isoformat()}
        )

    def _state(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """What TikTok made of it; None when it waits for bytes. Raises ChannelError (refused) when
        it gave up."""
        told = self.status(session)
        status = told["status"]
        if status == "FAILED":
            raise failed(str(told.get("fail_reason") or ""))
        if status == "PUBLISH_COMPLETE":
            return self._out(told, payload, session)
        if status == "PROCESSING_UPLOAD" and received_of(told, session.handle) is not None:
            return None
        return Accepted(LOOK_AGAIN_SECONDS, "TikTok is working on the post.")

    def _out(self, told: Mapping[str, Any], payload: Payload, session: Session) -> Found | Accepted:
        # The name is TikTok's own spelling.
        ids = told.get("publicaly_available_post_id") or told.get("publicly_available_post_id")
        begun = datetime.fromisoformat(session.handle["begun"])
        profile = f"{self.at('web')}/@{session.account.handle}"
        if isinstance(ids, list) and ids:
            kind = "video" if payload["is_video"] else "photo"
            return Found(str(ids[0]), f"{profile}/{kind}/{ids[0]}")
        if payload["info"]["privacy_level"] == EVERYONE and session.now < begun + MODERATION:
            return Accepted(LOOK_AGAIN_SECONDS, "TikTok is looking the post over.")
        return Found(session.handle["publish_id"], profile)

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Of public videos; TikTok counts nothing of others, or of photo posts, in this API."""
        if "/video/" not in post.url:
            return Measurement()
        fields = "id,view_count,like_count,comment_count,share_count"
        body = {"filters": {"video_ids": [post.remote_id]}}
        answer = self.post(session, f"/v2/video/query/?fields={fields}", body)
        videos = answer.dig("data", "videos")
        if not isinstance(videos, list):
            raise before_sending(self.unread(answer), self.label)
        if not videos:
            return Gone("TikTok no longer shows the video.")
        told = videos[0] if isinstance(videos[0], dict) else {}
        return Measurement(
            likes=count(told.get("like_count")),
            comments=count(told.get("comment_count")),
            shares=count(told.get("share_count")),
            impressions=count(told.get("view_count")),
        )

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            creator = self.ask(session, ask_creator)
        except ChannelError as error:
            if not error.reconnect:
                raise
            token = Finding("token", False, error.message, "Connect the account again.")
            return (token, self.scope_finding(session))
        name = creator.get("creator_username") or session.account.handle
        return (
            Finding("token", True, f"TikTok lets Warren in as @{name}."),
            self.scope_finding(session),
            *creator_findings(creator),
        )
