"""A small server that behaves like Stripe: form bodies, keys, idempotency, objects with state.

It speaks what billing/gateways/payments.py uses and refuses everything else with 404. The test
plays the customer (`pay`, `decline`) and time (`next_period`), and carries the messages itself
(`deliver`), so that it can lose, double, forge and reorder them.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from billing.services.periods import month_after
from config.kernel.clock import now

API_KEY = "sk_test_of_the_fake"
SECRET = "whsec_of_the_fake"

Object = dict[str, Any]


class Refused(Exception):
    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, "code": code}}


@dataclass
class FakeStripe:
    """Objects by id, answers by idempotency key, messages in the order in which they arose."""

    base: str = ""
    prices: dict[str, int] = field(default_factory=dict)
    objects: dict[str, Object] = field(default_factory=dict)
    answers: dict[str, tuple[str, str, int, Object]] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    requests: list[tuple[str, str, Object]] = field(default_factory=list)
    broken: int = 0
    card_is_good: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)

    # -- The customer and time -------------------------------------------------------------------

    def pay(self, session_id: str) -> None:
        """Finish a payment page as its customer."""
        session = self.objects[session_id]
        session |= {"status": "complete", "payment_status": "paid"}
        if session["mode"] == "subscription":
            price = session["line_items"]["0"]["price"]
            session["subscription"] = self._subscribe(session["customer"], price)["id"]
        else:
            item = session["line_items"]["0"]
            cents = int(item["price_data"]["unit_amount"]) * int(item["quantity"])
            self._bill(session["customer"], cents, "paid", "Credits")
        self._happened("checkout.session.completed", session)

    def next_period(self, subscription_id: str, *, pays: bool = True) -> None:
        """A month goes by: a draft first, then it is collected, or not."""
        self.open_period(subscription_id)
        if self.objects[subscription_id]["status"] != "canceled":
            self.collect(subscription_id, pays=pays)

    def open_period(self, subscription_id: str) -> None:
        subscription = self.objects[subscription_id]
        item = subscription["items"]["data"][0]
        item["current_period_start"] = item["current_period_end"]
        start = datetime.fromtimestamp(item["current_period_start"], now().tzinfo)
        item["current_period_end"] = int(month_after(start, start.day).timestamp())
        if subscription["cancel_at_period_end"]:
            subscription["status"] = "canceled"
            self._happened("customer.subscription.deleted", subscription)
            return
        cents = self.prices[item["price"]["id"]]
        invoice = self._bill(subscription["customer"], cents, "draft", "Plan", subscription)
        subscription["latest_invoice"] = invoice["id"]
        self._happened("customer.subscription.updated", subscription)

    def collect(self, subscription_id: str, *, pays: bool) -> None:
        subscription = self.objects[subscription_id]
        invoice = self.objects[subscription["latest_invoice"]]
        invoice["status"] = "paid" if pays else "open"
        invoice["amount_paid"] = invoice["total"] if pays else 0
        subscription["status"] = "active" if pays else "past_due"
        self._happened("invoice.paid" if pays else "invoice.payment_failed", invoice)
        self._happened("customer.subscription.updated", subscription)

    def end(self, subscription_id: str, status: str = "canceled") -> None:
        subscription = self.objects[subscription_id]
        subscription["status"] = status
        kind = "deleted" if status == "canceled" else "updated"
        self._happened(f"customer.subscription.{kind}", subscription)

    def deliver(
        self,
        client: Any,
        event: Object,
        *,
        secret: str = SECRET,
        skew: timedelta = timedelta(),
        body: str = "",
    ) -> int:
        """Send one message to our door, signed as Stripe does; returns the status."""
        text = body or json.dumps(event, indent=2)
        at = int((now() + skew).timestamp())
        signature = stripe.WebhookSignature.generate_signature_header(text, secret, at)
        answer = client.post(
            "/hooks/stripe/",
            text,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        return int(answer.status_code)

    def of_kind(self, prefix: str) -> list[Object]:
        return [each for id, each in self.objects.items() if id.startswith(prefix)]

    # -- The API ---------------------------------------------------------------------------------

    def answer(self, method: str, path: str, params: Object, key: str) -> tuple[int, Object]:
        with self.lock:
            self.requests.append((method, path, params))
            if self.broken:
                self.broken -= 1
                raise Refused(503, "api_error", "Stripe is away")
            said = json.dumps(params, sort_keys=True)
            if key in self.answers:
                before_path, before, status, body = self.answers[key]
                if (before_path, before) != (path, said):
                    raise Refused(400, "idempotency_error", "Same key, other parameters")
                return status, body
            status, body = 200, self._do(method, path, params)
            if method == "POST" and key:
                self.answers[key] = (path, said, status, json.loads(json.dumps(body)))
            return status, body

    def _do(self, method: str, path: str, params: Object) -> Object:
        if (method, path) == ("POST", "/v1/customers"):
            return self._make("cus", "customer", **params)
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            return self._session(params)
        if (method, path) == ("POST", "/v1/billing_portal/sessions"):
            self._find(params["customer"])
            return self._make("bps", "billing_portal.session", url=f"{self.base}/portal", **params)
        if found := re.fullmatch(r"/v1/(subscriptions|invoices|checkout/sessions)/(\w+)", path):
            thing = self._find(found[2])
            if method == "POST" and found[1] == "subscriptions":
                return self._update(thing, params)
            return self._shown(thing, params)
        raise Refused(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path})")

    def _session(self, params: Object) -> Object:
        self._find(params["customer"])
        price = params["line_items"]["0"].get("price")
        if price is not None and price not in self.prices:
            raise Refused(400, "invalid_request_error", f"No such price: '{price}'")
        session = self._make(
            "cs_test", "checkout.session", status="open", payment_status="unpaid", **params
        )
        session["url"] = f"{self.base}/pay/{session['id']}"
        session["subscription"] = None
        return session

    def _subscribe(self, customer: str, price: str) -> Object:
        start = now()
        period = {
            "current_period_start": int(start.timestamp()),
            "current_period_end": int(month_after(start, start.day).timestamp()),
        }
        subscription = self._make(
            "sub",
            "subscription",
            customer=customer,
            status="active",
            cancel_at_period_end=False,
            cancel_at=None,
        )
        item = {"id": f"si_{secrets.token_hex(6)}", "price": {"id": price}, **period}
        subscription["items"] = {"object": "list", "data": [item]}
        invoice = self._bill(customer, self.prices[price], "paid", "Plan", subscription)
        subscription["latest_invoice"] = invoice["id"]
        self._happened("customer.subscription.created", subscription)
        self._happened("invoice.paid", invoice)
        return subscription

    def _update(self, subscription: Object, params: Object) -> Object:
        if "cancel_at_period_end" in params:
            subscription["cancel_at_period_end"] = params["cancel_at_period_end"] == "true"
        if "items" in params:
            wanted, item = params["items"]["0"], subscription["items"]["data"][0]
            assert wanted["id"] == item["id"]
            if wanted["price"] not in self.prices:
                raise Refused(400, "invalid_request_error", "No such price")
            if params["proration_behavior"] == "always_invoice":
                if not self.card_is_good:
                    raise Refused(402, "card_error", "Your card was declined.", "card_declined")
                more = self.prices[wanted["price"]] - self.prices[item["price"]["id"]]
                invoice = self._bill(
                    subscription["customer"], more // 2, "paid", "Change", subscription
                )
                subscription["latest_invoice"] = invoice["id"]
                self._happened("invoice.paid", invoice)
            item["price"] = {"id": wanted["price"]}
        self._happened("customer.subscription.updated", subscription)
        return subscription

    def _bill(
        self, customer: str, cents: int, status: str, words: str, subscription: Object | None = None
    ) -> Object:
        parent = {"subscription_details": {"subscription": (subscription or {}).get("id")}}
        start = int(now().timestamp())
        line = {"description": words, "period": {"start": start, "end": start + 2_592_000}}
        invoice = self._make(
            "in",
            "invoice",
            customer=customer,
            status=status,
            total=cents,
            amount_paid=cents if status == "paid" else 0,
            currency="usd",
            number=f"WAR-{len(self.of_kind('in_')) + 1:04}",
            parent=parent if subscription else None,
            lines={"object": "list", "data": [line]},
        )
        invoice["hosted_invoice_url"] = f"{self.base}/i/{invoice['id']}"
        invoice["invoice_pdf"] = f"{self.base}/i/{invoice['id']}/pdf"
        return invoice

    def _make(self, prefix: str, kind: str, **fields: Any) -> Object:
        made = {
            "id": f"{prefix}_{secrets.token_hex(8)}",
            "object": kind,
            "created": int(now().timestamp()),
            **fields,
        }
        self.objects[made["id"]] = made
        return made

    def _find(self, id: str) -> Object:
        if id not in self.objects:
            raise Refused(404, "invalid_request_error", f"No such object: '{id}'")
        return self.objects[id]

    def _shown(self, thing: Object, params: Object) -> Object:
        shown = dict(thing)
        for name in (params.get("expand") or {}).values():
            if shown.get(name):
                shown[name] = self.objects[shown[name]]
        return shown

    def _happened(self, kind: str, thing: Object) -> None:
        self.events.append(
            {
                "id": f"evt_{secrets.token_hex(8)}",
                "object": "event",
                "type": kind,
                "created": int(now().timestamp()),
                "data": {"object": json.loads(json.dumps(thing))},
            }
        )


def nested(pairs: list[tuple[str, str]]) -> Object:
    """`line_items[0][price]=x` as Stripe reads it: dictionaries all the way down."""
    found: Object = {}
    for name, value in pairs:
        parts = re.findall(r"[^\[\]]+", name)
        place = found
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return found


def handler_of(fake: FakeStripe) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET", urlsplit(self.path).query)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            kind = self.headers.get("Content-Type", "")
            assert kind.startswith("application/x-www-form-urlencoded"), kind
            self._serve("POST", body)

        def _serve(self, method: str, form: str) -> None:
            params = nested(parse_qsl(form, keep_blank_values=True))
            key = self.headers.get("Idempotency-Key") or ""
            try:
                if self.headers.get("Authorization") != f"Bearer {API_KEY}":
                    raise Refused(401, "invalid_request_error", "Invalid API Key provided")
                status, body = fake.answer(method, urlsplit(self.path).path, params, key)
            except Refused as error:
                status, body = error.status, error.body
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Request-Id", f"req_{secrets.token_hex(6)}")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def running_fake() -> Iterator[FakeStripe]:
    fake = FakeStripe()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(fake))
    server.daemon_threads = True
    fake.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
