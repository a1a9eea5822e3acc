"""YouTube, through its Data API v3.

Class B: the address of a resumable upload is saved before the first byte. All pieces but the last
are sent while nothing can come of them; asked with an unknown range, the address tells how far it
is or which video was made. Should Google have thrown the address away after the last piece was
sent, the channel's own uploads are read back by title, description and time.

Counts: views are told as impressions, since YouTube's own impressions (of the small picture) are
not in this API. Quota: 10,000 units a day for all accounts of the installation together, 1,600 for
an upload, so six videos a day until Google grants more.

Sources, as of 2026-11: YouTube Data API v3, pages "Videos: insert", "Resumable uploads", "Videos",
"Channels: list", "CommentThreads: insert", "Quota calculator", "Errors". Not verified against the
live service: what a project that Google has not audited answers (its videos become private). Small
pictures for videos (thumbnails) are not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
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
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
    option,
)
from .errors import ChannelError, RetryTable, before_sending
from .google import HOSTS, RULES, read_google_error
from .oauth import CALL_SECONDS, MAX_BYTES
from .readback import note_sending
from .rest import Rest, count, dig
from .resumable import Progress, Resumable
from .text import clean_hashtags
from .youtube_answers import OPTION_FIELDS, VIDEO_RULES, WHY_FAILED, channel_findings
from .youtube_lookups import Lookups

SCOPES = "https://www.googleapis.com/auth/youtube"
TAGS_MAX = 500
DAY_UNITS, UPLOAD_UNITS, COMMENT_UNITS = 10_000, 1600, 50
LOOK_AGAIN_SECONDS = 30
SHORT_SECONDS = 15 * 60
LONG_SECONDS = 12 * 3600


class YouTube(Lookups):
    slug = "youtube"
    label = "YouTube"
    icon = "img/channels/youtube.svg"
    delivery_class = DeliveryClass.B
    limits = Limits(
        max_characters=5000,
        counter="codepoints",
        max_bytes=5000,
        hashtags_in_text=False,
        hashtags_recommended=5,
        media_required=True,
        videos_max=1,
        video=VideoLimits(
            max_bytes=256_000_000_000,
            max_seconds=SHORT_SECONDS,
            min_seconds=1.0,
            types=("video/mp4", "video/quicktime", "video/webm"),
            codecs=("h264", "hevc", "vp9", "av1"),
            audio_codecs=("aac", "mp3", "opus", "vorbis"),
        ),
        title_max=100,
        title_required=True,
        comment_max=10_000,
    )
    retry_table = RetryTable({**RULES, **VIDEO_RULES})
    scopes = (f"{SCOPES}.upload", f"{SCOPES}.readonly", f"{SCOPES}.force-ssl")
    scope_words = {  # noqa: RUF012
        f"{SCOPES}.upload": "upload videos",
        f"{SCOPES}.readonly": "see the channel, its videos and their numbers",
        f"{SCOPES}.force-ssl": "comment on and take down the channel's videos",
    }
    hosts = {  # noqa: RUF012
        **HOSTS,
        "api": "https://www.googleapis.com",
        "web": "https://www.youtube.com",
    }
    help_url = "https://developers.google.com/youtube/v3/determine_quota_cost"
    quotas = (
        Quota(
            "units",
            DAY_UNITS,
            86_400,
            per="app",
            cost=UPLOAD_UNITS,
            comment_cost=COMMENT_UNITS,
        ),
    )
    spacing_seconds = 60.0
    option_fields = OPTION_FIELDS

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """Every channel that the consent opened; Google lets people choose one on its page."""
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api", reads_error=read_google_error)
            rest = rest.with_token(tokens["access_token"])
            answer = rest.get("/youtube/v3/channels", CHANNEL_PARTS)
        items = answer.dig("items")
        if items is None and not isinstance(answer.dig("pageInfo"), dict):
            raise rest.unreadable(answer)
        if not items:
            raise self.retry_table.error(self.label, status=None, code="youtubeSignupRequired")
        return tuple(self._connection(each, tokens) for each in items)

    def _connection(self, channel: Mapping[str, Any], tokens: Credentials) -> Connection:
        remote_id = str(dig(channel, "id") or "")
        return Connection(
            remote_id=remote_id,
            name=str(dig(channel, "snippet", "title") or remote_id),
            handle=str(dig(channel, "snippet", "customUrl") or "").removeprefix("@"),
            profile_url=f"{self.at('web')}/channel/{remote_id}",
            avatar_url=str(dig(channel, "snippet", "thumbnails", "default", "url") or ""),
            credentials=tokens,
            settings={
                "uploads": str(dig(channel, "contentDetails", "relatedPlaylists", "uploads") or ""),
                "long_uploads": str(dig(channel, "status", "longUploadsStatus") or ""),
            },
            scopes=self.granted(tokens),
        )

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """Channels that YouTube has verified upload longer videos."""
        if account is None or account.settings.get("long_uploads") != "allowed":
            return self.limits
        assert self.limits.video is not None
        return replace(self.limits, video=replace(self.limits.video, max_seconds=LONG_SECONDS))

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        own = []
        tags = clean_hashtags(draft.hashtags)
        if (used := sum(map(len, tags)) + max(0, len(tags) - 1)) > TAGS_MAX:
            own.append(
                f"YouTube takes {TAGS_MAX} characters of tags and these hashtags have {used}: take "
                "some away."
            )
        for what, text in (("title", draft.title), ("description", self.compose(draft))):
            if draft.kind is Kind.POST and ("<" in text or ">" in text):
                own.append(f"YouTube takes no < and no > in the {what}: write it without them.")
        return (*super().problems(draft, account), *own)

    def remarks(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        return (
            *super().remarks(draft, account),
            f"A video takes {UPLOAD_UNITS} of the {DAY_UNITS} units that YouTube gives this whole "
            "installation for a day.",
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        payload: Payload = {"kind": draft.kind, "at": now.isoformat(), "text": self.compose(draft)}
        if draft.kind is not Kind.POST:
            return payload
        video = draft.media[0]
        snippet: dict[str, Any] = {
            "title": draft.title.strip(),
            "description": payload["text"],
            "tags": clean_hashtags(draft.hashtags),
            "categoryId": option(draft, account, "category") or "22",
        }
        if draft.language:
            snippet["defaultLanguage"] = draft.language
        status = {
            "privacyStatus": option(draft, account, "privacy") or "public",
            "selfDeclaredMadeForKids": option(draft, account, "made_for_kids") == "yes",
        }
        return {
            **payload,
            "video": {"reference": video.reference, "type": video.content_type},
            "resource": {"snippet": snippet, "status": status},
            "notify": option(draft, account, "notify") != "no",
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Take an address for the upload and send all of the video but its last piece."""
        if payload["kind"] != Kind.POST:
            self.access_token(session)
        elif not session.handle.get("video"):
            self._advance(payload, session, session.media(payload["video"]["reference"]))

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        if payload["kind"] != Kind.POST:
            return self.comment(payload, session)
        if not session.handle.get("video"):
            data = session.media(payload["video"]["reference"])
            progress = self._advance(payload, session, data)
            if progress.made is None:
                session.save_handle({**session.handle, "last_sent": True})
                made = self.ask(
                    session,
                    "api",
                    lambda rest: self._upload(rest, payload, session, data).send_last(progress),
                )
                session.fault(CrashPoint.ANSWERED)
                _keep(made, session)
        try:
            state = self._state(payload, session)
        except ChannelError as error:
            if error.permanent:
                raise
            # YouTube has it; only what came of it is not known yet.
            return Accepted(LOOK_AGAIN_SECONDS, "YouTube has the video and is asked for it again.")
        return state if isinstance(state, Accepted) else Published(state.remote_id, state.url)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        if payload["kind"] != Kind.POST:
            return self.find_comment(payload, session)
        if not session.handle.get("upload"):
            return None
        if not session.handle.get("video"):
            progress = self.ask(
                session, "api", lambda rest: self._upload(rest, payload, session).look()
            )
            if progress.is_lost and session.handle.get("last_sent"):
                return self.find_upload(payload, session)
            if progress.made is None:
                return None
            _keep(progress.made, session)
        return self._state(payload, session)

    def _advance(self, payload: Payload, session: Session, data: bytes) -> Progress:
        """Bring the upload to its last piece, at a new address where none is alive."""
        return self.ask(session, "api", lambda rest: self._advanced(rest, payload, session, data))

    def _advanced(self, rest: Rest, payload: Payload, session: Session, data: bytes) -> Progress:
        progress = Progress(is_lost=True)
        if session.handle.get("upload"):
            progress = self._upload(rest, payload, session, data).look()
        if progress.is_lost and session.handle.get("last_sent"):
            found = self.find_upload(payload, session)
            progress = Progress(made={"id": found.remote_id}) if found else progress
        if progress.is_lost:
            self._open(rest, payload, session, data)
            progress = Progress()
        session.fault(CrashPoint.MEDIA_UPLOADING)
        progress = self._upload(rest, payload, session, data).send_all_but_last(progress)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        if progress.made is not None:
            _keep(progress.made, session)
        return progress

    def _open(self, rest: Rest, payload: Payload, session: Session, data: bytes) -> None:
        """Take an address and save it. Nothing comes of one that gets no bytes."""
        answer = rest.call(
            "POST",
            "/upload/youtube/v3/videos",
            params={
                "uploadType": "resumable",
                "part": "snippet,status",
                "notifySubscribers": "true" if payload["notify"] else "false",
            },
            json=payload["resource"],
            headers={
                "X-Upload-Content-Length": str(len(data)),
                "X-Upload-Content-Type": payload["video"]["type"],
            },
        )
        address = answer.headers.get("location", "")
        if not address.startswith("http"):
            raise before_sending(rest.unreadable(answer), self.label)
        session.save_handle({"upload": address, "bytes": len(data)})
        note_sending(session)

    def _upload(
        self, rest: Rest, payload: Payload, session: Session, data: bytes | None = None
    ) -> Resumable:
        size = session.handle["bytes"] if data is None else len(data)
        return Resumable(rest, session.handle["upload"], data, size, payload["video"]["type"])

    def _state(self, payload: Payload, session: Session) -> Found | Accepted:
        """What YouTube made of the video. Raises ChannelError (refused) when it gave up on it."""
        video = session.handle["video"]
        answer = self.get(session, "videos", {"part": "status", "id": video})
        items = answer.dig("items")
        if not isinstance(items, list):
            raise self.untold(answer)
        if not items:
            raise ChannelError(
                "YouTube took the video and no longer has it: it was taken down there.",
                permanent=True,
                code="video_gone",
            )
        status = dig(items, 0, "status") or {}
        if status.get("uploadStatus") == "processed":
            return Found(video, self.address(video))
        if status.get("uploadStatus") in ("failed", "rejected", "deleted"):
            why = status.get("failureReason") or status.get("rejectionReason") or ""
            raise ChannelError(
                f"YouTube did not publish the video: {WHY_FAILED.get(why, why or 'no reason')}. "
                "Change the video and send it again.",
                permanent=True,
                code=str(why or "video_failed"),
            )
        says = "YouTube is processing the video."
        wanted = payload["resource"]["status"]["privacyStatus"]
        if status.get("privacyStatus") == "private" != wanted:
            says += " It made it private, as it does with apps that it has not audited."
        return Accepted(LOOK_AGAIN_SECONDS, says)

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        if _is_comment(post):
            return Measurement()
        answer = self.get(session, "videos", {"part": "statistics", "id": post.remote_id})
        items = answer.dig("items")
        if not isinstance(items, list):
            raise self.untold(answer)
        if not items:
            return Gone("The video was deleted on YouTube.")
        told = dig(items, 0, "statistics") or {}
        return Measurement(
            likes=count(told.get("likeCount")),
            comments=count(told.get("commentCount")),
            impressions=count(told.get("viewCount")),
        )

    def delete(self, post: Published, session: Session) -> None:
        name = "comments" if _is_comment(post) else "videos"
        try:
            self.ask(
                session,
                "api",
                lambda rest: rest.call(
                    "DELETE", f"/youtube/v3/{name}", params={"id": post.remote_id}
                ),
            )
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        told: dict[str, Any] = {}

        def look() -> str:
            answer = self.get(session, "channels", CHANNEL_PARTS)
            mine = [
                each
                for each in answer.dig("items") or ()
                if dig(each, "id") == session.account.remote_id
            ]
            told["channel"] = mine[0] if mine else None
            return "Google lets Warren in to YouTube."

        token = self.token_finding(session, look)
        if not token.ok:
            return (token,)
        return (token, self.scope_finding(session), *channel_findings(told["channel"]))

    def address(self, video: str, comment: str = "") -> str:
        return f"{self.at('web')}/watch?v={video}" + (f"&lc={comment}" if comment else "")


CHANNEL_PARTS = {"part": "snippet,contentDetails,status", "mine": "true", "maxResults": "50"}


def _keep(made: Mapping[str, Any], session: Session) -> None:
    session.save_handle({**session.handle, "video": str(made["id"])})


def _is_comment(post: Published) -> bool:
    return "&lc=" in post.url
