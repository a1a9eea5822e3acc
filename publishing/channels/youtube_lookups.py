"""What the channel has, as YouTube shows it: uploads found again, first comments, which are read
back by author, text and time (class C), and what people say under its videos."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .base import AccountFacts, Found, Handle, Heard, Hearing, Payload, Published, Session
from .errors import UNPARSABLE, ChannelError, before_sending
from .google import GoogleChannel
from .listening import refuse_misfit
from .readback import looked_since, moment, note_sending, plain
from .rest import Answer, Rest, dig
from .youtube_inbox import Inbox, send_answer


class Lookups(GoogleChannel):
    """The half of the channel that looks for videos and comments, and answers them."""

    hears = ("comment",)
    listens_every = 600.0
    answer_key_lasts = timedelta(0)

    @abstractmethod
    def address(self, video: str, comment: str = "") -> str:
        """Where a video, or a comment under it, is seen."""

    def get(self, session: Session, name: str, params: Mapping[str, Any]) -> Answer:
        return self.ask(session, "api", lambda rest: rest.get(f"/youtube/v3/{name}", params))

    def untold(self, answer: Answer) -> ChannelError:
        """The error of an answer in which what was asked for is missing; it made no post."""
        unread = self.retry_table.error(self.label, status=answer.status, code=UNPARSABLE)
        return before_sending(unread, self.label)

    def find_upload(self, payload: Payload, session: Session) -> Found | None:
        """The video among the channel's own uploads, when its address is gone."""
        playlist = session.account.settings.get("uploads")
        if not playlist:
            raise ChannelError(
                "YouTube no longer tells what came of the upload. Look at the channel there.",
                code="upload_lost",
            )
        params = {"part": "snippet", "playlistId": playlist, "maxResults": 50}
        answer = self.get(session, "playlistItems", params)
        if not isinstance(answer.dig("items"), list):
            raise self.untold(answer)
        wanted = payload["resource"]["snippet"]
        for each in answer.body["items"]:
            shown = dig(each, "snippet") or {}
            made = moment(shown.get("publishedAt"))
            if (
                made is not None
                and made >= looked_since(payload, session)
                and plain(str(shown.get("title"))) == plain(wanted["title"])
                and plain(str(shown.get("description"))) == plain(wanted["description"])
            ):
                video = str(dig(shown, "resourceId", "videoId"))
                return Found(video, self.address(video))
        return None

    def comment(self, payload: Payload, session: Session) -> Published:
        video = _parent(session)
        body = {
            "snippet": {
                "videoId": video,
                "channelId": session.account.remote_id,
                "topLevelComment": {"snippet": {"textOriginal": payload["text"]}},
            }
        }
        note_sending(session)
        made = self.ask(session, "api", lambda rest: _make_comment(rest, body))
        return Published(made, self.address(video, made))

    def find_comment(self, payload: Payload, session: Session) -> Found | None:
        video = _parent(session)
        params = {
            "part": "snippet",
            "videoId": video,
            "order": "time",
            "maxResults": 100,
            "textFormat": "plainText",
        }
        answer = self.get(session, "commentThreads", params)
        if not isinstance(answer.dig("items"), list):
            raise self.untold(answer)
        for each in answer.body["items"]:
            shown = dig(each, "snippet", "topLevelComment", "snippet") or {}
            made = moment(shown.get("publishedAt"))
            if (
                made is not None
                and made >= looked_since(payload, session)
                and dig(shown, "authorChannelId", "value") == session.account.remote_id
                and plain(str(shown.get("textOriginal") or shown.get("textDisplay")))
                == plain(payload["text"])
            ):
                return Found(str(each["id"]), self.address(video, str(each["id"])))
        return None

    # What people say

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """Comments under all of the channel's videos."""
        inbox = Inbox(
            lambda name, params: self.get(session, name, params),
            self.untold,
            session.account.remote_id,
            self.address,
            session.now,
        )
        return inbox.listen(cursor)

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits.comment_max

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """A reply in the thread. YouTube knows no key, so a lost one only a person finds."""
        refuse_misfit(self, self.answer_room(heard, session.account), text, session.account)
        made = self.ask(session, "api", lambda rest: send_answer(rest, heard, text))
        return Published(made, heard.url)


def _parent(session: Session) -> str:
    above = session.root or session.parent
    assert above is not None, "the ledger names the video that a comment goes under"
    return above.remote_id


def _make_comment(rest: Rest, body: Mapping[str, Any]) -> str:
    answer = rest.call(
        "POST",
        "/youtube/v3/commentThreads",
        makes_post=True,
        params={"part": "snippet"},
        json=body,
    )
    if not answer.dig("id"):
        raise rest.unreadable(answer)
    return str(answer.dig("id"))
