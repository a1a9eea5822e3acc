"""The events of this app: people, and what is secret."""

from __future__ import annotations

from .catalogue import add_event

add_event(
    "member.joined", "Somebody joined the team", "member.joined", "organization.member_joined"
)
add_event("member.removed", "Somebody was removed or left", "member.removed", "member.left")
add_event(
    "member.changed",
    "A member's role or brands changed",
    "member.role_changed",
    "member.restricted",
    "organization.transferred",
)
add_event("api_key.created", "An API key was made", "api_key.created", "api_key.rotated")
add_event("api_key.revoked", "An API key was revoked", "api_key.revoked")
