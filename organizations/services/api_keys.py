"""Keys of the API: made once, shown once, kept as a digest, checked anew at every request.

wrn_4kQz81Lm_9fN2…(32 characters)…XbT3…(6 characters)
|   |        |                       checksum of all before it, so that scanners know a key
|   |        secret: 32 characters of base62, 190 bits
|   prefix: tells keys apart on pages and in logs
whose key it is
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.secret import Secret
from organizations.models import ApiKey, AuditCategory, Membership, Role, User

from .api_scopes import checked_scopes, role_for
from .app_settings import setting
from .audit import record

ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX_CHARACTERS: Final = 8
SECRET_CHARACTERS: Final = 32
CHECKSUM_CHARACTERS: Final = 6
LIFETIMES_DAYS: Final = (30, 90, 365)
DEFAULT_DAYS: Final = 90
MOST_REQUESTS_PER_MINUTE: Final = 6_000
MOST_ADDRESSES: Final = 20
MOST_KEYS: Final = 50
_FORM: Final = re.compile(rf"wrn_[0-9A-Za-z]{{{PREFIX_CHARACTERS}}}_[0-9A-Za-z]{{36,80}}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key's row, and the key itself, which nobody can show a second time."""

    row: ApiKey
    text: Secret[str]


def create_api_key(
    *,
    name: str,
    scopes: Iterable[str],
    by: User,
    days: int = DEFAULT_DAYS,
    requests_per_minute: int | None = None,
    allowed_addresses: Sequence[str] = (),
) -> NewKey:
    """Make a key that acts for `by` within the scopes, for 30, 90 or 365 days.

    Raises Invalid, naming the field; Forbidden when a scope needs more than the person's own role;
    Conflict when the team has 50 keys that are neither revoked nor expired.
    """
    with org_atomic():
        _refuse_more_keys()
        chosen = checked_scopes(scopes)
        _refuse_more_than_own(chosen, by)
        new = _new_key(
            name=_checked_name(name),
            scopes=chosen,
            created_by=by,
            requests_per_minute=_checked_rate(requests_per_minute),
            allowed_addresses=checked_networks(allowed_addresses),
            expires_at=now() + timedelta(days=_checked_days(days)),
        )
        record(
            action="api_key.created",
            target=new.row,
            by=by,
            category=AuditCategory.SECURITY,
            after=_rights(new.row),
        )
    return new


def revoke_api_key(*, key: ApiKey, by: User | None, reason: str = "") -> ApiKey:
    """Stop a key from its next request on, for good. A second time changes nothing."""
    with org_atomic():
        row = ApiKey.objects.select_for_update().get(pk=key.pk)
        if row.revoked_at is None:
            _revoke(row)
            record(
                action="api_key.revoked",
                target=row,
                by=by,
                category=AuditCategory.SECURITY,
                reason=reason,
                data={"name": row.name, "prefix": row.prefix},
            )
    return row


def rotate_api_key(*, key: ApiKey, by: User) -> NewKey:
    """Stop a key and make another with the same rights and the same length of life.

    The new one acts for whoever rotates, since they see it. Raises Conflict for a key that is
    revoked already, Forbidden when its scopes need more than the person's own role.
    """
    with org_atomic():
        row = ApiKey.objects.select_for_update().get(pk=key.pk)
        if row.revoked_at is not None:
            raise Conflict("This key is revoked already. Make a new one.", code="key_revoked")
        _refuse_more_than_own(row.scopes, by)
        _revoke(row)
        new = _new_key(
            name=row.name,
            scopes=row.scopes,
            created_by=by,
            requests_per_minute=row.requests_per_minute,
            allowed_addresses=row.allowed_addresses,
            expires_at=now() + (row.expires_at - row.created_at),
        )
        record(
            action="api_key.rotated",
            target=new.row,
            by=by,
            category=AuditCategory.SECURITY,
            before={"prefix": row.prefix},
            after={"prefix": new.row.prefix},
            data={"replaces": str(row.pk), "name": row.name},
        )
    return new


