"""Pinterest, through its API v5.

Class C: a pin has no key of ours. After an unknown outcome the board's pins are read back and
matched by title, words, link and time.

A pin has one alternative text; in a carousel each picture's own stands as its description. Pictures
of a carousel have to be of one size, so later ones are fitted to the first, with white around them.
A video's first second is its cover. An app with trial access makes pins that only its account sees.

Counts are those of the last 90 days, as far back as Pinterest tells; reactions and comments are
lifetime counts.

Sources, as of 2026-11: Pinterest API v5, pages "Create Pin", "List Pins on board", "Register media
upload", "Get Pin analytics", "Create boards and Pins", "Rate limits", "Authentication". Not
verified against the live service: that a board's pins come newest first, which is checked on every
page before anything is concluded from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from config.kernel import http

from .base import (
    Accepted,
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
    Reading,
    Session,
    VideoLimits,
    option,
)
from .errors import UNPARSABLE, ChannelError, Outcome, RetryTable, Rule, before_sending
from .oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel
from .pin_media import PinMedia
from .readback import bare_link, looked_since, moment, note_sending, plain
from .rest import Answer, Rest, count, dig

T = TypeVar("T")

PAGE = 250
PAGES_READ = 8
DAYS_COUNTED = 89
METRICS = "IMPRESSION,PIN_CLICK,OUTBOUND_CLICK,SAVE,TOTAL_COMMENTS,TOTAL_REACTIONS"
BOARDS_HELP = "The boards are those of the day the account was connected; connect again for new."

RULES = {
    (401, None): Rule(Outcome.RECONNECT),
    (429, None): Rule(Outcome.RATE_LIMITED),
    (None, "29"): Rule(
        Outcome.REFUSED,
        "Pinterest gives this installation's app trial access only: {detail} Its operator asks for "
        "standard access in Pinterest's developer portal.",
    ),
    (None, "40"): Rule(Outcome.REFUSED, "The board is no longer on Pinterest: choose another one."),
    (None, "235"): Rule(Outcome.REFUSED, "Pinterest could not read the picture: {detail}"),
    (None, "media_failed"): Rule(
        Outcome.REFUSED,
        "Pinterest could not use the video: {detail} Save it in another format and replace it.",
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "Pinterest refused the pin: {detail} Look whether the account may write to the board.",
    ),
    (404, None): Rule(
        Outcome.REFUSED, "Pinterest no longer has what this needs: {detail} Choose another board."
    ),
}


class Pinterest(OAuthChannel):
    slug = "pinterest"
    label = "Pinterest"
    icon = "img/channels/pinterest.svg"
    delivery_class = DeliveryClass.C
    limits = Limits(
        max_characters=500,
        counter="codepoints",
        hashtags_recommended=3,
        images_max=5,
        image_max_bytes=10_000_000,
        image_types=("image/jpeg", "image/png"),
        alt_max=500,
        media_required=True,
        videos_max=1,
        video=VideoLimits(
            max_bytes=1_000_000_000,
            max_seconds=15 * 60,
            min_seconds=4.0,
            types=("video/mp4", "video/quicktime", "video/x-m4v"),
            codecs=("h264", "hevc"),
            ratio_min=0.5,
            ratio_max=1.91,
        ),
        title_max=100,
        link_in_text=False,
    )
    retry_table = RetryTable(RULES)
    scopes = ("user_accounts:read", "boards:read", "boards:write", "pins:read", "pins:write")
    scope_words = {  # noqa: RUF012
        "user_accounts:read": "see the account's name and picture",
        "boards:read": "see the account's boards",
        "boards:write": "put pins on the boards",
        "pins:read": "see the account's pins and their numbers",
        "pins:write": "make and delete pins",
    }
    hosts = {"web": "https://www.pinterest.com", "api": "https://api.pinterest.com"}  # noqa: RUF012
    authorize_at = ("web", "/oauth/")
    token_at = ("api", "/v5/oauth/token")
    client_auth = "basic"
    pkce = ""
    scope_separator = ","
    lifetime_seconds = 30 * 86_400
    help_url = "https://developers.pinterest.com/docs/reference/rate-limits/"
    quotas = (Quota("calls", 1000, 3600, counts="calls"), Quota("posts", 25, 86_400))
    spacing_seconds = 30.0
    option_fields = (CredentialField("board", "Board", help=BOARDS_HELP),)

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api").with_token(tokens["access_token"])
            answer = rest.get("/v5/user_account")
            boards = _boards(rest)
        name = str(answer.dig("username") or "")
        if not name:
            raise rest.unreadable(answer)
        settings: dict[str, Any] = {"boards": boards}
        if boards:
            settings["board"] = boards[0][0]
        return (
            Connection(
                remote_id=str(answer.dig("id") or name),
                name=str(answer.dig("business_name") or name),
                handle=name,
                profile_url=f"{self.at('web')}/{name}/",
                avatar_url=str(answer.dig("profile_image") or ""),
                credentials=tokens,
                settings=settings,
                scopes=self.granted(tokens),
                account_type=str(answer.dig("account_type") or "business").lower(),
            ),
        )

    def option_fields_for(self, account: AccountFacts | None = None) -> tuple[CredentialField, ...]:
        boards = account.settings.get("boards") if account else None
        if not boards:
            return self.option_fields
        choices = tuple((str(each[0]), str(each[1])) for each in boards)
        return (replace(self.option_fields[0], choices=choices, default=choices[0][0]),)

    # Before sending

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        found = super().problems(draft, account)
        if account is not None and not option(draft, account, "board"):
            return (*found, "A pin stands on a board: choose one, or make one on Pinterest first.")
        return found

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "at": now.isoformat(),
            "board": option(draft, account, "board"),
            "title": draft.title.strip(),
            "text": self.compose(draft),
            "link": (draft.link or "").strip(),
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Upload a video; pictures go along with the pin itself."""
        if payload["media"][0]["type"].startswith("video/"):
            self._ask(session, lambda rest: PinMedia(rest, session).upload(payload))
        else:
            self.access_token(session)

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        if (wait := self._processing(session)) is not None:
            return wait
        source, notes = PinMedia(self._rest(session), session).source(payload, self.limits)
        body = {"board_id": payload["board"], "media_source": source}
        for name, value in (
            ("title", payload["title"]),
            ("description", payload["text"]),
            ("link", payload["link"]),
            ("alt_text", payload["media"][0]["alt"]),
        ):
            if value:
                body[name] = value
        note_sending(session)
        made = self._ask(session, lambda rest: _create(rest, body))
        return Published(made, self._address(made), notes)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        if (wait := self._processing(session)) is not None:
            return wait
        params: dict[str, Any] = {"page_size": PAGE}
        path = f"/v5/boards/{payload['board']}/pins"
        since = looked_since(payload, session)
        for _ in range(PAGES_READ):
            answer = self._ask(session, lambda rest: rest.get(path, params))
            pins = answer.dig("items")
            if not isinstance(pins, list):
                raise self._unread(answer)
            for pin in pins:
                if _is_this(pin, payload, since):
                    return Found(str(pin["id"]), self._address(str(pin["id"])))
            params["bookmark"] = answer.dig("bookmark")
            if not params["bookmark"] or _only_older_follow(pins, since):
                return None
        raise ChannelError(
            "The board has so many pins that Warren cannot tell whether this one is on Pinterest.",
            code="too_many_pins",
        )

    def _processing(self, session: Session) -> Accepted | None:
        if not session.handle.get("media_id") or session.handle.get("is_ready"):
            return None
        wait = self._ask(session, lambda rest: PinMedia(rest, session).look())
        return None if wait is None else Accepted(wait, "Pinterest is working on the video.")

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        today = session.now.date()
        params = {
            "start_date": (today - timedelta(days=DAYS_COUNTED)).isoformat(),
            "end_date": today.isoformat(),
            "metric_types": METRICS,
        }
        path = f"/v5/pins/{post.remote_id}/analytics"
        try:
            answer = self._ask(session, lambda rest: rest.get(path, params))
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone("The pin was deleted on Pinterest.")
            raise
        return _measurement(answer)

    def delete(self, post: Published, session: Session) -> None:
        try:
            self._ask(session, lambda rest: rest.call("DELETE", f"/v5/pins/{post.remote_id}"))
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            answer = self._ask(session, lambda rest: rest.get("/v5/user_account"))
            name = answer.dig("username")
            token = Finding("token", True, f"Pinterest lets Warren in as {name}.")
            boards = self._ask(session, _boards)
        except ChannelError as error:
            if not error.reconnect:
                raise
            token = Finding("token", False, error.message, "Connect the account again.")
            return (token, self.scope_finding(session))
        return (token, self.scope_finding(session), _board_finding(boards, session.account))

    # Calls

    def _rest(self, session: Session) -> Rest:
        def note(headers: Mapping[str, str]) -> None:
            if (reading := _reading(headers, session.now)) is not None:
                session.read_quota(reading)

        return replace(self.rest(session.http, "api"), on_headers=note)

    def _ask(self, session: Session, call: Callable[[Rest], T]) -> T:
        rest = self._rest(session)
        return self.with_access(session, lambda token: call(rest.with_token(token)))

    def _unread(self, answer: Answer) -> ChannelError:
        unread = self.retry_table.error(self.label, status=answer.status, code=UNPARSABLE)
        return before_sending(unread, self.label)

    def _address(self, remote_id: str) -> str:
        return f"{self.at('web')}/pin/{remote_id}/"


