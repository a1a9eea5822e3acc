"""How YouTube answers: its errors, why videos fail, its categories, what a channel may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import CredentialField, Finding
from .errors import Outcome, Rule
from .rest import dig

VIDEO_RULES = {
    (None, "uploadLimitExceeded"): Rule(
        Outcome.RATE_LIMITED,
        "The channel has uploaded as many videos as YouTube lets it. Warren tries again later.",
    ),
    (None, "youtubeSignupRequired"): Rule(
        Outcome.REFUSED,
        "This Google account has no channel on YouTube. Make one there, then connect it again.",
    ),
    (None, "invalidTitle"): Rule(
        Outcome.REFUSED, "YouTube refused the title: write another one, without < and >."
    ),
    (None, "invalidDescription"): Rule(
        Outcome.REFUSED, "YouTube refused the description: take out < and > and odd signs."
    ),
    (None, "invalidTags"): Rule(
        Outcome.REFUSED, "YouTube refused the hashtags as tags: take some away."
    ),
    (None, "invalidCategoryId"): Rule(
        Outcome.REFUSED, "YouTube does not have this category: choose another one."
    ),
    (None, "failedPrecondition"): Rule(
        Outcome.REFUSED, "YouTube does not let this channel do that yet: {detail}"
    ),
    (None, "commentsDisabled"): Rule(
        Outcome.REFUSED,
        "Comments are turned off for this video on YouTube, so the comment was not made.",
    ),
    (None, "videoNotFound"): Rule(
        Outcome.REFUSED, "YouTube no longer has the video that this belongs to."
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "YouTube refused this: {detail} Look whether the channel is in good standing there.",
    ),
}

WHY_FAILED = {
    "codec": "the video's codec is one that YouTube does not know",
    "conversion": "YouTube could not convert the video",
    "emptyFile": "the file is empty",
    "invalidFile": "the file is no video",
    "tooSmall": "the file is too small",
    "uploadAborted": "the upload was broken off",
    "claim": "somebody claims the rights to it",
    "copyright": "it breaks a copyright",
    "duplicate": "the channel has the same video already",
    "inappropriate": "YouTube finds it inappropriate",
    "legal": "it breaks a law",
    "length": "it is longer than this channel may upload",
    "termsOfUse": "it breaks YouTube's terms",
    "trademark": "it breaks a trademark",
    "uploaderAccountClosed": "the account is closed",
    "uploaderAccountSuspended": "the account is suspended",
}

CATEGORIES = (
    ("22", "People and blogs"),
    ("1", "Film and animation"),
    ("2", "Cars and vehicles"),
    ("10", "Music"),
    ("15", "Pets and animals"),
    ("17", "Sports"),
    ("19", "Travel and events"),
    ("20", "Gaming"),
    ("23", "Comedy"),
    ("24", "Entertainment"),
    ("25", "News and politics"),
    ("26", "How-to and style"),
    ("27", "Education"),
    ("28", "Science and technology"),
    ("29", "Nonprofits and activism"),
)

OPTION_FIELDS = (
    CredentialField(
        "privacy",
        "Who may see it",
        default="public",
        choices=(
            ("public", "Everybody"),
            ("unlisted", "Whoever has the address"),
            ("private", "Only the channel"),
        ),
    ),
    CredentialField("category", "Category", default="22", choices=CATEGORIES),
    CredentialField(
        "made_for_kids",
        "Made for children",
        help="YouTube asks this of every video. For children there are no comments.",
        default="no",
        choices=(("no", "No"), ("yes", "Yes")),
    ),
    CredentialField(
        "notify",
        "Tell subscribers",
        default="yes",
        choices=(("yes", "Yes"), ("no", "No")),
    ),
)


def channel_findings(channel: Mapping[str, Any] | None) -> tuple[Finding, ...]:
    if channel is None:
        says = "The Google account no longer opens the channel that was connected."
        return (Finding("role", False, says, "Connect the channel again and choose it there."),)
    if dig(channel, "status", "longUploadsStatus") == "allowed":
        return (Finding("account", True, "The channel may upload videos of more than 15 minutes."),)
    return (Finding("account", True, "The channel may upload videos of up to 15 minutes."),)
