"""Medium, by an integration token, to a person's profile or to a publication.

Class D: the API can make a post and cannot read one, so that an unknown outcome goes to a person.
It counts nothing and takes nothing down either. Medium has frozen the API and issues no new tokens;
those that exist go on working.

Pictures are fetched by Medium from an address of this installation when the post is made, so it
needs a public address. The title is said twice: for lists, and as the heading of the article.

Source: Medium's API documentation (github.com/Medium/medium-api-docs), as of 2026-11. Nothing here
was tried on the live service.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from config.kernel import clock, http

from . import articles
from .articles import PAGE, ArticleChannel, for_the_form, list_of, needed, page_or
from .base import (
    AccountFacts,
    Connection,
    CrashPoint,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Limits,
    Payload,
    Published,
    Session,
    option,
)
from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Rest, read_error
from .servers import misfit

CONNECT_SECONDS = 20

RULES: dict[tuple[int | None, str | None], Rule] = {
    (401, None): Rule(
        Outcome.RECONNECT,
        "{label} no longer accepts the integration token, so nothing was posted. Connect the "
        "account again; the tokens that you have are in your settings there.",
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "{label} does not let this account publish there: {detail} Writers of a publication may "
        "only hand in drafts; choose “Stays a draft”, or another account.",
    ),
    (403, PAGE): Rule(
        Outcome.NOT_SENT,
        "{label} answered with a page that checks for robots, so nothing was posted. Warren tries "
        "again.",
    ),
}


class Medium(ArticleChannel):
    slug = "medium"
    label = "Medium"
    icon = "img/channels/medium.svg"
    delivery_class = DeliveryClass.D
    limits = Limits(
        max_characters=100_000,
        counter="codepoints",
        hashtags_in_text=False,
        hashtags_max=3,
        hashtags_recommended=3,
        hashtag_max_characters=25,
        images_max=10,
        image_max_bytes=8_000_000,
        image_types=("image/jpeg", "image/png", "image/gif"),
        alt_max=1_000,
        title_max=100,
        title_required=True,
        text_required=True,
    )
    tags_max = 3
    retry_table = RetryTable(RULES)
    hosts = {"api": "https://api.medium.com"}
    help_url = "https://github.com/Medium/medium-api-docs"
    credential_fields = (
        CredentialField(
            "token",
            "Integration token",
            help="Medium issues no new ones. If you have one, it is in your settings there under "
            "Security and apps, Integration tokens.",
            secret=True,
        ),
        CredentialField(
            "publication",
            "Publication",
            help="Its name as Medium shows it. Leave it empty to post to your own profile.",
            required=False,
        ),
    )
    option_fields = (
        CredentialField(
            "status",
            "When it is sent",
            default="public",
            required=False,
            choices=(("public", "Published"), ("unlisted", "Unlisted"), ("draft", "Stays a draft")),
        ),
        articles.CANONICAL,
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        credentials = {"token": needed(values, "token", "Write an integration token.")}
        wanted = values.get("publication", "").strip()
        with http.client(timeout_seconds=CONNECT_SECONDS, max_bytes=2_000_000) as client:
            rest = self._rest_with(client, credentials)
            try:
                answer = rest.get("/v1/me")
                person = answer.dig("data")
                if not isinstance(person, dict) or not person.get("id"):
                    raise rest.unreadable(answer)
                place = _publication(rest, person, wanted) if wanted else person
            except ChannelError as error:
                sentence = "Medium does not accept this token. Copy it again."
                raise for_the_form(error, "token", sentence) from error
        return Connection(
            remote_id=str(place["id"]),
            name=str(place.get("name") or person.get("name") or person.get("username")),
            handle=str(person.get("username") or ""),
            profile_url=str(place.get("url") or ""),
            avatar_url=str(place.get("imageUrl") or ""),
            credentials=credentials,
            settings={"kind": "publications" if wanted else "users"},
            account_type="business" if wanted else "personal",
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        fields: dict[str, Any] = {
            "title": draft.title.strip(),
            "contentFormat": "html",
            "tags": self.tags(draft),
            "publishStatus": option(draft, account, "status") or "public",
        }
        if original := option(draft, account, "canonical_url"):
            fields["canonicalUrl"] = original
        heading = f"<h1>{html.escape(draft.title.strip(), quote=False)}</h1>"
        return {
            "fields": fields,
            "html": f"{heading}\n{articles.html_of(self.compose(draft))}",
            "media": articles.frozen_media(draft),
        }

    def publish(self, payload: Payload, session: Session) -> Published:
        rest = self._rest_with(session.http, session.credentials)
        pictures = (
            f"<figure>{articles.html_image(session.media_address(each['reference']), each['alt'])}"
            "</figure>"
            for each in payload["media"]
        )
        content = "\n".join([payload["html"], *pictures])
        kind = session.account.settings.get("kind", "users")
        answer = rest.call(
            "POST",
            f"/v1/{kind}/{session.account.remote_id}/posts",
            makes_post=True,
            json={**payload["fields"], "content": content},
        )
        session.fault(CrashPoint.ANSWERED)
        number, url = answer.dig("data", "id"), answer.dig("data", "url")
        if not number or not url:
            raise rest.unreadable(answer)
        return Published(str(number), str(url), _note(str(answer.dig("data", "publishStatus"))))

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            answer = self._rest_with(session.http, session.credentials).get("/v1/me")
        except ChannelError as error:
            if not error.reconnect:
                raise
            mend = "Medium issues no new tokens; look for one that you have in your settings there."
            return (Finding("token", False, error.message, mend),)
        name = answer.dig("data", "username")
        return (
            Finding("token", True, f"Medium lets Warren in as {name}.")
            if name
            else Finding("token", None, "Medium did not say whose token this is."),
        )

    def _rest_with(self, client: httpx2.Client, credentials: Credentials) -> Rest:
        return Rest(
            client,
            self.at("api"),
            self.retry_table,
            self.label,
            clock.now(),
            {
                "Authorization": f"Bearer {credentials.get('token', '')}",
                "Accept": "application/json",
            },
            page_or(read_error),
        )


def _publication(rest: Rest, person: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    """The publication of a name, or of an address, among those that the person belongs to."""
    theirs = list_of(rest.get(f"/v1/users/{person['id']}/publications"), "data")
    for each in theirs:
        names = {str(each.get(name) or "").casefold() for name in ("id", "name", "url")}
        if wanted.casefold().rstrip("/") in names:
            return each
    known = ", ".join(str(each.get("name")) for each in theirs) or "none"
    raise misfit(f"You have no publication “{wanted}” on Medium; it names {known}.", "publication")


def _note(status: str) -> tuple[str, ...]:
    if status == "draft":
        return ("It stays a draft on Medium until somebody publishes it there.",)
    return ()
