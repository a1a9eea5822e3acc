"""The templates that a team begins with: one of each kind, with gaps that say what goes in them."""

from __future__ import annotations

from typing import Any, Final

_BRAND = {"help": "The brand's name.", "default": ""}
_LINK = {"help": "Where the reader goes next.", "default": ""}

STARTERS: Final[tuple[dict[str, Any], ...]] = (
    {
        "starter": "post",
        "kind": "post",
        "name": "News in three lines",
        "body": "{{ news }}\n\nWhat it means for you: {{ benefit }}\n\n{{ question }}",
        "variables": {
            "news": {"help": "What is new, in one sentence with its date or number."},
            "benefit": {"help": "What the reader gains or is spared."},
            "question": {
                "help": "Something that the reader can answer from experience.",
                "default": "How do you do it?",
            },
        },
    },
    {
        "starter": "ad",
        "kind": "ad",
        "name": "Offer with an end",
        "subject": "{{ offer }}",
        "body": (
            "{{ problem }}\n\n{{ brand }} has something for it: {{ offer }}.\n\n"
            "Until {{ ends_on }}: {{ link }}"
        ),
        "variables": {
            "offer": {"help": "What is offered, with its price as it stands in your list."},
            "problem": {"help": "What the reader has trouble with, in their own words."},
            "ends_on": {"help": "The last day of the offer."},
            "brand": _BRAND,
            "link": _LINK,
        },
    },
    {
        "starter": "story",
        "kind": "story",
        "name": "A customer's day",
        "body": "",
        "sections": [
            {"title": "Before", "body": "{{ customer }} had a problem: {{ problem }}."},
            {"title": "The turn", "body": "Then {{ brand }} came in: {{ what_we_did }}."},
            {"title": "After", "body": "Today {{ result }}."},
        ],
        "variables": {
            "customer": {"help": "Who it is, as far as they agreed to be named."},
            "problem": {"help": "What went wrong before."},
            "what_we_did": {"help": "What you did, in one or two steps."},
            "result": {"help": "What is different now, with a figure that you can prove."},
            "brand": _BRAND,
        },
    },
    {
        "starter": "email",
        "kind": "email",
        "name": "News by e-mail",
        "subject": "{{ news }}",
        "body": (
            "Hello {{ first_name }},\n\n{{ news }}\n\n{{ details }}\n\nRead more: {{ link }}\n\n"
            "{{ sender }}\n{{ brand }}"
        ),
        "variables": {
            "first_name": {"help": "Of whom you write to.", "default": "there"},
            "news": {"help": "What is new, in at most nine words."},
            "details": {"help": "Two or three sentences on it."},
            "sender": {"help": "Who signs."},
            "brand": _BRAND,
            "link": _LINK,
        },
    },
    {
        "starter": "proposal",
        "kind": "proposal",
        "name": "Proposal on one page",
        "subject": "Proposal for {{ client }}",
        "body": "",
        "sections": [
            {"title": "What you want to reach", "body": "{{ goal }}"},
            {"title": "What we suggest", "body": "{{ approach }}"},
            {"title": "Time and price", "body": "{{ timeline }}\n\n{{ price }}"},
            {"title": "Next step", "body": "{{ next_step }}\n\n{{ brand }}, {{ website }}"},
        ],
        "variables": {
            "client": {"help": "For whom it is."},
            "goal": {"help": "Their goal, in their words."},
            "approach": {"help": "Three steps at most."},
            "timeline": {"help": "When it begins and ends."},
            "price": {"help": "The price as you can stand by it."},
            "next_step": {
                "help": "What they do to say yes.",
                "default": "Answer this letter, and we begin.",
            },
            "brand": _BRAND,
            "website": {"help": "Your address on the web.", "default": ""},
        },
    },
)
