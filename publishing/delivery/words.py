"""What the ledger says to people: why a delivery waits, failed, or is unknown."""

from __future__ import annotations

from typing import Final

from publishing.models import Delivery, Part

# -- Why a delivery waits: codes in `Delivery.error_code` while it is `scheduled` -----------------

CLOSING: Final = "organization_closing"
STOPPED: Final = "stopped"
HELD: Final = {
    CLOSING: "This team is being closed, so nothing is posted for it.",
    STOPPED: "Somebody stopped this, so nothing leaves until it is let go.",
    "organization_suspended": "This team is suspended, so nothing is posted for it.",
    "brand_paused": "The brand is paused. Resume it to let its posts go out.",
    "schedule_paused": "The schedule of this post is paused. Resume it to let its posts go out.",
    "queue_paused": "The queue of this post is paused. Resume it to let its posts go out.",
    "account_paused": "The channel is switched off. Switch it on to let its posts go out.",
    "account_reconnect": "The channel no longer lets Warren in. Connect it again.",
    "plan_rests": "The plan is paused, so nothing is sent. An owner takes it up under Billing.",
    "no_credits": "No credits are left for publishing. Add credits or wait for the renewal.",
}
"""Nothing is wrong with the post, something outside of it holds it up. It is looked at again every
`pace.hold()`, and missed when that takes too long."""

# -- Why a delivery waits for a network: no try is counted ----------------------------------------

SPACED: Final = "spaced"
QUOTA: Final = "quota"
OUR_OWN_TIMES: Final = frozenset({SPACED, QUOTA})
"""It waits for a time that we set ourselves to keep to a rule, so it is not late then."""
NETWORK_DOWN: Final = "network_down"
NETWORK_RESTS: Final = (
    "{label} does not answer at the moment, so nothing is sent there for a while. Then Warren "
    "tries with one post, and goes on when that works."
)
ACCOUNT_RESTS: Final = (
    "Several posts of this channel found no answer, so nothing is sent there for a while. Then "
    "Warren tries with one post, and goes on when that works."
)
KEEPS_DISTANCE: Final = (
    "Posts on {label} keep a distance of {span} from each other. This one leaves next."
)
QUOTA_USED_UP: Final = (
    "{label} takes {limit} posts in {span} from one account, and that many went out. This one "
    "leaves as soon as there is room."
)
QUOTA_TOLD: Final = (
    "{label} says that all {limit} of “{name}” are used up. This post leaves when there are new "
    "ones."
)
APP_QUOTA: Final = (
    "{label} takes only so much in {span} from this installation, and that is used up. This post "
    "leaves when there is room."
)

# -- Why a delivery ended without a post ----------------------------------------------------------

APPROVAL_GONE: Final = (
    "The post was changed, or its approval withdrawn, before it went out, so it was not posted. "
    "Approve it again."
)
APPROVAL_OVER: Final = (
    "The approval of this post held for some days, and they are over, so it was not posted. "
    "Approve it again."
)
POLICY_OVER: Final = (
    "The policy that let this post go is withdrawn or over, so it was not posted. A person decides "
    "now."
)
ACCOUNT_GONE: Final = "The channel of this post was removed, so it was not posted. Choose another."
BRAND_GONE: Final = "The brand of this post was deleted, so it was not posted."
NO_CHANNEL: Final = (
    "This installation has no channel called “{platform}” any more, so the post was not sent. "
    "Choose another channel."
)
GAVE_UP: Final = "{reason} After {attempts} tries Warren gave up. Nothing was posted: try again."
WITHDRAWN: Final = "The post was withdrawn before it went out."
WITH_ITS_POST: Final = "with_its_post"
POST_NOT_OUT: Final = "The post itself did not go out, so nothing was put under it."
NOT_FOUND_GAVE_UP: Final = (
    "{label} took no post in {attempts} tries, and none of them is there. Try again later."
)

# -- Accepted: it is there, and worked on ----------------------------------------------------------

ACCEPTED: Final = "accepted"
"""Code in `Delivery.error_code` while `error_message` says what is waited for."""
WORKED_OFF: Final = "{label} had taken the post in to work on it, and it is out now."
STILL_WORKED_ON: Final = (
    "This post is still being worked on, so it was not sent again: it could then be there twice."
)

# -- Unknown --------------------------------------------------------------------------------------

UNKNOWN_D: Final = (
    "{label} did not say whether it took the post, and offers no way to find out. Look there: is "
    "it out? Warren does not send it again by itself, because it could then be there twice."
)
UNKNOWN_LOOKED: Final = (
    "{label} did not say whether it took the post, and {count} looks for it told nothing: "
    "{reason} Look there yourself, or let Warren look again."
)
UNKNOWN_TWIN: Final = (
    "{label} says that the post is {url}, but that address belongs to another post of yours. "
    "Look there which of the two is out."
)
UNKNOWN_STOPPED: Final = (
    "{reason} {label} had been asked for something by then and offers no way to find out whether "
    "the post is there. Look there: is it out?"
)
NOT_BOOKED: Final = (
    "The post is out on {label} at {url}, but Warren could not write that down. Confirm that it is "
    "out, so that it is measured."
)
OUR_FAULT: Final = (
    "Warren itself failed while it worked on this post ({error}). Whether it went out is looked "
    "up before anything is sent again."
)
OUR_FAULT_BEFORE: Final = (
    "Warren itself failed before it sent this post ({error}). Nothing was posted; it tries again."
)

# -- Categories -----------------------------------------------------------------------------------

REFUNDED: Final = frozenset({"network", "rate_limit", "service_unavailable", "unknown"})
"""Failures that are not the post's fault: the credit comes back (specification 1c, errors)."""


def span(seconds: float) -> str:
    """A span of time as people say it: "a day", "15 minutes", "5 seconds"."""
    for size, one, many in ((86_400, "a day", "days"), (3600, "an hour", "hours")):
        if seconds >= size and seconds % size == 0:
            return one if seconds == size else f"{seconds / size:g} {many}"
    if seconds >= 60:
        return "a minute" if seconds == 60 else f"{seconds / 60:g} minutes"
    return "a second" if seconds == 1 else f"{seconds:g} seconds"


def name_of(delivery: Delivery) -> str:
    """What a delivery is of its post: "Part 2 of the thread", "The first comment", "The post"."""
    if delivery.part == Part.REPLY:
        return f"Part {delivery.occurrence.rpartition('/')[2]} of the thread"
    return "The first comment" if delivery.part == Part.COMMENT else "The post"


def act(delivery: Delivery, what: str) -> str:
    """The audit's word for what became of a delivery; a part is not told as a post."""
    return f"delivery.part_{what}" if delivery.is_follower else f"delivery.{what}"
