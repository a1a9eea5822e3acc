"""Google Business Profile: posts at a place, as Google's search and maps show them.

Class C: a local post has no key of ours. After an unknown outcome the place's posts are read back
and matched by words, link and time. Google looks every post over after taking it: while it does the
post is accepted, and a post that it rejects has failed.

Each place is an account of its own here. A picture is fetched by Google from a public address.
Google tells no numbers for single posts.

Sources, as of 2026-11: Business Profile APIs, pages "Posts on Google", "accounts.locations.
localPosts", "accounts.list" (account management v1), "locations.list" (business information v1),
"Prerequisites" (the API opens only to projects that Google has admitted) and "Limits". Not verified
against the live service: how long the look over takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
    Limits,
    Payload,
    Published,
    Quota,
    Session,
    option,
)
from .errors import UNPARSABLE, ChannelError, Outcome, RetryTable, Rule, before_sending
from .google import HOSTS, RULES, GoogleChannel, read_google_error
from .oauth import CALL_SECONDS, MAX_BYTES
from .readback import bare_link, looked_since, moment, note_sending, plain
from .rest import Answer, Rest, dig

SCOPE = "https://www.googleapis.com/auth/business.manage"
PAGES_READ = 10
LOOK_AGAIN_SECONDS = 60.0
PLACE_FIELDS = "name,title,storefrontAddress,metadata"
PLACE_RULES = {
    (None, "RATE_LIMIT_EXCEEDED"): Rule(Outcome.RATE_LIMITED),
    (None, "RESOURCE_EXHAUSTED"): Rule(Outcome.RATE_LIMITED),
    (None, "not_admitted"): Rule(
        Outcome.REFUSED,
        "{label} is not open to this installation's Google project yet. Its operator applies for "
        "access on Google's page for developers of Business Profiles.",
    ),
    (None, "PERMISSION_DENIED"): Rule(
        Outcome.REFUSED,
        "Google does not let this account post for the place: {detail} Look whether it still "
        "manages the place, and whether the place is verified.",
    ),
    (None, "rejected"): Rule(
        Outcome.REFUSED,
        "Google Business Profile rejected the post after looking it over. Posts must not have "
        "telephone numbers, and words, link and picture must follow Google's content policy: "
        "change the post and send it again.",
    ),
    (400, None): Rule(
        Outcome.REFUSED,
        "Google Business Profile refused the post: {detail} Telephone numbers and links that do "
        "not open are common reasons. Change the post and send it again.",
    ),
    (404, None): Rule(
        Outcome.REFUSED, "Google no longer has this place for this account. Connect it again."
    ),
}


class GoogleBusiness(GoogleChannel):
    slug = "google_business"
    label = "Google Business Profile"
    icon = "img/channels/google_business.svg"
    delivery_class = DeliveryClass.C
    limits = Limits(
        max_characters=1500,
        counter="codepoints",
        hashtags_recommended=0,
        images_max=1,
        image_max_bytes=5_000_000,
        image_types=("image/jpeg", "image/png"),
        image_shortest_side=250,
        text_required=True,
        link_in_text=False,
    )
    retry_table = RetryTable({**RULES, **PLACE_RULES})
    scopes = (SCOPE,)
    scope_words = {SCOPE: "see your places and post for them"}  # noqa: RUF012
    hosts = {  # noqa: RUF012
        **HOSTS,
        "manage": "https://mybusinessaccountmanagement.googleapis.com",
        "places": "https://mybusinessbusinessinformation.googleapis.com",
        "api": "https://mybusiness.googleapis.com",
    }
    help_url = "https://developers.google.com/my-business/content/prereqs"
    quotas = (Quota("posts", 50, 86_400),)
    spacing_seconds = 60.0
    option_fields = (
        CredentialField(
            "action",
            "Button of the link",
            default="LEARN_MORE",
            choices=(
                ("LEARN_MORE", "Learn more"),
                ("BOOK", "Book"),
                ("ORDER", "Order online"),
                ("SHOP", "Buy"),
                ("SIGN_UP", "Sign up"),
            ),
        ),
    )

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """Every place that the Google account manages, to choose from."""
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            token = tokens["access_token"]
            manage, places = (
                self.rest(client, host, reads_error=read_place_error).with_token(token)
                for host in ("manage", "places")
            )
            found = [
                self._connection(account, place, tokens)
                for account in _listed(manage, "/v1/accounts", "accounts", {"pageSize": 20})
                for place in _listed(
                    places,
                    f"/v1/{dig(account, 'name')}/locations",
                    "locations",
                    {"pageSize": 100, "readMask": PLACE_FIELDS},
                )
            ]
        if not found:
            raise ChannelError(
                "This Google account manages no place. Claim or add your business on Google, or "
                "choose the Google account that manages it.",
                permanent=True,
                code="no_places",
            )
        return tuple({each.remote_id: each for each in found}.values())

    def _connection(self, account: Any, place: Any, tokens: Credentials) -> Connection:
        lines = dig(place, "storefrontAddress", "addressLines") or []
        town = dig(place, "storefrontAddress", "locality") or ""
        return Connection(
            remote_id=f"{dig(account, 'name')}/{dig(place, 'name')}",
            name=str(dig(place, "title") or dig(place, "name")),
            handle=", ".join(str(each) for each in (*lines, town) if each)[:120],
            profile_url=str(dig(place, "metadata", "mapsUri") or ""),
            avatar_url="",
            credentials=tokens,
            settings={"maps": str(dig(place, "metadata", "mapsUri") or "")},
            scopes=self.granted(tokens),
        )

    # Before sending

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        body: dict[str, Any] = {
            "summary": self.compose(draft),
            "topicType": "STANDARD",
            "languageCode": draft.language or "en",
        }
        if link := (draft.link or "").strip():
            action = option(draft, account, "action") or "LEARN_MORE"
            body["callToAction"] = {"actionType": action, "url": link}
        return {
            "at": now.isoformat(),
            "place": account.remote_id,
            "body": body,
            "picture": draft.media[0].reference if draft.media else "",
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        self.access_token(session)
        if payload["picture"]:
            session.media_address(payload["picture"])

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        body = dict(payload["body"])
        if payload["picture"]:
            address = session.media_address(payload["picture"])
            body["media"] = [{"mediaFormat": "PHOTO", "sourceUrl": address}]
        note_sending(session)
        path = f"/v4/{payload['place']}/localPosts"
        post = self.ask(session, "api", lambda rest: _create(rest, path, body))
        session.save_handle({**session.handle, "post": str(post["name"])})
        state = self._state(post, session)
        return state if isinstance(state, Accepted) else Published(state.remote_id, state.url)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        if known := session.handle.get("post"):
            answer = self.ask(session, "api", lambda rest: rest.get(f"/v4/{known}"))
            if not answer.dig("name"):
                raise self._unread(answer)
            return self._state(answer.body, session)
        since = looked_since(payload, session)
        path = f"/v4/{payload['place']}/localPosts"
        posts = self.ask(
            session, "api", lambda rest: _listed(rest, path, "localPosts", {"pageSize": 100})
        )
        for post in posts:
            if _is_this(post, payload, since):
                session.save_handle({**session.handle, "post": str(post["name"])})
                if post.get("state") == "REJECTED":
                    # Its next look knows it by name, and then the verdict counts.
                    return Accepted(1.0, "Google is looking the post over.")
                return self._state(post, session)
        return None

    def _state(self, post: Mapping[str, Any], session: Session) -> Found | Accepted:
        """Google's verdict on a post. Raises ChannelError (refused) when it rejected it."""
        state = post.get("state")
        if state == "REJECTED":
            raise self.retry_table.error(self.label, status=None, code="rejected")
        if state == "PROCESSING":
            return Accepted(LOOK_AGAIN_SECONDS, "Google is looking the post over.")
        maps = str(session.account.settings.get("maps") or "https://business.google.com/posts")
        return Found(str(post["name"]), str(post.get("searchUrl") or maps))

    # Afterwards

    def delete(self, post: Published, session: Session) -> None:
        try:
            self.ask(session, "api", lambda rest: rest.call("DELETE", f"/v4/{post.remote_id}"))
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        place = session.account.remote_id.partition("/locations/")[2]
        told: dict[str, Answer] = {}

        def look() -> str:
            told["place"] = self.ask(
                session,
                "places",
                lambda rest: rest.get(f"/v1/locations/{place}", {"readMask": PLACE_FIELDS}),
            )
            return "Google lets Warren in to the place."

        try:
            token = self.token_finding(session, look)
        except ChannelError as error:
            if not error.permanent:
                raise
            return (self.scope_finding(session), _refusal(error))
        if not token.ok:
            return (token, self.scope_finding(session))
        return (token, self.scope_finding(session), _place_finding(told["place"]))

    def _unread(self, answer: Answer) -> ChannelError:
        unread = self.retry_table.error(self.label, status=answer.status, code=UNPARSABLE)
        return before_sending(unread, self.label)