def new_key_text() -> str:
    """A key as people are shown it. Random; its last six characters follow from the others."""
    body = f"wrn_{_random(PREFIX_CHARACTERS)}_{_random(SECRET_CHARACTERS)}"
    return body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of the key before it, in six characters of base62.

    Against typing errors and for scanners that look for leaked keys offline; it protects nothing.
    """
    rest, characters = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_CHARACTERS):
        rest, digit = divmod(rest, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    return characters


def is_well_formed(text: str) -> bool:
    """Whether a text can be a key at all; what cannot is refused without asking the database."""
    body, ending = text[:-CHECKSUM_CHARACTERS], text[-CHECKSUM_CHARACTERS:]
    return bool(_FORM.fullmatch(text)) and checksum(body) == ending


def digest_of(text: str) -> str:
    """What is stored of a key: SHA-256 in hex. 190 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def checked_networks(addresses: Iterable[str]) -> list[str]:
    """Addresses and networks as people write them, in their shortest form, each once."""
    found: list[str] = []
    for text in (each.strip() for each in addresses):
        if not text:
            continue
        try:
            network = str(ip_network(text, strict=False))
        except ValueError:
            raise Invalid(
                f"{text[:60]} is no address or network. Write 203.0.113.7 or 203.0.113.0/24.",
                field="allowed_addresses",
            ) from None
        if network not in found:
            found.append(network)
    if len(found) > MOST_ADDRESSES:
        raise Invalid(f"At most {MOST_ADDRESSES} networks a key.", field="allowed_addresses")
    return found


def is_allowed_from(key: ApiKey, address: str) -> bool:
    """Whether a key works from an address; one that nobody knows is outside every network."""
    if not key.allowed_addresses:
        return True
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    # An IPv4 caller on an IPv6 socket.
    caller = getattr(caller, "ipv4_mapped", None) or caller
    return any(caller in ip_network(network) for network in key.allowed_addresses)


def _new_key(**fields: object) -> NewKey:
    text = new_key_text()
    row = ApiKey.objects.create(
        prefix=text[: 4 + PREFIX_CHARACTERS], digest=digest_of(text), **fields
    )
    return NewKey(row, Secret(text))


def _refuse_more_keys() -> None:
    living = ApiKey.objects.filter(revoked_at=None, expires_at__gt=now())
    if living.count() >= MOST_KEYS:
        raise Conflict(
            f"This team has {MOST_KEYS} keys, and nobody keeps an eye on more. Revoke those that "
            "no program uses.",
            code="too_many_keys",
        )


def _revoke(row: ApiKey) -> None:
    row.revoked_at = now()
    row.save(update_fields=["revoked_at", "updated_at"])


def _refuse_more_than_own(names: Iterable[str], by: User) -> None:
    membership = Membership.objects.filter(user=by).first()
    needed = role_for(names)
    if membership is None or not Role(membership.role).covers(needed):
        raise Forbidden(
            f"A key acts for the person who makes it, and one of these scopes needs the role "
            f"{needed.label.lower()}. Choose fewer scopes, or ask an admin to make the key.",
            code="scope_too_wide",
        )


def _rights(row: ApiKey) -> dict[str, object]:
    return {
        "name": row.name,
        "prefix": row.prefix,
        "scopes": list(row.scopes),
        "requests_per_minute": row.requests_per_minute,
        "allowed_addresses": list(row.allowed_addresses),
        "expires_at": row.expires_at.isoformat(),
    }


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid("Name the key after the program that will use it.", field="name")
    if len(name) > 80:
        raise Invalid("At most 80 characters for the name.", field="name")
    return name


def _checked_days(days: int) -> int:
    if days not in LIFETIMES_DAYS:
        raise Invalid("A key lives for 30, 90 or 365 days.", field="days")
    return days


def _checked_rate(rate: int | None) -> int:
    rate = int(setting("api_requests_per_minute")) if rate is None else rate
    if not 1 <= rate <= MOST_REQUESTS_PER_MINUTE:
        raise Invalid(
            f"Choose 1 to {MOST_REQUESTS_PER_MINUTE:,} requests a minute.",
            field="requests_per_minute",
        )
    return rate


def _random(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
