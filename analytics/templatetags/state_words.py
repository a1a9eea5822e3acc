"""What each state of a row is called on a page, and which icon and tone stand beside the word.

State is never told by colour alone. Unknown values are shown as they are, in the neutral tone, so
that a state which a lower layer adds is readable before this table learns it.
"""

from __future__ import annotations

from typing import NamedTuple


class StateWord(NamedTuple):
    word: str
    icon: str
    tone: str


_WORDS: dict[str, dict[str, StateWord]] = {
    "material": {
        "uploaded": StateWord("Uploaded", "upload", "info"),
        "processing": StateWord("Reading", "loader", "info"),
        "analyzed": StateWord("Analysed", "scan-text", "info"),
        "ready": StateWord("Ready", "circle-check", "good"),
        "used": StateWord("Resting after use", "history", "neutral"),
        "archived": StateWord("Archived", "archive", "neutral"),
        "failed": StateWord("Could not be read", "circle-x", "bad"),
    },
    "answer": {
        "queued": StateWord("On its way", "clock", "info"),
        "sending": StateWord("Being sent", "loader", "info"),
        "said": StateWord("Sent", "circle-check", "good"),
        "unknown": StateWord("Nobody knows whether it arrived", "circle-question-mark", "warn"),
        "failed": StateWord("Not sent", "circle-x", "bad"),
    },
    "sentiment": {
        "positive": StateWord("Pleased", "smile", "good"),
        "neutral": StateWord("Neutral", "meh", "neutral"),
        "negative": StateWord("Displeased", "frown", "bad"),
    },
    "paper": {
        "queued": StateWord("Waiting its turn", "clock", "info"),
        "running": StateWord("Being worked out", "loader", "info"),
        "ready": StateWord("Ready", "circle-check", "good"),
        "failed": StateWord("Not worked out", "circle-x", "bad"),
    },
    "knowledge": {
        "queued": StateWord("Waits for its turn", "clock", "info"),
        "reading": StateWord("Being read", "loader", "info"),
        "ready": StateWord("Ready", "circle-check", "good"),
        "failed": StateWord("Could not be read", "circle-x", "bad"),
    },
    "entry": {
        "suggested": StateWord("Suggested", "hourglass", "warn"),
        "active": StateWord("In use", "circle-check", "good"),
        "archived": StateWord("Archived", "archive", "neutral"),
    },
    "skill": {
        "testing": StateWord("Testing", "flask-conical", "info"),
        "active": StateWord("Proven", "circle-check", "good"),
        "champion": StateWord("Champion", "trophy", "good"),
        "failing": StateWord("Failing", "triangle-alert", "warn"),
        "retired": StateWord("Retired", "archive", "neutral"),
    },
    "revision": {
        "approved": StateWord("Approved", "circle-check", "good"),
        "edited": StateWord("Edited", "pencil", "info"),
        "regenerated": StateWord("Sent back", "rotate-ccw", "warn"),
        "rejected": StateWord("Rejected", "ban", "bad"),
    },
    "ticket": {
        "open": StateWord("Open", "message-circle", "info"),
        "answered": StateWord("Answered", "reply", "good"),
        "resolved": StateWord("Resolved", "circle-check", "neutral"),
    },
    "pending": {
        "draft": StateWord("Draft", "pencil", "neutral"),
        "pending": StateWord("Waits for you", "hourglass", "warn"),
        "approved": StateWord("Approved", "circle-check", "good"),
        "auto_approved": StateWord("Approved by autopilot", "bot", "good"),
        "rejected": StateWord("Rejected", "ban", "bad"),
        "expired": StateWord("Expired", "clock-alert", "neutral"),
        "publishing": StateWord("Publishing", "send", "info"),
        "published": StateWord("Published", "circle-check", "good"),
        "failed": StateWord("Not published", "circle-x", "bad"),
    },
    "delivery": {
        "scheduled": StateWord("Scheduled", "clock", "info"),
        "claimed": StateWord("About to send", "timer", "info"),
        "sending": StateWord("Sending", "send", "info"),
        "accepted": StateWord("Accepted, not confirmed yet", "loader", "info"),
        "published": StateWord("Published", "circle-check", "good"),
        "unknown": StateWord("Outcome unknown", "circle-question-mark", "warn"),
        "failed": StateWord("Failed", "circle-x", "bad"),
        "cancelled": StateWord("Cancelled", "ban", "neutral"),
        "missed": StateWord("Missed its time", "clock-alert", "warn"),
    },
    "schedule": {
        "active": StateWord("Running", "play", "good"),
        "paused": StateWord("Paused", "pause", "neutral"),
        "exhausted": StateWord("Out of material", "package-open", "warn"),
        "error": StateWord("Stopped by errors", "octagon-alert", "bad"),
    },
    "recurrence": {
        "active": StateWord("Repeating", "repeat", "good"),
        "paused": StateWord("Paused", "pause", "neutral"),
        "ended": StateWord("Ended", "circle-check", "neutral"),
    },
    "import": {
        "checked": StateWord("To be looked at", "eye", "warn"),
        "queued": StateWord("Waiting to start", "clock", "neutral"),
        "running": StateWord("Running", "loader", "info"),
        "done": StateWord("Done", "circle-check", "good"),
        "cancelled": StateWord("Cancelled", "ban", "neutral"),
        "undoing": StateWord("Taking back", "loader", "info"),
        "undone": StateWord("Undone", "undo-2", "neutral"),
    },
    "account": {
        "active": StateWord("Connected", "plug", "good"),
        "expired": StateWord("Sign-in expired", "clock-alert", "warn"),
        "needs_reconnect": StateWord("Needs reconnecting", "unplug", "warn"),
        "revoked": StateWord("Access withdrawn", "unplug", "bad"),
        "error": StateWord("Not reachable", "octagon-alert", "bad"),
        "disconnected": StateWord("Disconnected", "unplug", "neutral"),
    },
    "generation": {
        "queued": StateWord("Waiting to write", "clock", "neutral"),
        "running": StateWord("Writing", "loader", "info"),
        "done": StateWord("Written", "circle-check", "good"),
        "failed": StateWord("Could not write", "circle-x", "bad"),
    },
    "run": {
        "queued": StateWord("Waiting to start", "clock", "neutral"),
        "running": StateWord("Running", "loader", "info"),
        "done": StateWord("Done", "circle-check", "good"),
        "skipped": StateWord("Skipped", "skip-forward", "neutral"),
        "failed": StateWord("Failed", "circle-x", "bad"),
    },
    "outcome": {
        "published": StateWord("Published", "circle-check", "good"),
        "found": StateWord("Found on the network", "search", "good"),
        "not_found": StateWord("Not found on the network", "search", "neutral"),
        "not_sent": StateWord("Not sent", "minus", "neutral"),
        "ambiguous": StateWord("No clear answer", "circle-question-mark", "warn"),
        "refused": StateWord("Refused by the network", "circle-x", "bad"),
        "reconnect": StateWord("Needs reconnecting", "unplug", "warn"),
        "rate_limited": StateWord("Told to wait", "timer", "warn"),
        "accepted": StateWord("Taken on", "loader", "info"),
        "decided": StateWord("Decided by a person", "user", "neutral"),
    },
    "decision": {
        "material": StateWord("Material", "file-text", "neutral"),
        "duplicates": StateWord("Duplicates", "copy", "neutral"),
        "angle": StateWord("Angle", "compass", "neutral"),
        "generation": StateWord("Writing", "pencil", "neutral"),
        "guards": StateWord("Guards", "shield-check", "neutral"),
        "ranking": StateWord("Choice", "list", "neutral"),
        "timing": StateWord("Time", "clock", "neutral"),
        "approval": StateWord("Approval", "inbox", "neutral"),
        "delivery": StateWord("Delivery", "send", "neutral"),
    },
    "post": {
        "published": StateWord("Published", "circle-check", "good"),
        "deleted": StateWord("Deleted", "trash-2", "neutral"),
    },
    "brand": {
        "active": StateWord("Active", "circle-check", "good"),
        "draft": StateWord("Being set up", "pencil", "neutral"),
        "paused": StateWord("Paused", "pause", "neutral"),
        "archived": StateWord("Archived", "archive", "neutral"),
    },
    "contract": {
        "draft": StateWord("Draft", "pencil", "neutral"),
        "signed": StateWord("In force", "scroll-text", "good"),
        "superseded": StateWord("Superseded", "history", "neutral"),
        "withdrawn": StateWord("Withdrawn", "ban", "warn"),
    },
    "guard": {
        "passed": StateWord("Passed", "shield-check", "good"),
        "warned": StateWord("Passed with a warning", "triangle-alert", "warn"),
        "asks": StateWord("Needs a person", "user-check", "warn"),
        "failed": StateWord("Failed", "shield-x", "bad"),
        "skipped": StateWord("Not checked", "minus", "neutral"),
    },
    "member": {
        "owner": StateWord("Owner", "crown", "neutral"),
        "admin": StateWord("Admin", "shield", "neutral"),
        "member": StateWord("Member", "user", "neutral"),
        "viewer": StateWord("Viewer", "eye", "neutral"),
    },
}


def state_word(kind: str, value: str) -> StateWord:
    known = _WORDS.get(kind, {}).get(value)
    return known or StateWord(value.replace("_", " ").capitalize(), "circle", "neutral")


def icons() -> set[str]:
    return {word.icon for states in _WORDS.values() for word in states.values()} | {"circle"}