def _create(rest: Rest, body: Mapping[str, Any]) -> str:
    answer = rest.call("POST", "/v5/pins", makes_post=True, json=body)
    if not answer.dig("id"):
        raise rest.unreadable(answer)
    return str(answer.dig("id"))


def _boards(rest: Rest) -> list[list[str]]:
    """(id, name) of each board, secret ones too, as lists, since they are kept as JSON."""
    found: list[list[str]] = []
    params: dict[str, Any] = {"page_size": PAGE}
    for _ in range(PAGES_READ):
        answer = rest.get("/v5/boards", params)
        items = answer.dig("items")
        if not isinstance(items, list):
            raise before_sending(rest.unreadable(answer), rest.label)
        found += [[str(dig(each, "id")), str(dig(each, "name"))] for each in items]
        params["bookmark"] = answer.dig("bookmark")
        if not params["bookmark"]:
            break
    return found


def _is_this(pin: Any, payload: Payload, since: datetime) -> bool:
    made = moment(dig(pin, "created_at"))
    if made is None or made < since:
        return False
    return (
        plain(str(dig(pin, "title") or "")) == plain(payload["title"])
        and plain(str(dig(pin, "description") or "")) == plain(payload["text"])
        and bare_link(str(dig(pin, "link") or "")) == bare_link(payload["link"])
    )


