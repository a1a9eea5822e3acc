"""How much of something an organization may have. Billing answers; without it, there is no end."""

from __future__ import annotations

from config.kernel.errors import PaymentRequired
from config.kernel.hooks import Slot


class Entitlements:
    """What a plan allows of each countable thing: members, brands, accounts, API requests."""

    def limit(self, name: str) -> int | None:
        """The most of a thing that the organization in scope may have; None is without end."""
        return None


entitlements: Slot[Entitlements] = Slot("entitlements", Entitlements)


def require_room(name: str, *, now: int, adding: int = 1) -> None:
    """Refuse what the plan does not cover. `now` is how many there are, `name` a plural noun.

    Raises PaymentRequired (code `plan_limit`); a bigger plan helps, a retry does not.
    """
    source = entitlements.get()
    limit = source.limit(name) if source else None
    if limit is not None and now + adding > limit:
        things = name.replace("_", " ")
        things = things.removesuffix("s") if limit == 1 else things
        raise PaymentRequired(
            f"Your plan covers {limit} {things} and you have {now}. Nothing was changed. Choose a "
            "bigger plan under Billing, or remove one first.",
            code="plan_limit",
        )
