"""A first comment under a post on LinkedIn. Comments are plain text and not escaped.

Source: LinkedIn's page "Comments API" (as of 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Found, Payload, Published, Session
from .linkedin_errors import TABLE
from .linkedin_shapes import comment_urn, comments_of, elements_of, moment, urn_of_comment
from .readback import looked_since, plain
from .rest import dig

if TYPE_CHECKING:
    from .linkedin_posts import LinkedInChannel


def comment(channel: LinkedInChannel, payload: Payload, session: Session) -> Published:
    assert session.parent is not None
    parent = session.parent
    body = {
        "actor": payload["author"],
        "object": parent.remote_id,
        "message": {"text": payload["text"]},
    }
    answer = channel.calling(
        session,
        lambda api: api.call("POST", comments_of(parent.remote_id), makes_post=True, json=body),
    )
    urn = comment_urn(answer, parent.remote_id)
    if not urn:
        raise TABLE.unreadable(channel.label, answer.status)
    return Published(urn, parent.url)


def find(channel: LinkedInChannel, payload: Payload, session: Session) -> Found | None:
    assert session.parent is not None
    parent = session.parent
    answer = channel.calling(session, lambda api: api.get(comments_of(parent.remote_id)))
    for element in elements_of(channel.label, answer):
        if (
            dig(element, "actor") == payload["author"]
            and plain(str(dig(element, "message", "text"))) == plain(payload["text"])
            and moment(dig(element, "created", "time")) >= looked_since(payload, session)
        ):
            return Found(urn_of_comment(element, parent.remote_id), parent.url)
    return None
