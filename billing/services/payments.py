"""What an owner does with money: buys a plan or credits, changes the plan, ends it.

These talk to the payment provider, so call them with no transaction open. Nothing here gives
credits: that is done when the provider says that it was paid (payment_sync).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from billing.keys import payments
from billing.models import Plan, Subscription
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import Organization, User
from organizations.services.app_settings import setting

from .payment_sync import follow_subscription
from .subscriptions import free_plan, note, plan_downgrade, subscription_or_404

if TYPE_CHECKING:
    from billing.gateways.payments import Payments

MOST_PACKS = 50


def buy_plan(*, plan: Plan, by: User, name: str, back: str, done: str, nonce: UUID) -> str:
    """Open the payment page for a plan; returns its address. The same nonce opens the same page.

    Raises Conflict for a team that pays already (it changes its plan) and while payments are off,
    Invalid for a plan that cannot be bought, Unavailable while the provider is away.
    """
    provider = _provider()
    _refuse_unsold(plan)
    _refuse_closing()
    customer_id = _customer(provider, by=by, name=name)
    with org_atomic():
        row = subscription_or_404()
        if row.is_paid:
            raise Conflict("This team pays for a plan already. Reload the page to change it.")
        note("billing.checkout_started", row, by=by, data={"plan": plan.slug})
    session = provider.open_plan_checkout(
        customer_id=customer_id,
        price_id=plan.stripe_price_id,
        back=back,
        done=done,
        key=f"plan:{row.organization_id}:{plan.pk}:{nonce}",
    )
    return session.url


def buy_credits(*, packs: int, by: User, name: str, back: str, done: str, nonce: UUID) -> str:
    """Open the payment page for packs of credits; returns its address."""
    provider = _provider()
    if not 1 <= packs <= MOST_PACKS:
        raise Invalid(f"Buy 1 to {MOST_PACKS} packs at once.", field="packs")
    _refuse_closing()
    customer_id = _customer(provider, by=by, name=name)
    with org_atomic():
        row = subscription_or_404()
        if not row.is_running:
            raise Conflict(
                "The plan rests, so credits could not be spent. Take the plan up again first."
            )
        note("billing.checkout_started", row, by=by, data={"packs": packs})
        currency = row.plan.currency
    session = provider.open_topup_checkout(
        customer_id=customer_id,
        packs=packs,
        pack_cents=int(setting("topup_cents")),
        pack_credits=int(setting("topup_credits")),
        currency=currency,
        back=back,
        done=done,
        key=f"topup:{row.organization_id}:{packs}:{nonce}",
    )
    return session.url


def open_portal(*, by: User, name: str, back: str) -> str:
    """Open the provider's page for cards and addresses; returns its address."""
    provider = _provider()
    return provider.open_portal(customer_id=_customer(provider, by=by, name=name), back=back)


def change_plan(*, plan: Plan, by: User, nonce: UUID) -> Subscription:
    """Change the plan of a team that pays: a bigger one now, a smaller one with the next period.

    Raises PaymentRequired when the card is refused; then nothing was changed.
    """
    provider = _provider()
    with org_atomic():
        row = subscription_or_404()
    if not row.is_paid:
        raise Conflict("This team does not pay for a plan yet. Reload the page to buy one.")
    if plan == free_plan():
        return cancel_plan(by=by, nonce=nonce)
    _refuse_unsold(plan)
    remote = provider.subscription(row.stripe_subscription_id)
    if remote.price_id != plan.stripe_price_id:
        with org_atomic():
            note("billing.plan_change_asked", row, by=by, after={"plan": plan.slug})
        provider.change_price(
            subscription=remote,
            price_id=plan.stripe_price_id,
            is_upgrade=plan.price_cents > row.plan.price_cents,
            key=f"change:{remote.id}:{plan.pk}:{nonce}",
        )
    follow_subscription(row.stripe_subscription_id)
    return _fresh()


def cancel_plan(*, by: User, nonce: UUID) -> Subscription:
    """Let the plan end with its period; until then everything stays, and it can be taken back."""
    with org_atomic():
        row = subscription_or_404()
        if row.plan == free_plan():
            raise Conflict("The free plan has no end. There is nothing to cancel.")
        note("billing.cancellation_asked", row, by=by)
        if not row.is_paid:
            _end_locally(row, by)
            return row
    _provider().cancel_at_end(
        subscription_id=row.stripe_subscription_id,
        cancels=True,
        key=f"cancel:{row.stripe_subscription_id}:{nonce}",
    )
    follow_subscription(row.stripe_subscription_id)
    return _fresh()


def keep_plan(*, by: User, nonce: UUID) -> Subscription:
    """Take a cancellation back while the period still runs."""
    with org_atomic():
        row = subscription_or_404()
        if not row.cancel_at_period_end:
            raise Conflict("The plan is not cancelled, so there is nothing to take back.")
        if not row.is_paid:
            row.cancel_at_period_end, row.pending_plan = False, None
            row.save(update_fields=["cancel_at_period_end", "pending_plan", "updated_at"])
            note("billing.cancellation_taken_back", row, by=by)
            return row
        note("billing.plan_kept", row, by=by)
    _provider().cancel_at_end(
        subscription_id=row.stripe_subscription_id,
        cancels=False,
        key=f"keep:{row.stripe_subscription_id}:{nonce}",
    )
    follow_subscription(row.stripe_subscription_id)
    return _fresh()


def _end_locally(row: Subscription, by: User) -> None:
    row.cancel_at_period_end = True
    row.save(update_fields=["cancel_at_period_end", "updated_at"])
    plan_downgrade(row, plan=free_plan(), by=by)


def _provider() -> Payments:
    provider = payments()
    if provider is None:
        raise Conflict(
            "Payments are off on this installation. Whoever runs it can assign a plan to you."
        )
    return provider


def _refuse_unsold(plan: Plan) -> None:
    if not plan.stripe_price_id or not plan.is_public:
        raise Invalid(
            f"The {plan.name} plan is not sold here. Ask whoever runs this installation.",
            field="plan",
        )


def _refuse_closing() -> None:
    with org_atomic():
        is_open = Organization.objects.filter(status=Organization.Status.ACTIVE).exists()
    if not is_open:
        raise Conflict("This team is being closed or is suspended, so nothing is sold to it.")


def _customer(provider: Payments, *, by: User, name: str) -> str:
    """The team's customer at the provider, made once: the id is kept before anything is bought."""
    with org_atomic():
        row = subscription_or_404()
    if row.stripe_customer_id:
        return row.stripe_customer_id
    made = provider.create_customer(name=name, email=by.email, organization_id=row.organization_id)
    with org_atomic():
        Subscription.objects.filter(pk=row.pk, stripe_customer_id="").update(
            stripe_customer_id=made
        )
        return subscription_or_404().stripe_customer_id


def _fresh() -> Subscription:
    with org_atomic():
        return Subscription.objects.select_related("plan", "pending_plan").get()
