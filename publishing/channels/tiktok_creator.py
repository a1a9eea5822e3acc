"""What an account may do on TikTok at the moment, and what a post there may say of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import AccountFacts, CredentialField, Draft, Finding, Payload, option
from .errors import ChannelError, before_sending
from .rest import Rest, count

PHOTO_TITLE_MAX = 90
PLURALS = {"comment": "comments", "duet": "duets", "stitch": "stitches"}
EVERYONE, SELF = "PUBLIC_TO_EVERYONE", "SELF_ONLY"
LEVELS = (
    (EVERYONE, "Everybody"),
    ("FOLLOWER_OF_CREATOR", "Followers"),
    ("MUTUAL_FOLLOW_FRIENDS", "Friends"),
    (SELF, "Only the account itself"),
)
YES_NO = (("yes", "Yes"), ("no", "No"))
NO_YES = (("no", "No"), ("yes", "Yes"))

OPTION_FIELDS = (
    CredentialField(
        "privacy_level",
        "Who may see it",
        help="Until TikTok has audited this installation's app, only the account itself.",
        default=EVERYONE,
        choices=LEVELS,
    ),
    CredentialField("allow_comment", "Comments", default="yes", choices=YES_NO),
    CredentialField("allow_duet", "Duets with the video", default="no", choices=NO_YES),
    CredentialField("allow_stitch", "Stitches of the video", default="no", choices=NO_YES),
    CredentialField(
        "brand_organic",
        "Promotes the account's own brand",
        help="TikTok marks the post as promotional content.",
        default="no",
        choices=NO_YES,
    ),
    CredentialField(
        "brand_content",
        "Promotes somebody else's brand",
        help="TikTok marks the post as a paid partnership.",
        default="no",
        choices=NO_YES,
    ),
    CredentialField("is_aigc", "Made with AI", default="no", choices=NO_YES),
    CredentialField(
        "photo_title",
        "Title of a photo post",
        help=f"At most {PHOTO_TITLE_MAX} characters. Videos have none.",
        required=False,
    ),
    CredentialField("add_music", "Music that TikTok picks", default="no", choices=NO_YES),
)


def ask_creator(rest: Rest) -> dict[str, Any]:
    answer = rest.call("POST", "/v2/post/publish/creator_info/query/", json={})
    creator = answer.dig("data")
    if not isinstance(creator, dict) or "privacy_level_options" not in creator:
        raise before_sending(rest.unreadable(answer), rest.label)
    return creator


def refuse_what_the_account_may_not(creator: Mapping[str, Any], payload: Payload) -> None:
    """TikTok wants to be asked before each post, and may answer otherwise each time."""
    levels = creator.get("privacy_level_options") or []
    info = payload["info"]
    if levels and info["privacy_level"] not in levels:
        words = ", ".join(said for level, said in LEVELS if level in levels)
        raise _misfit(f"TikTok lets this account show posts to: {words}. Choose one of them.")
    most = count(creator.get("max_video_post_duration_sec"))
    if most and payload["seconds"] and payload["seconds"] > most:
        raise _misfit(
            f"TikTok lets this account post videos of {most} seconds and this one has "
            f"{payload['seconds']:.0f}: shorten it."
        )
    for name in PLURALS:
        if creator.get(f"{name}_disabled") and info.get(f"disable_{name}") is False:
            raise _misfit(
                f"This account has turned {PLURALS[name]} off in TikTok: choose No for them here."
            )


def creator_findings(creator: Mapping[str, Any]) -> tuple[Finding, ...]:
    most = count(creator.get("max_video_post_duration_sec"))
    length = Finding("account", True, f"Videos of this account may have {most or 600} seconds.")
    if list(creator.get("privacy_level_options") or ()) == [SELF]:
        says = "TikTok lets posts of this account be seen by the account itself alone."
        mend = "The operator has the app audited by TikTok, or the account is opened in its app."
        return (length, Finding("app", False, says, mend))
    says = (
        "TikTok does not tell whether it has audited this installation's app. Until it has, only "
        "private accounts can post, seen by themselves."
    )
    return (length, Finding("app", None, says))


def post_info(text: str, draft: Draft, account: AccountFacts, is_video: bool) -> dict[str, Any]:
    def chosen(name: str) -> bool:
        return option(draft, account, name) == "yes"

    info: dict[str, Any] = {
        "privacy_level": option(draft, account, "privacy_level") or EVERYONE,
        "disable_comment": option(draft, account, "allow_comment") == "no",
        "brand_content_toggle": chosen("brand_content"),
        "brand_organic_toggle": chosen("brand_organic"),
    }
    if is_video:
        more = {"disable_duet": not chosen("allow_duet"), "is_aigc": chosen("is_aigc")}
        return {**info, **more, "disable_stitch": not chosen("allow_stitch"), "title": text}
    title = option(draft, account, "photo_title")
    return {**info, "title": title, "description": text, "auto_add_music": chosen("add_music")}


def _misfit(sentence: str) -> ChannelError:
    return ChannelError(sentence, permanent=True, code="does_not_fit")
