"""Instagram, business and creator accounts, through the Facebook page that they are linked to.

Class B by containers, see meta_publishing. Meta fetches pictures and videos itself, so this
installation needs a public address. Posts cannot be taken down through this interface.

Source: Meta's pages "Instagram API with Facebook Login" and those named in instagram_posts, read
2026-11. Not verified against the live service.
"""

from __future__ import annotations

from config.kernel import http

from .base import AppKeys, ChannelError, Connection, Credentials, Finding, Session
from .instagram_posts import WEB, InstagramPosts
from .meta_pages import FacebookLogin, may_create
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at
from .rest import dig

LINKED = "instagram_business_account"


class Instagram(InstagramPosts, FacebookLogin):
    slug = "instagram"
    label = "Instagram"
    icon = "img/channels/instagram.svg"
    writing_order = 30
    scopes = (
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "instagram_manage_insights",
        "pages_show_list",
        "pages_read_engagement",
    )
    scope_words = {  # noqa: RUF012
        "instagram_basic": "see the professional account and its posts",
        "instagram_content_publish": "publish posts, reels and stories",
        "instagram_manage_comments": "write first comments",
        "instagram_manage_insights": "read how posts do",
        "pages_show_list": "see which pages you manage",
        "pages_read_engagement": "see which account belongs to a page",
    }
    reads_comments = "instagram_manage_comments"
    reads_messages = "instagram_manage_messages"
    page_fields = f"id,name,access_token,tasks,{LINKED}{{id,username,name,profile_picture_url}}"

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """Every professional account that is linked to a page of the person."""
        granted = self.granted(tokens)
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            pages = self.pages(self.graph(client, tokens["access_token"]), granted)
        linked = [page for page in pages if dig(page, LINKED, "id") and may_create(page)]
        if not linked:
            names = ", ".join(str(page.get("name")) for page in pages)
            raise ChannelError(
                f"{self.label} let Warren in, but "
                + (
                    f"no professional account is linked to {names}. Link it in the page's settings "
                    "under Linked accounts, then start again."
                    if pages
                    else "no page of yours was ticked. Start again and tick the page and the "
                    "account; an account without a page connects by its own login instead."
                ),
                permanent=True,
                code="no_account",
            )
        return tuple(
            Connection(
                remote_id=str(page[LINKED]["id"]),
                name=str(page[LINKED].get("name") or page[LINKED].get("username") or page["name"]),
                handle=str(page[LINKED].get("username") or ""),
                profile_url=f"{WEB}/{page[LINKED].get('username') or ''}",
                avatar_url=str(page[LINKED].get("profile_picture_url") or ""),
                credentials=self.page_tokens(tokens, page),
                settings={"page": str(page["id"])},
                scopes=granted,
                expires_at=expires_at(tokens),
            )
            for page in linked
        )

    def page_of(self, session: Session) -> str:
        return str(session.account.settings.get("page", ""))

    def mailbox(self, session: Session) -> str:
        return self.page_of(session)

    def probe(self, session: Session) -> tuple[Finding, ...]:
        findings = super().probe(session)
        if any(each.check == "token" and each.ok is False for each in findings):
            return findings
        return (*findings, self.quota_finding(session))
