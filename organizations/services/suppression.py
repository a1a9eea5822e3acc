from __future__ import annotations

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import Suppression
from organizations.privacy.digests import keyed, keyed_ever, normalised

PURPOSE = "suppression"


def suppress(*, email: str, reason: str) -> Suppression:
    """Never write to this address again, nor take it in, for the organization in scope.

    Keeps a keyed digest of the normalised address and not the address, so that it outlives the
    erasure of its person. The first reason stays. Idempotent.
    """
    with org_atomic():
        row, _ = Suppression.objects.get_or_create(
            digest=keyed(PURPOSE, normalised(email)),
            defaults={"reason": Suppression.Reason(reason)},
        )
    return row


def is_suppressed(email: str) -> bool:
    """Whether the organization in scope may not write to this address; ask before every mail."""
    with org_atomic():
        digests = keyed_ever(PURPOSE, normalised(email))
        return Suppression.objects.filter(digest__in=digests).exists()


def without_suppressed(emails: list[str]) -> list[str]:
    """Those of the addresses that may be written to or taken in, in order; one query for all."""
    digests = {email: keyed_ever(PURPOSE, normalised(email)) for email in emails}
    asked = [digest for each in digests.values() for digest in each]
    with org_atomic():
        known = set(Suppression.objects.filter(digest__in=asked).values_list("digest", flat=True))
    return [email for email in emails if known.isdisjoint(digests[email])]


def require_not_suppressed(email: str, *, field: str = "email") -> None:
    """Raises Invalid (code `suppressed`) for an address that may not be written to."""
    if is_suppressed(email):
        raise Invalid(
            "This address asked not to be written to, or its mail comes back, so nothing was "
            "sent. Ask the person to sign up themselves.",
            code="suppressed",
            field=field,
        )
