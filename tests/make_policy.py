"""Builders for what the agent may do by itself: signed policies."""

from __future__ import annotations

from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from organizations.models import User
from publishing.models import ContractStatus, PolicyContract
from publishing.services.contracts import terms_hash


def signed_policy(brand: BrandProfile, by: User | None = None, **fields: Any) -> PolicyContract:
    """A policy in force, as wide as one can be: nothing but what always asks a person asks one."""
    row = PolicyContract(
        **{
            "brand": brand,
            "number": 1,
            "status": ContractStatus.SIGNED,
            "timezone": brand.timezone,
            "posts_per_day": 100,
            "first_posts_reviewed": 0,
            "signed_by": by,
            "signed_name": "Olivia Owner",
            "signed_at": now(),
            **fields,
        }
    )
    row.terms_hash = terms_hash(row)
    row.save(force_insert=True)
    return row