def read_place_error(status: int, body: Any) -> tuple[str, str]:
    """As Google words errors; a quota of nought a minute means that it never admitted the app."""
    code, told = read_google_error(status, body)
    for each in dig(body, "error", "details") or ():
        if dig(each, "metadata", "quota_limit_value") == "0":
            return "not_admitted", told
    return code, told


def _listed(rest: Rest, path: str, name: str, params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All pages of a list. Google leaves the list out where it is empty."""
    found: list[Mapping[str, Any]] = []
    asked = dict(params)
    for _ in range(PAGES_READ):
        answer = rest.get(path, asked)
        if not isinstance(answer.body, dict):
            raise before_sending(rest.unreadable(answer), rest.label)
        items = answer.body.get(name) or []
        found += [each for each in items if isinstance(each, dict)]
        asked["pageToken"] = answer.body.get("nextPageToken")
        if not asked["pageToken"]:
            return found
    raise ChannelError(
        f"{rest.label} lists more than Warren reads, so it cannot tell what is there.",
        code="too_many",
    )


def _create(rest: Rest, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = rest.call("POST", path, makes_post=True, json=body)
    if not answer.dig("name"):
        raise rest.unreadable(answer)
    made: Mapping[str, Any] = answer.body
    return made


def _is_this(post: Mapping[str, Any], payload: Payload, since: datetime) -> bool:
    made = moment(post.get("createTime"))
    wanted = payload["body"]
    return (
        made is not None
        and made >= since
        and plain(str(post.get("summary") or "")) == plain(wanted["summary"])
        and bare_link(str(dig(post, "callToAction", "url") or ""))
        == bare_link(str(dig(wanted, "callToAction", "url") or ""))
        and bool(post.get("media")) == bool(payload["picture"])
    )


def _place_finding(answer: Answer) -> Finding:
    if answer.dig("metadata", "canOperateLocalPost") is False:
        says = "Google does not let posts be made for this place."
        mend = "Look on Google whether the place is verified and open."
        return Finding("role", False, says, mend)
    return Finding("role", True, f"Posts can be made for {answer.dig('title') or 'the place'}.")


def _refusal(error: ChannelError) -> Finding:
    mend = "The operator checks the installation's project in Google's console."
    return Finding("app", False, error.message, mend)
