from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from publishing.models import Delivery


def brands_of_deliveries(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Names of the brands whose posts these deliveries were, by the delivery's id."""
    rows = Delivery.objects.filter(pk__in=list(ids)).order_by()
    return dict(rows.values_list("pk", "pending_post__brand__name"))
