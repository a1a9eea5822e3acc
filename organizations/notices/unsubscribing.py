"""The way out of mail that needs no sign-in: a signed link that names person, team and kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from config.kernel.errors import NotFound

_SALT = "notices.unsubscribe"


@dataclass(frozen=True, slots=True)
class WayOut:
    organization_id: UUID
    user_id: UUID
    kinds: tuple[str, ...]


def token_for(organization_id: UUID, user_id: UUID, kinds: Sequence[str]) -> str:
    """Never expires: a mail may be found years later, and the wish is still plain."""
    return signing.dumps([organization_id.hex, user_id.hex, *kinds], salt=_SALT, compress=True)


def read_token(token: str) -> WayOut:
    """Raises NotFound for a link that was changed or cut on its way."""
    try:
        organization_id, user_id, *kinds = signing.loads(token, salt=_SALT)
        return WayOut(UUID(organization_id), UUID(user_id), tuple(kinds))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(
            "This link is not complete. Open it from the mail again, or change your notifications "
            "in Warren."
        ) from error