def _only_older_follow(pins: list[Any], since: datetime) -> bool:
    """Whether the page runs from new to old and ends before `since`."""
    made = [moment(dig(each, "created_at")) for each in pins]
    dates = [each for each in made if each is not None]
    return (
        bool(dates)
        and len(dates) == len(pins)
        and dates == sorted(dates, reverse=True)
        and dates[-1] < since
    )


def _measurement(answer: Answer) -> Measurement:
    recent = answer.dig("all", "summary_metrics") or {}
    always = answer.dig("all", "lifetime_metrics") or {}

    def told(name: str) -> int | None:
        number = always.get(name, recent.get(name))
        return count(int(number)) if isinstance(number, float) else count(number)

    extra = {"pin_clicks": told("PIN_CLICK")}
    return Measurement(
        likes=told("TOTAL_REACTIONS"),
        comments=told("TOTAL_COMMENTS"),
        shares=told("SAVE"),
        impressions=told("IMPRESSION"),
        clicks=told("OUTBOUND_CLICK"),
        extra={name: number for name, number in extra.items() if number is not None},
    )


def _board_finding(boards: list[list[str]], account: AccountFacts) -> Finding:
    chosen = account.settings.get("board")
    if not boards:
        says = "The account has no board, and a pin stands on one."
        return Finding("board", False, says, "Make a board on Pinterest, then connect again.")
    names = [name for board, name in boards if board == chosen]
    if not names:
        says = "The board that posts go to is no longer on Pinterest."
        return Finding("board", False, says, "Choose another board for this account.")
    return Finding("board", True, f"Posts go to the board “{names[0]}”.")


def _reading(headers: Mapping[str, str], now: datetime) -> Reading | None:
    """Pinterest lists several limits; the first is the one that counts: 100, 100;w=60, ..."""
    first, left, reset = (
        count(headers.get(f"x-ratelimit-{part}", "").partition(",")[0].strip())
        for part in ("limit", "remaining", "reset")
    )
    if not first or left is None:
        return None
    return Reading("calls", first, max(0, first - left), now + timedelta(seconds=reset or 0))
