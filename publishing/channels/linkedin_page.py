"""LinkedIn, posts of a page (an organization).

Class C: the page's posts are listed and compared. LinkedIn wants an app of its own for this
(Community Management cannot live on one app with "Share on LinkedIn"), so the app has its own name.

Source: LinkedIn's pages "Posts API", "Organization Access Control by Role", "Organization Lookup"
and "Organization Share Statistics" (as of 2026-11). Not verified against the live service.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from config.kernel import http

from .base import (
    AccountFacts,
    AppKeys,
    ChannelError,
    Connection,
    Credentials,
    Finding,
    Gone,
    Handle,
    Heard,
    Hearing,
    Measurement,
    Published,
    Session,
)
from .linkedin_doctor import ACCESS_PATH, id_of, pages_of, role_finding, token_findings
from .linkedin_errors import TABLE
from .linkedin_inbox import Inbox, answer_body, answer_path
from .linkedin_posts import LinkedInChannel
from .linkedin_shapes import comment_urn
from .listening import refuse_misfit
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at
from .rest import Rest, count, dig


class LinkedInPage(LinkedInChannel):
    slug = "linkedin_page"
    label = "LinkedIn page"
    icon = "img/channels/linkedin_page.svg"
    app_name = "linkedin_page"
    scopes = ("w_organization_social", "r_organization_social", "rw_organization_admin")
    scope_words = {  # noqa: RUF012
        "w_organization_social": "publish posts and comments for your pages",
        "r_organization_social": "read the pages' posts",
        "rw_organization_admin": "see which pages you administer and how their posts do",
    }
    read_scope = "r_organization_social"
    writing_order = 11

    hears = ("comment",)
    listens_every = 600.0
    answer_key_lasts = timedelta(0)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """Every page that the person may post on, to choose from."""
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            api = self.api(client, tokens["access_token"])
            pages = pages_of(api.get(ACCESS_PATH).body)
            facts = _facts(api, pages)
        if not pages:
            raise ChannelError(
                "LinkedIn let Warren in, but you may post on no page there. Ask an administrator "
                "of the page to make you content administrator, then start again.",
                permanent=True,
                code="no_page",
            )
        return tuple(self._connection(urn, facts.get(id_of(urn)), tokens) for urn in pages)

    def _connection(self, urn: str, facts: Any, tokens: Credentials) -> Connection:
        vanity = str(dig(facts, "vanityName") or "")
        return Connection(
            remote_id=urn,
            name=str(dig(facts, "localizedName") or vanity or f"Page {id_of(urn)}"),
            handle=vanity,
            profile_url=f"{self.at('web')}/company/{vanity or id_of(urn)}/",
            avatar_url="",
            credentials=tokens,
            scopes=self.granted(tokens),
            expires_at=expires_at(tokens),
        )

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        page, urn = quote(session.account.remote_id, safe=""), quote(post.remote_id, safe="")
        kind = "ugcPosts" if ":ugcPost:" in post.remote_id else "shares"
        path = (
            "/rest/organizationalEntityShareStatistics?q=organizationalEntity"
            f"&organizationalEntity={page}&{kind}=List({urn})"
        )
        answer = self.calling(session, lambda api: api.get(path))
        told = answer.dig("elements", 0, "totalShareStatistics")
        if told is None:
            # LinkedIn leaves out what nobody has seen yet, and what is gone.
            stands = self.read_post(post.remote_id, session) is not None
            return Measurement() if stands else Gone("The post was deleted on LinkedIn.")
        return Measurement(
            likes=count(dig(told, "likeCount")),
            comments=count(dig(told, "commentCount")),
            shares=count(dig(told, "shareCount")),
            impressions=count(dig(told, "impressionCount")),
            reach=count(dig(told, "uniqueImpressionsCount")),
            clicks=count(dig(told, "clickCount")),
        )

    # What people say

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """Comments under the page's latest posts."""
        inbox = Inbox(
            lambda call: self.calling(session, call),
            session.account.remote_id,
            self.label,
            session.now,
        )
        return inbox.listen(cursor, posts)

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits.comment_max

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """A reply to the comment. LinkedIn knows no key, so a lost one only a person finds."""
        account = session.account
        refuse_misfit(self, self.answer_room(heard, account), text, account)
        body = answer_body(heard, text, account.remote_id)
        answer = self.calling(
            session,
            lambda api: api.call("POST", answer_path(heard), makes_post=True, json=body),
        )
        urn = comment_urn(answer, str(heard.handle["parent"]))
        if not urn:
            raise TABLE.unreadable(self.label, answer.status)
        return Published(urn, heard.url)

    def probe(self, session: Session) -> tuple[Finding, ...]:
        findings = token_findings(self, session)
        if any(each.check == "token" and each.ok is False for each in findings):
            return findings
        return (*findings, role_finding(self, session))


def _facts(api: Rest, pages: list[str]) -> dict[str, Any]:
    """Names and addresses of the pages by their id."""
    if not pages:
        return {}
    ids = ",".join(id_of(urn) for urn in pages)
    results = api.get(f"/rest/organizations?ids=List({ids})").dig("results")
    return results if isinstance(results, dict) else {}
