"""Schnorr signatures over secp256k1 (BIP-340), for networks that identify people by such keys.

What touches a secret is multiplied by OpenSSL, through `cryptography`; only a sum and a product
modulo the curve's order are done here, in Python's integers, which are not constant in time.
Checking a signature is all Python: there everything is public.

Source: BIP-340 as of 2026-11; tests/kernel/test_schnorr.py has its published vectors.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

Point = tuple[int, int]
"""(x, y) on the curve; None stands for infinity."""

BASE: Point = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def public_key(secret: bytes) -> bytes:
    """The 32 bytes that stand for a secret of 32 bytes. Raises ValueError if it is none."""
    return _multiplied(_number(secret))[0].to_bytes(32)


def sign(secret: bytes, message: bytes, randomness: bytes | None = None) -> bytes:
    """64 bytes that only this secret can make for a message. Raises ValueError if it is none.

    `randomness` is 32 fresh bytes unless it is given, as the vectors do.
    """
    number = _number(secret)
    x, y = _multiplied(number)
    number = number if y % 2 == 0 else ORDER - number
    aux = _tagged("BIP0340/aux", randomness or secrets.token_bytes(32))
    masked = (number ^ int.from_bytes(aux)).to_bytes(32)
    key = x.to_bytes(32)
    nonce = int.from_bytes(_tagged("BIP0340/nonce", masked + key + message)) % ORDER
    if nonce == 0:
        raise ValueError("this nonce is none")
    r_x, r_y = _multiplied(nonce)
    nonce = nonce if r_y % 2 == 0 else ORDER - nonce
    commitment = r_x.to_bytes(32)
    challenge = _challenge(commitment, key, message)
    return commitment + ((nonce + challenge * number) % ORDER).to_bytes(32)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of a message was made by the secret behind a public key."""
    point = _lifted(int.from_bytes(key)) if len(key) == 32 else None
    if point is None or len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if r >= FIELD or s >= ORDER:
        return False
    challenge = _challenge(signature[:32], key, message)
    found = _added(_times(BASE, s), _times(point, ORDER - challenge))
    return found is not None and found[1] % 2 == 0 and found[0] == r


def _number(secret: bytes) -> int:
    number = int.from_bytes(secret)
    if len(secret) != 32 or not 0 < number < ORDER:
        raise ValueError("a secret is 32 bytes, below the order of the curve")
    return number


def _multiplied(number: int) -> Point:
    numbers = ec.derive_private_key(number, ec.SECP256K1()).public_key().public_numbers()
    return numbers.x, numbers.y


def _tagged(tag: str, content: bytes) -> bytes:
    name = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(name + name + content).digest()


def _challenge(commitment: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(_tagged("BIP0340/challenge", commitment + key + message)) % ORDER


def _lifted(x: int) -> Point | None:
    """The point with this x and an even y; None where the curve has none."""
    if x >= FIELD:
        return None
    square = (pow(x, 3, FIELD) + 7) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    if pow(y, 2, FIELD) != square:
        return None
    return x, y if y % 2 == 0 else FIELD - y


def _added(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and one[1] != other[1]:
        return None
    if one == other:
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, FIELD) % FIELD
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD) % FIELD
    x = (slope * slope - one[0] - other[0]) % FIELD
    return x, (slope * (one[0] - x) - one[1]) % FIELD


def _times(point: Point, number: int) -> Point | None:
    total: Point | None = None
    doubled: Point | None = point
    while number:
        if number & 1:
            total = _added(total, doubled)
        doubled = _added(doubled, doubled)
        number >>= 1
    return total
