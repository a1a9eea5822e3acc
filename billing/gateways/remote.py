"""What the payment provider says, in our words. No network and no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteSubscription:
    """A subscription as the provider has it now. `is_settled`: its latest bill is paid."""

    id: str
    customer_id: str
    status: str
    item_id: str
    price_id: str
    started_at: datetime
    ends_at: datetime
    cancels: bool
    is_settled: bool


@dataclass(frozen=True, slots=True)
class RemoteInvoice:
    """A bill; amounts in cents."""

    id: str
    customer_id: str
    subscription_id: str
    number: str
    description: str
    status: str
    total_cents: int
    paid_cents: int
    currency: str
    hosted_url: str
    pdf_url: str
    issued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RemoteSession:
    """One visit to the provider's payment page."""

    id: str
    url: str
    mode: str
    is_paid: bool
    customer_id: str
    subscription_id: str
    credits: int


@dataclass(frozen=True, slots=True)
class Message:
    """A verified message: which object to look at, and no more than that."""

    id: str
    kind: str
    object_id: str
    customer_id: str
    sent_at: datetime


def subscription_from(body: Json) -> RemoteSubscription:
    # Since the API of March 2025 the period stands on the item and not on the subscription.
    item = body["items"]["data"][0]
    invoice = body.get("latest_invoice")
    return RemoteSubscription(
        id=body["id"],
        customer_id=_id(body.get("customer")),
        status=body["status"],
        item_id=item["id"],
        price_id=_id(item["price"]),
        started_at=_moment(item.get("current_period_start") or body["current_period_start"]),
        ends_at=_moment(item.get("current_period_end") or body["current_period_end"]),
        cancels=bool(body.get("cancel_at_period_end") or body.get("cancel_at")),
        is_settled=not isinstance(invoice, Mapping) or invoice.get("status") in {"paid", "void"},
    )


def invoice_from(body: Json) -> RemoteInvoice:
    details = (body.get("parent") or {}).get("subscription_details") or {}
    lines = (body.get("lines") or {}).get("data") or []
    line = lines[0] if lines else {}
    # The bill's own period is the one before; the line says what is paid for.
    period = line.get("period") or {}
    return RemoteInvoice(
        id=body["id"],
        customer_id=_id(body.get("customer")),
        subscription_id=_id(details.get("subscription") or body.get("subscription")),
        number=body.get("number") or "",
        description=str(body.get("description") or line.get("description") or "")[:200],
        status=body.get("status") or "draft",
        total_cents=int(body.get("total") or 0),
        paid_cents=int(body.get("amount_paid") or 0),
        currency=str(body.get("currency") or "").upper(),
        hosted_url=_web(body.get("hosted_invoice_url")),
        pdf_url=_web(body.get("invoice_pdf")),
        issued_at=_moment(body["created"]),
        started_at=_moment(period["start"]) if period.get("start") else None,
        ended_at=_moment(period["end"]) if period.get("end") else None,
    )


def session_from(body: Json) -> RemoteSession:
    credits = str((body.get("metadata") or {}).get("credits") or "0")
    return RemoteSession(
        id=body["id"],
        url=_web(body.get("url")),
        mode=body["mode"],
        is_paid=body.get("payment_status") in {"paid", "no_payment_required"},
        customer_id=_id(body.get("customer")),
        subscription_id=_id(body.get("subscription")),
        credits=int(credits) if credits.isdigit() else 0,
    )


def message_from(body: Json) -> Message:
    """Raises KeyError, TypeError or ValueError when it is no message of the provider's."""
    thing = body["data"]["object"]
    is_customer = thing.get("object") == "customer"
    return Message(
        id=_text(body["id"]),
        kind=_text(body["type"])[:80],
        object_id=_text(thing.get("id") or ""),
        customer_id=_id(thing["id"] if is_customer else thing.get("customer")),
        sent_at=_moment(body["created"]),
    )


def _id(value: Any) -> str:
    """The id of an object, whether it came whole or as its id alone."""
    if isinstance(value, Mapping):
        return str(value.get("id") or "")
    return str(value or "")


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 120:
        raise ValueError("An id is a short text.")
    return value


def _web(value: Any) -> str:
    """Only what a browser opens as a page: the address ends up in a link."""
    text = str(value or "")
    return text if text.startswith(("https://", "http://")) and len(text) <= 1000 else ""


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
