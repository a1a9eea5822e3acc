"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import add_words

add_words({"post.gone": "found a post gone from its network"})
