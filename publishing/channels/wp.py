"""The REST API of a blog that runs wp-json: finding it, logging in, and what its errors mean.

Source: the REST API Handbook (Reference: Posts, Media, Comments, Tags, Users; Authentication with
application passwords), as of 2026-11, and what version 6.1.9 answered in the peer tests.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from config.kernel import clock, http

from .articles import PAGE, page_or, site_address, web_link
from .errors import (
    TRANSPORT_ERRORS,
    UNPARSABLE,
    ChannelError,
    Outcome,
    RetryTable,
    Rule,
    transport_error,
)
from .rest import Rest, dig
from .servers import misfit
from .shapes import Credentials, Finding

API = "/wp/v2"
INDEX_MAX_BYTES = 3_000_000

_HIDDEN_LOGIN = (
    "The {label} site did not see Warren's login. Its server or a security plugin takes the "
    "Authorization header away: ask the site's host to let it through, then connect the site again."
)
_ENDED = (
    "The {label} site no longer accepts Warren's application password, so nothing was posted. "
    "Connect the site again."
)
_WALL = (
    "A firewall or security plugin of the {label} site answered with a web page instead of its "
    "REST API. Let Warren reach /wp-json/ there, then send the post again."
)
_ROLE = (
    "The user that Warren uses on the {label} site may not do that: {detail} Give it the role "
    "Author or Editor there, then send the post again."
)
_FILE = (
    "The {label} site did not take a picture or video: {detail} Its type, its size or the site's "
    "upload folder is the reason; use a smaller JPEG or ask the site's host."
)

RULES = {
    (None, UNPARSABLE): Rule(
        Outcome.AMBIGUOUS,
        "The {label} site answered with something else than its REST API, perhaps a security "
        "plugin's or a cache's page. Warren looks whether the post is there.",
    ),
    (401, None): Rule(Outcome.RECONNECT, _ENDED),
    (None, "rest_not_logged_in"): Rule(Outcome.RECONNECT, _ENDED),
    (401, "rest_cannot_create"): Rule(Outcome.RECONNECT, _HIDDEN_LOGIN),
    (401, "rest_cannot_edit"): Rule(Outcome.RECONNECT, _HIDDEN_LOGIN),
    (401, "rest_forbidden_context"): Rule(Outcome.RECONNECT, _HIDDEN_LOGIN),
    (401, PAGE): Rule(
        Outcome.RECONNECT,
        "The {label} site's server itself asks for a password before anything else. Let Warren "
        "reach /wp-json/ without it, then connect the site again.",
    ),
    (403, PAGE): Rule(Outcome.REFUSED, _WALL),
    (406, PAGE): Rule(Outcome.REFUSED, _WALL),
    (403, None): Rule(Outcome.REFUSED, _ROLE),
    (403, "rest_cannot_publish"): Rule(
        Outcome.REFUSED,
        "The user that Warren uses on the {label} site may write but not publish. Give it the role "
        "Author there, or choose “Waits for review” as the status.",
    ),
    (404, "rest_no_route"): Rule(
        Outcome.REFUSED,
        "The {label} site's REST API has no such place: {detail} A plugin may have switched it "
        "off; switch it on, then send the post again.",
    ),
    (404, PAGE): Rule(
        Outcome.REFUSED,
        "Nothing answers at the {label} site's REST API any more. Check the site's address, then "
        "connect it again.",
    ),
    (413, None): Rule(Outcome.REFUSED, _FILE),
    (413, PAGE): Rule(Outcome.REFUSED, _FILE),
    # A permanent "no" that is dressed as a server error: the wrong type, or a picture that is none.
    (500, "rest_upload_unknown_error"): Rule(Outcome.REFUSED, _FILE),
    (500, "rest_upload_sideload_error"): Rule(Outcome.REFUSED, _FILE),
    (None, "rest_upload_file_too_big"): Rule(Outcome.REFUSED, _FILE),
    (None, "rest_upload_limited_space"): Rule(Outcome.REFUSED, _FILE),
    (400, "comment_flood"): Rule(Outcome.RATE_LIMITED),
}


def read_wp_error(status: int, body: Any) -> tuple[str, str]:
    """The code, and the sentence; of a tag that exists, its id in place of the sentence.

    To somebody who is not logged in, lists of drafts are an invalid parameter.
    """
    code = str(dig(body, "code") or "")
    if dig(body, "data", "details", "status", "data", "status") == 401:
        return "rest_not_logged_in", str(dig(body, "data", "details", "status", "message"))
    if code == "term_exists":
        return code, str(dig(body, "data", "term_id") or "")
    return code, str(dig(body, "message") or "")


@dataclass(frozen=True, slots=True)
class Index:
    """What a site tells strangers: where its API is, and where a person lets Warren in."""

    rest: str
    """Paths such as /wp/v2/posts are appended to it."""
    site: str
    name: str
    authorize: str
    """"" when the site says that it takes no application passwords."""
    icon: str


def discover(site: str) -> Index:
    """The index of a site's REST API, with nice addresses or without.

    Follows redirects, as from http to www. Raises ChannelError for the form, field "site".
    """
    seen = 0
    for tail in ("/wp-json/", "/?rest_route=/"):
        status, address, body = _asked(site + tail)
        # The password would go where the site leads on to, and must not go there unprotected.
        site_address(address.split("?", 1)[0])
        if isinstance(body, dict) and "wp/v2" in (body.get("namespaces") or ()):
            return _index(address, tail, body)
        if status in (401, 403) and dig(body, "code"):
            # A plugin hides the index from strangers; with a login it may open.
            home = address.removesuffix(tail)
            return Index(f"{home}/wp-json", home, "", f"{home}{AUTHORIZE}", "")
        seen = status
    raise misfit(
        f"No REST API of a blog answers at {site} (it says {seen}). Check the address; a security "
        "plugin may also have switched the REST API off.",
        "site",
    )


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def rest_at(
    client: httpx2.Client, base: str, credentials: Credentials, table: RetryTable, label: str
) -> Rest:
    """The API of one site, logged in."""
    login = basic(credentials.get("user", ""), credentials.get("password", ""))
    return Rest(
        client,
        base,
        table,
        label,
        clock.now(),
        {"Authorization": login, "Accept": "application/json"},
        page_or(read_wp_error),
    )


AUTHORIZE = "/wp-admin/authorize-application.php"


CAPABILITIES = (("publish_posts", "publish posts"), ("upload_files", "upload pictures"))


def capability(name: str, what: str, may: Mapping[str, Any]) -> Finding:
    if may.get(name):
        return Finding("role", True, f"Its role may {what}.")
    return Finding(
        "role",
        False,
        f"Its role may not {what} ({name} is missing).",
        "Give the user the role Author or Editor on the site.",
    )


def refused_login(index: Index) -> str:
    if not index.authorize:
        return no_passwords(index)
    return (
        "The site does not accept this user with this application password. Make a new one on the "
        "site under Users, Profile. If it is right, the site's server takes the Authorization "
        "header away; its host can let it through."
    )


def no_passwords(index: Index) -> str:
    reason = "it has no https" if urlsplit(index.site).scheme == "http" else "a plugin does that"
    return (
        f"{index.site} has application passwords switched off ({reason}, or it is older than "
        "version 5.6). Switch them on there, then try again."
    )


def _index(address: str, tail: str, body: Mapping[str, Any]) -> Index:
    home = address.removesuffix(tail).rstrip("/")
    offered = dig(body, "authentication", "application-passwords", "endpoints", "authorization")
    return Index(
        rest=f"{home}{tail}".rstrip("/"),
        site=home,
        name=html.unescape(str(body.get("name") or "")),
        authorize=str(offered or ""),
        icon=web_link(body.get("site_icon_url")),
    )


def _asked(address: str) -> tuple[int, str, Any]:
    try:
        answer = http.fetch(address, max_bytes=INDEX_MAX_BYTES, accept="application/json")
    except TRANSPORT_ERRORS as error:
        failed = transport_error("The site", error)
        raise ChannelError(
            f"{address} cannot be reached. Check the address and try again.",
            permanent=failed.permanent,
            code=failed.code,
            field="site",
        ) from error
    try:
        return answer.status, answer.url, json.loads(answer.body)
    except ValueError:
        return answer.status, answer.url, None
