"""What Meta's Graph API says when it refuses, and what that leaves behind; for all four networks.

Graph answers nearly everything with status 400 and tells by its own codes, some of them subcodes. A
rule's code is "<code>/<subcode>", a subcode alone or a code alone, the most telling one first.

Source: Meta's pages "Handling Errors" (Graph API), "Error Codes" (Instagram Platform) and
"Troubleshooting" (Threads API), as of 2026-11, and the codes that public clients met. Known to act
although it says no: 20/1772107, 1 and 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .errors import UNPARSABLE, Answer, ChannelError, Outcome, RetryTable, Rule
from .rest import count, dig

PAUSE_SECONDS = 900.0
"""Where Meta names no time: its limits count over an hour that moves along."""

BUSY = "{label} has taken as many calls as it allows for now. Warren sends the post after a pause."
UNCLEAR = Rule(
    Outcome.AMBIGUOUS,
    "{label} failed while it worked on the post and may have taken it. Warren looks for it before "
    "sending again.",
)
NO_RIGHT = Rule(
    Outcome.RECONNECT,
    "{label} does not let Warren post there: {detail} Check that your role may create content and "
    "that nothing was unticked, then connect the account again.",
)
SPAM = Rule(
    Outcome.REFUSED,
    "{label} takes this for spam or too much of the same: {detail} Look at the account's messages "
    "there, change the post and send it later.",
)
UNREADABLE_FILE = Rule(
    Outcome.REFUSED,
    "{label} could not use a picture or the video: {detail} Save it again in another format and "
    "replace it.",
)
NOT_FETCHED = Rule(
    Outcome.REFUSED,
    "{label} could not fetch a picture or the video from this installation: {detail} Its operator "
    "has to see that WARREN_BASE_URL can be reached from outside.",
)

COMMON: dict[Answer, Rule] = {
    (None, "20/1772107"): UNCLEAR,
    (None, "1"): UNCLEAR,
    (None, "2"): UNCLEAR,
    (None, "4"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "17"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "32"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "341"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "613"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "80001"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "80002"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "80008"): Rule(Outcome.RATE_LIMITED, BUSY),
    (None, "102"): Rule(Outcome.RECONNECT),
    (None, "190"): Rule(Outcome.RECONNECT),
    (None, "10"): NO_RIGHT,
    (None, "3"): NO_RIGHT,
    (None, "200"): NO_RIGHT,
    (None, "299"): NO_RIGHT,
    (None, "368"): SPAM,
    (None, "100/33"): Rule(
        Outcome.REFUSED,
        "{label} does not know what this post belongs to. It may have been deleted there.",
    ),
    (None, "2635"): Rule(
        Outcome.REFUSED,
        "{label} no longer speaks the version of its interface that this installation uses. Its "
        "operator has to update Warren.",
    ),
    (401, None): Rule(Outcome.RECONNECT),
    (429, None): Rule(Outcome.RATE_LIMITED, BUSY),
}

FACEBOOK: dict[Answer, Rule] = {
    (None, "1390008"): Rule(
        Outcome.RATE_LIMITED, "{label} says that posts come too fast. Warren waits and sends on."
    ),
    (None, "1346003"): SPAM,
    (None, "1404102"): Rule(
        Outcome.REFUSED,
        "{label} says that the post goes against its community standards. Change the words or the "
        "pictures.",
    ),
    (None, "1404078"): Rule(
        Outcome.RECONNECT,
        "{label} wants the page's people to complete its publishing authorisation. Open the page "
        "on the web, do what it asks, then connect the account again.",
    ),
    (None, "1404006"): Rule(
        Outcome.RECONNECT,
        "{label} wants somebody to look at the account there first. Open it on the web, do what it "
        "asks, then connect it again.",
    ),
    (None, "4854002"): Rule(
        Outcome.RECONNECT,
        "{label} wants the person who connected the page to confirm who they are. Do that on the "
        "web, then connect the account again.",
    ),
    (None, "506"): Rule(
        Outcome.REFUSED,
        "{label} has this very post already and takes no second one. Change the words.",
    ),
    (None, "1366051"): Rule(
        Outcome.REFUSED,
        "{label} has this very post already and takes no second one. Change the words.",
    ),
    (None, "1609008"): Rule(
        Outcome.REFUSED,
        "{label} takes no link to itself in a post. Take the link out.",
    ),
    (None, "1366046"): Rule(
        Outcome.REFUSED,
        "{label} takes pictures up to 4 MB as JPEG or PNG. Make this one smaller and replace it.",
    ),
    (None, "1363047"): Rule(Outcome.NOT_SENT),
    (None, "1609010"): Rule(Outcome.NOT_SENT),
    (None, "490"): Rule(Outcome.RECONNECT),
    (None, "352"): UNREADABLE_FILE,
    (None, "324"): UNREADABLE_FILE,
}

CONTAINERS: dict[Answer, Rule] = {
    (None, "2207042"): Rule(
        Outcome.RATE_LIMITED,
        "{label} has taken as many posts of this account as it allows in 24 hours. Warren sends "
        "this one when there is room again.",
    ),
    (None, "2207050"): Rule(
        Outcome.RECONNECT,
        "{label} has restricted this account. Open its app, do what it asks, then connect the "
        "account again.",
    ),
    (None, "2207051"): SPAM,
    (None, "4279013"): Rule(
        Outcome.REFUSED, "{label} has restricted what this account may do: {detail} Look there."
    ),
    (None, "2207001"): SPAM,
    (None, "2207002"): NOT_FETCHED,
    (None, "2207003"): NOT_FETCHED,
    (None, "2207052"): NOT_FETCHED,
    (None, "2207077"): NOT_FETCHED,
    (None, "2207004"): UNREADABLE_FILE,
    (None, "2207005"): UNREADABLE_FILE,
    (None, "2207026"): UNREADABLE_FILE,
    (None, "2207057"): UNREADABLE_FILE,
    (None, "2207009"): Rule(
        Outcome.REFUSED,
        "{label} takes pictures between 4:5 (upright) and 1.91:1 (wide). Crop this one and replace "
        "it.",
    ),
    (None, "36003"): Rule(
        Outcome.REFUSED,
        "{label} takes pictures between 4:5 (upright) and 1.91:1 (wide). Crop this one and replace "
        "it.",
    ),
    (None, "36000"): UNREADABLE_FILE,
    (None, "36001"): UNREADABLE_FILE,
    (None, "2207010"): Rule(
        Outcome.REFUSED, "{label} says that the text is too long: {detail} Shorten it."
    ),
    (None, "2207040"): Rule(
        Outcome.REFUSED, "{label} takes fewer mentions in a text. Take some of them out."
    ),
    (None, "2207028"): Rule(
        Outcome.REFUSED, "{label} takes 2 to 10 pictures or videos together. Change their number."
    ),
    (None, "2207008"): Rule(
        Outcome.NOT_SENT, "{label} has let what was prepared run out. Warren prepares it again."
    ),
    (None, "2207020"): Rule(
        Outcome.NOT_SENT, "{label} has let what was prepared run out. Warren prepares it again."
    ),
    (None, "2207027"): Rule(
        Outcome.NOT_SENT, "{label} is not done with the pictures yet. Warren sends the post soon."
    ),
    (None, "24"): Rule(
        Outcome.NOT_SENT, "{label} is not done with what was prepared yet. Warren sends it soon."
    ),
    (None, "2207006"): Rule(
        Outcome.NOT_SENT, "{label} no longer has what was prepared. Warren prepares it again."
    ),
    (None, "2207053"): UNCLEAR,
    (None, "2207032"): Rule(
        Outcome.NOT_SENT, "{label} could not prepare the post. Warren tries again."
    ),
}

TOKENS: dict[Answer, Rule] = {
    (None, "1"): Rule(Outcome.NOT_SENT),
    (None, "2"): Rule(Outcome.NOT_SENT),
    (None, "190"): Rule(Outcome.RECONNECT),
    (None, "101"): Rule(
        Outcome.REFUSED,
        "{label} does not know this installation's app any more. Its operator has to check the "
        "app's id and secret.",
    ),
    (None, "191"): Rule(
        Outcome.REFUSED,
        "{label} does not know this installation's address: {detail} The operator has to enter "
        "the address of return in the app's settings there.",
    ),
    (400, None): Rule(
        Outcome.REFUSED, "{label} gave no access: {detail} Start again from the beginning."
    ),
}


class MetaTable(RetryTable):
    """Meta tells in a header how many minutes a page or account has to wait."""

    def error(
        self,
        label: str,
        *,
        status: int | None,
        code: str = "",
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> ChannelError:
        error = super().error(
            label, status=status, code=code, detail=detail, headers=headers, now=now
        )
        told = headers or {}
        if error.outcome is Outcome.RATE_LIMITED and "retry-after" not in told:
            error.retry_after = _regained_after(told) or PAUSE_SECONDS
        return error

    def read(self, status: int, body: Any) -> tuple[str, str]:
        """(the most telling code that has a rule, Meta's sentence)."""
        error = dig(body, "error")
        if not isinstance(error, dict):
            # Instagram's token endpoint has a shape of its own.
            told = dig(body, "error_message") or dig(body, "error_description") or ""
            return str(dig(body, "code") or dig(body, "error") or ""), str(told)
        code, subcode = str(error.get("code") or ""), str(error.get("error_subcode") or "")
        told = error.get("error_user_msg") or error.get("message") or ""
        for name in (f"{code}/{subcode}", subcode, code):
            if (None, name) in self.rules or (status, name) in self.rules:
                return name, str(told)
        if code.isdigit() and 200 < int(code) < 300:
            return "200", str(told)
        return code, str(told)


def table(*more: Mapping[Answer, Rule]) -> MetaTable:
    rules = dict(COMMON)
    for each in more:
        rules |= each
    return MetaTable(rules)


def not_understood(label: str) -> ChannelError:
    """An answer to a question, not to a post, in which what was asked for is missing."""
    return ChannelError(
        f"{label} gave an answer that Warren cannot read. Warren asks again later.",
        code=UNPARSABLE,
    )


def is_gone(error: ChannelError) -> bool:
    return error.code in ("100/33", "803") or error.extra.get("http_status") == 404


def usage(headers: Mapping[str, str]) -> int | None:
    """The share of its calls that the app or account has used, in percent, the highest told."""
    shares = [
        share
        for entry in (_json(headers, "x-app-usage"), *_business(headers))
        for name in ("call_count", "total_time", "total_cputime")
        if (share := count(dig(entry, name))) is not None
    ]
    return min(100, max(shares)) if shares else None


def _regained_after(headers: Mapping[str, str]) -> float | None:
    minutes = [count(dig(each, "estimated_time_to_regain_access")) for each in _business(headers)]
    longest = max((each for each in minutes if each), default=0)
    return longest * 60.0 or None


def _business(headers: Mapping[str, str]) -> list[Any]:
    told = _json(headers, "x-business-use-case-usage")
    if not isinstance(told, dict):
        return []
    return [each for entries in told.values() if isinstance(entries, list) for each in entries]


def _json(headers: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(headers.get(name, "") or "null")
    except ValueError:
        return None
