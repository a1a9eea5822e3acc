"""Hashnode, by a personal access token, for one publication.

Class B: a draft with a slug that belongs to the delivery alone is made first and its id saved; then
that draft is published, which uses it up, so that the same draft cannot become two articles. An
unknown outcome is looked up by the slug. A draft whose id was lost stays behind as a draft.

Answers are cached for some seconds by the question, so that each look-up has a name of its own.
Every write, and reading a publication, needs Hashnode's Pro plan for that publication.

Sources: Hashnode's own reference of its GraphQL API (github.com/Hashnode/gql-skill: schema,
mutations, errors and limits), as of 2026-11. Nothing here was tried on the live service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.utils.text import slugify

from config.kernel import clock, http

from . import articles
from .articles import PAGE, ArticleChannel, for_the_form, needed, page_or
from .base import (
    AccountFacts,
    Connection,
    CrashPoint,
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
    Session,
    option,
)
from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Answer, Rest, count, dig
from .servers import misfit

CONNECT_SECONDS = 20
NO_PRO = "no_pro"
USED_UP = "NOT_FOUND"

RULES: dict[tuple[int | None, str | None], Rule] = {
    (None, "UNAUTHENTICATED"): Rule(
        Outcome.RECONNECT,
        "{label} no longer accepts the access token, so nothing was posted. Connect the account "
        "again with a new one.",
    ),
    (None, "FORBIDDEN"): Rule(
        Outcome.REFUSED,
        "{label} does not let this account do that: {detail} Only owners and editors of the "
        "publication may publish; ask one of them, then send the post again.",
    ),
    (None, NO_PRO): Rule(
        Outcome.REFUSED,
        "{label} lets programs publish only where the publication has its Pro plan. Upgrade it "
        "there, then send the post again.",
    ),
    (None, "BAD_USER_INPUT"): Rule(Outcome.REFUSED),
    (None, "GRAPHQL_VALIDATION_FAILED"): Rule(
        Outcome.REFUSED,
        "{label} has changed its API: {detail} The operator has to update Warren.",
    ),
    (None, USED_UP): Rule(
        Outcome.AMBIGUOUS,
        "{label} knows the draft no more: it was published, or somebody threw it away. Warren "
        "looks for the article.",
    ),
    (403, PAGE): Rule(
        Outcome.NOT_SENT,
        "{label} answered with a page that checks for robots, so nothing was posted. Warren tries "
        "again.",
    ),
}

ME = "query Me { me { id username name } }"
PUBLICATION = (
    "query Publication($host: String!) { publication(host: $host) "
    "{ id title url favicon author { id } } }"
)
POST = (
    "query Post%s($id: ObjectId!, $slug: String!) { publication(id: $id) { id post(slug: $slug) "
    "{ id slug url views reactionCount responseCount } } }"
)
CREATE = (
    "mutation Create($input: CreateDraftInput!) { createDraft(input: $input) { draft { id } } }"
)
RELEASE = (
    "mutation Release($input: PublishDraftInput!) { publishDraft(input: $input) "
    "{ post { id slug url } } }"
)
REMOVE = "mutation Remove($input: RemovePostInput!) { removePost(input: $input) { post { id } } }"
UPLOAD = (
    "mutation Upload($input: CreateImageUploadInput!) { createImageUploadURL(input: $input) "
    "{ presignedPut { url cdnUrl key } } }"
)
CONFIRM = (
    "mutation Confirm($input: ConfirmImageUploadInput!) { confirmImageUpload(input: $input) "
    "{ ok cdnUrl } }"
)


class Hashnode(ArticleChannel):
    slug = "hashnode"
    label = "Hashnode"
    icon = "img/channels/hashnode.svg"
    delivery_class = DeliveryClass.B
    limits = Limits(
        max_characters=100_000,
        counter="codepoints",
        hashtags_in_text=False,
        hashtags_max=15,
        hashtags_recommended=5,
        hashtag_max_characters=50,
        images_max=10,
        image_max_bytes=8_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1_000,
        title_max=250,
        title_required=True,
        text_required=True,
    )
    tags_max = 15
    retry_table = RetryTable(RULES)
    hosts = {"api": "https://gql-beta.hashnode.com"}
    help_url = "https://github.com/Hashnode/gql-skill"
    credential_fields = (
        CredentialField(
            "token",
            "Personal access token",
            help="Made on Hashnode under Account settings, Developer. The publication needs the "
            "Pro plan.",
            secret=True,
        ),
        CredentialField(
            "host", "Publication", help="Its address, for example harbour.hashnode.dev."
        ),
    )
    option_fields = (
        CredentialField("subtitle", "Subtitle", required=False),
        articles.CANONICAL,
        CredentialField(
            "cover_image",
            "Cover picture",
            help="The address of a picture. The pictures of the post stand in the article itself, "
            "because a cover has no description.",
            required=False,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        credentials = {"token": needed(values, "token", "Write a personal access token.")}
        host = _host(needed(values, "host", "Write the publication's address."))
        with http.client(timeout_seconds=CONNECT_SECONDS, max_bytes=2_000_000) as client:
            rest = self._rest_with(client, credentials)
            try:
                person = _ask(rest, ME).dig("data", "me")
                publication = _ask(rest, PUBLICATION, host=host).dig("data", "publication")
            except ChannelError as error:
                sentence = "Hashnode does not accept this token. Copy it again, or make a new one."
                raise for_the_form(error, "token", sentence) from error
        if not isinstance(person, dict) or not isinstance(publication, dict):
            raise misfit(f"Hashnode knows no publication at {host}. Check its address.", "host")
        return Connection(
            remote_id=str(publication["id"]),
            name=str(publication.get("title") or host),
            handle=host,
            profile_url=str(publication.get("url") or f"https://{host}"),
            avatar_url=str(publication.get("favicon") or ""),
            credentials=credentials,
        )

    def clean_tag(self, tag: str) -> str:
        return tag if slugify(tag) else ""

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        optional = {
            "subtitle": option(draft, account, "subtitle"),
            "originalArticleURL": option(draft, account, "canonical_url"),
        }
        fields: dict[str, Any] = {
            "publicationId": account.remote_id,
            "title": draft.title.strip(),
            "slug": articles.slug_for(draft.title, account, occurrence_key),
            "tags": [{"slug": slugify(tag), "name": tag} for tag in self.tags(draft)],
            "settings": {"slugOverridden": True},
            **{name: value for name, value in optional.items() if value},
        }
        if cover := option(draft, account, "cover_image"):
            fields["coverImageOptions"] = {"coverImageURL": cover}
        return {
            "fields": fields,
            "slug": fields["slug"],
            "title": fields["title"],
            "publication": account.remote_id,
            "markdown": articles.as_markdown(self.compose(draft)),
            "media": articles.frozen_media(draft),
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Pictures and the draft, which nobody can read."""
        if session.handle.get("draft") or self.find(payload, session) is not None:
            return
        rest = self._rest(session)
        media = articles.upload_each(payload, session, self.limits, _upload(rest))
        pictures = [articles.markdown_image(each["url"], each["alt"]) for each in media]
        markdown = "\n\n".join([payload["markdown"], *pictures])
        answer = _ask(rest, CREATE, input={**payload["fields"], "contentMarkdown": markdown})
        draft = answer.dig("data", "createDraft", "draft", "id")
        if not draft:
            raise articles.not_now(self.label)
        session.save_handle({**session.handle, "draft": draft})

    def publish(self, payload: Payload, session: Session) -> Published:
        """Publish the saved draft, once: a draft that is used up was published before."""
        self.prepare(payload, session)
        notes = tuple(session.handle.get("notes", ()))
        rest = self._rest(session)
        try:
            if not session.handle.get("draft"):
                raise rest.refuse(Answer(200, {}, None), USED_UP)
            answer = _ask(
                rest, RELEASE, makes_post=True, input={"draftId": session.handle["draft"]}
            )
        except ChannelError as error:
            found = self.find(payload, session) if error.code == USED_UP else None
            if found is None:
                raise
            return Published(found.remote_id, found.url, notes)
        session.fault(CrashPoint.ANSWERED)
        post = answer.dig("data", "publishDraft", "post")
        if not isinstance(post, dict) or not post.get("id"):
            raise rest.unreadable(answer)
        return Published(str(post["id"]), str(post.get("url") or ""), notes)

    def find(self, payload: Payload, session: Session) -> Found | None:
        """The article with the reserved slug."""
        post = self._post(self._rest(session), payload["publication"], payload["slug"])
        if post is None:
            return None
        return Found(str(post["id"]), str(post.get("url") or ""))

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        slug = urlsplit(post.url).path.rstrip("/").rpartition("/")[2]
        there = self._post(self._rest(session), session.account.remote_id, slug)
        if there is None or str(there.get("id")) != post.remote_id:
            return Gone("The article was removed on Hashnode.")
        return Measurement(
            likes=count(there.get("reactionCount")),
            comments=count(there.get("responseCount")),
            impressions=count(there.get("views")),
        )

    def delete(self, post: Published, session: Session) -> None:
        try:
            _ask(self._rest(session), REMOVE, input={"id": post.remote_id})
        except ChannelError as error:
            if error.code != USED_UP:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Whose token it is, and whether the publication may be reached by programs."""
        rest = self._rest(session)
        try:
            person = _ask(rest, ME).dig("data", "me")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        if not isinstance(person, dict):
            return (Finding("token", None, "Hashnode did not say whose token this is."),)
        return (
            Finding("token", True, f"Hashnode lets Warren in as {person.get('username')}."),
            self._plan(rest, session),
        )

    def _plan(self, rest: Rest, session: Session) -> Finding:
        try:
            self._post(rest, session.account.remote_id, "-")
        except ChannelError as error:
            if not error.permanent:
                raise
            return Finding("plan", False, error.message, "Upgrade the publication on Hashnode.")
        return Finding("plan", True, "Programs may reach the publication.")

    def _post(self, rest: Rest, publication: str, slug: str) -> Mapping[str, Any] | None:
        """The article at a slug, asked under a name of its own so that no cache answers."""
        moment = int(clock.now().timestamp() * 1_000_000)
        answer = _ask(rest, POST % moment, id=publication, slug=slug)
        told = answer.dig("data", "publication")
        if not isinstance(told, dict) or "post" not in told:
            raise articles.not_now(self.label)
        post = told["post"]
        return post if isinstance(post, dict) and post.get("slug") == slug else None

    def _rest(self, session: Session) -> Rest:
        return self._rest_with(session.http, session.credentials)

    def _rest_with(self, client: httpx2.Client, credentials: Credentials) -> Rest:
        return Rest(
            client,
            self.at("api"),
            self.retry_table,
            self.label,
            clock.now(),
            {"Authorization": f"Bearer {credentials.get('token', '')}"},
            page_or(_read_error),
        )


def _ask(rest: Rest, query: str, *, makes_post: bool = False, **variables: Any) -> Answer:
    """One question. A "no" comes inside a 200 and is raised before anything reads the answer."""

    def judge(answer: Answer) -> None:
        if dig(answer.body, "errors"):
            raise rest.refuse(answer, *_read_error(answer.status, answer.body))

    body = {"query": query, "variables": variables}
    asking = Rest(
        rest.http,
        rest.base,
        rest.table,
        rest.label,
        rest.now,
        rest.headers,
        rest.reads_error,
        judge,
    )
    return asking.call("POST", "/", makes_post=makes_post, json=body)


def _read_error(status: int, body: Any) -> tuple[str, str]:
    first = dig(body, "errors", 0)
    code = str(dig(first, "extensions", "code") or "")
    told = str(dig(first, "message") or "")
    return (NO_PRO, told) if code == "FORBIDDEN" and "Pro plan" in told else (code, told)


def _upload(rest: Rest) -> Any:
    """By an address that Hashnode signs; the bytes go there without our token."""

    def send(number: int, data: bytes, kind: str, alt: str) -> Mapping[str, Any]:
        place = _ask(rest, UPLOAD, input={"contentType": kind}).dig(
            "data", "createImageUploadURL", "presignedPut"
        )
        if not isinstance(place, dict) or not place.get("url") or not place.get("key"):
            raise articles.not_now(rest.label)
        store = Rest(rest.http, "", rest.table, rest.label, rest.now)
        store.call("PUT", place["url"], content=data, headers={"Content-Type": kind})
        done = _ask(rest, CONFIRM, input={"key": place["key"]}).dig("data", "confirmImageUpload")
        if not isinstance(done, dict) or not done.get("ok"):
            raise ChannelError(
                f"Hashnode did not take picture {number}: use a smaller one.",
                permanent=True,
                code="image_refused",
            )
        return {"url": done.get("cdnUrl") or place.get("cdnUrl")}

    return send


def _host(typed: str) -> str:
    address = typed if "://" in typed else f"https://{typed}"
    host = urlsplit(address).hostname
    if not host:
        raise misfit("Write the publication's address, such as harbour.hashnode.dev.", "host")
    return host
