"""LinkedIn, posts of a person.

Class C, and often less: reading one's own posts back needs the scope r_member_social, which
LinkedIn gives to few apps. Where it is missing an unknown outcome goes to a person. Operators whose
app has more name it in WARREN_CHANNEL_OPTIONS as `linkedin.extra_scopes`.

Source: LinkedIn's pages "Share on LinkedIn", "Sign In with LinkedIn using OpenID Connect", "Posts
API" and "Comments API" (as of 2026-11). Not verified against the live service. Comments and counts
need an app with Community Management, which is told by the same scope.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from django.conf import settings

from config.kernel import http

from .base import (
    AccountFacts,
    AppKeys,
    ChannelError,
    Connection,
    CredentialField,
    Credentials,
    Draft,
    Finding,
    Gone,
    Limits,
    Measurement,
    Published,
    Session,
)
from .linkedin_doctor import token_findings
from .linkedin_posts import LinkedInChannel
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at
from .rest import count

PUBLIC = "PUBLIC"


class LinkedIn(LinkedInChannel):
    slug = "linkedin"
    label = "LinkedIn"
    # Local hours in general use, for accounts without a history.
    common_hours = (8, 12, 17)
    icon = "img/channels/linkedin.svg"
    app_name = "linkedin"
    revoke_at = ("web", "/oauth/v2/revoke")
    scopes = ("openid", "profile", "w_member_social")
    scope_words = {  # noqa: RUF012
        "openid": "know which member signed in",
        "profile": "see your name and picture",
        "w_member_social": "publish posts and comments in your name",
    }
    read_scope = "r_member_social"
    writing_order = 10
    option_fields = (
        CredentialField(
            "visibility",
            "Who sees it",
            default=PUBLIC,
            required=False,
            choices=((PUBLIC, "Anyone"), ("CONNECTIONS", "Connections only")),
        ),
    )

    def visibility(self, draft: Draft, account: AccountFacts) -> str:
        return str(draft.options.get("visibility") or account.settings.get("visibility") or PUBLIC)

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """Comments are taken only from apps that may also read."""
        if account is not None and account.settings.get("reads_back") is False:
            return replace(self.limits, comment_max=None)
        return self.limits

    def asked_scopes(self) -> tuple[str, ...]:
        extra = str(settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.extra_scopes", ""))
        return (*self.scopes, *extra.split())

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            person = self.api(client, tokens["access_token"]).get("/v2/userinfo")
        if not person.dig("sub"):
            raise ChannelError(
                f"{self.label} did not say whose account this is. Start again.", code="no_identity"
            )
        return (
            Connection(
                remote_id=f"urn:li:person:{person.dig('sub')}",
                name=str(person.dig("name") or person.dig("given_name") or self.label),
                handle="",
                profile_url="",
                avatar_url=str(person.dig("picture") or ""),
                credentials=tokens,
                settings={"reads_back": self.can_read(tokens)},
                scopes=self.granted(tokens),
                expires_at=expires_at(tokens),
                account_type="personal",
            ),
        )

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Likes and comments; no reach, which LinkedIn tells of pages alone."""
        if not self.can_read(session.credentials):
            return Measurement()
        path = f"/rest/socialActions/{quote(post.remote_id, safe='')}"
        try:
            answer = self.calling(session, lambda api: api.get(path))
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone("The post was deleted on LinkedIn.")
            raise
        return Measurement(
            likes=count(answer.dig("likesSummary", "totalLikes")),
            comments=count(answer.dig("commentsSummary", "aggregatedTotalComments")),
        )

    def probe(self, session: Session) -> tuple[Finding, ...]:
        findings = token_findings(self, session)
        if self.can_read(session.credentials):
            return (*findings, Finding("read_back", True, "Posts can be looked up afterwards."))
        return (
            *findings,
            Finding(
                "read_back",
                None,
                "LinkedIn gave the app no right to read posts back, so an unclear sending is left "
                "for a person to decide, and likes are not counted.",
            ),
        )
