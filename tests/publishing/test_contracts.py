"""Drafting, signing and withdrawing a policy, and what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from publishing.autopilot.permission import facts_of, judged, new_domains, reviewed
from publishing.channels.feed import Feed
from publishing.models import (
    ContractStatus,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    PolicyContract,
)
from publishing.services import contracts
from publishing.services.approvals import give_approval
from publishing.services.pending_posts import auto_approve_post
from tests import make
from tests.make_policy import signed_policy
from tests.world import World

from .deliveries import again, deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def test_the_standard_is_careful(inside: World) -> None:
    PolicyContract.objects.all().delete()
    draft = contracts.draft_contract(brand=inside.brand, by=inside.editor)
    assert (draft.number, draft.status) == (1, ContractStatus.DRAFT)
    assert (draft.first_posts_reviewed, draft.posts_per_day, draft.claims) == (20, 3, [])
    assert contracts.draft_contract(brand=inside.brand, by=inside.editor) == draft
    assert contracts.signed_contract(inside.brand.pk) is None


def test_signing_another_one_supersedes_the_former(inside: World) -> None:
    former = contracts.signed_contract(inside.brand.pk)
    draft = contracts.draft_contract(brand=inside.brand, by=inside.owner)
    contracts.change_draft(contract=draft, by=inside.owner, posts_per_day=7)
    signed = contracts.sign(contract=draft, by=inside.owner, name=" Olivia  Owner ")
    assert former is not None
    former.refresh_from_db()
    assert former.status == ContractStatus.SUPERSEDED
    assert (signed.number, signed.signed_name, signed.posts_per_day) == (2, "Olivia Owner", 7)
    assert signed.terms_hash == contracts.terms_hash(signed)
    assert contracts.signed_contract(inside.brand.pk) == signed


def test_the_fingerprint_is_of_everything_that_is_signed(inside: World) -> None:
    row = contracts.signed_contract(inside.brand.pk)
    assert row is not None
    seen = {contracts.terms_hash(row)}
    for name, value in {
        "topics": ["masts"],
        "topics_excluded": ["bread"],
        "claims": ["superlative"],
        "hours": {"days": [1]},
        "timezone": "UTC",
        "posts_per_day": 9,
        "credits_per_day": 9,
        "account_ids": [inside.account.pk],
        "first_posts_reviewed": 9,
        "ends_at": now(),
    }.items():
        setattr(row, name, value)
        seen.add(contracts.terms_hash(row))
    assert len(seen) == len(contracts.TERMS) + 1


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_only_owners_and_admins_sign(inside: World, who: str) -> None:
    draft = contracts.draft_contract(brand=inside.brand, by=inside.owner)
    with pytest.raises(Forbidden):
        contracts.sign(contract=draft, by=getattr(inside, who), name="Somebody")


def test_a_signature_needs_a_name_and_a_signed_policy_never_changes(inside: World) -> None:
    draft = contracts.draft_contract(brand=inside.brand, by=inside.owner)
    with pytest.raises(Invalid, match="name"):
        contracts.sign(contract=draft, by=inside.owner, name="  ")
    contracts.sign(contract=draft, by=inside.owner, name="Olivia")
    with pytest.raises(Conflict):
        contracts.change_draft(contract=draft, by=inside.owner, posts_per_day=50)
    with pytest.raises(Conflict):
        contracts.sign(contract=draft, by=inside.owner, name="Olivia")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"posts_per_day": 0}, "posts_per_day"),
        ({"posts_per_day": 101}, "posts_per_day"),
        ({"timezone": "Nowhere/Town"}, "timezone"),
        ({"claims": ["health"]}, "claims"),
        ({"hours": {"from": "08:00"}}, "until"),
        ({"hours": {"from": "08:00", "until": "08:00"}}, "until"),
        ({"hours": {"days": [9]}}, "days"),
    ],
)
def test_what_makes_no_sense_is_refused(inside: World, words: dict[str, Any], field: str) -> None:
    draft = contracts.draft_contract(brand=inside.brand, by=inside.owner)
    with pytest.raises(Invalid) as caught:
        contracts.change_draft(contract=draft, by=inside.owner, **words)
    assert caught.value.field == field


def test_a_policy_that_has_ended_is_none(inside: World) -> None:
    PolicyContract.objects.update(ends_at=now() - timedelta(seconds=1))
    assert contracts.signed_contract(inside.brand.pk) is None
    assert not contracts.brands_without_policy().filter(name="Nobody").exists()


def let_go(world: World, **fields: Any) -> PendingPost:
    post = make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT, **fields)
    contract = contracts.signed_contract(world.brand.pk)
    return auto_approve_post(post=post, policy="Policy 1", contract=contract)


def test_withdrawn_nothing_goes_out_that_it_had_let_go(inside: World) -> None:
    post = let_go(inside)
    contract = contracts.signed_contract(inside.brand.pk)
    assert contract is not None
    assert contracts.withdraw(contract=contract, by=inside.admin, reason="A new campaign") == 1
    post.refresh_from_db()
    assert post.status == PendingStatus.PENDING
    assert Delivery.objects.get().state == DeliveryState.CANCELLED
    with pytest.raises(Conflict):
        contracts.withdraw(contract=contract, by=inside.admin)


@pytest.mark.parametrize("how", ["withdrawn", "ended", "window"])
def test_the_sending_itself_reads_the_policy(inside: World, how: str) -> None:
    """As if the withdrawal had missed a post that was being taken up just then."""
    post = let_go(inside)
    if how == "withdrawn":
        PolicyContract.objects.update(status=ContractStatus.WITHDRAWN)
    elif how == "ended":
        PolicyContract.objects.update(ends_at=now() - timedelta(seconds=1))
    else:
        post.approvals.update(valid_until=now() - timedelta(seconds=1))
    row = Delivery.objects.get()
    deliver(row)
    assert again(row).state == DeliveryState.FAILED
    assert row.error_code == ("approval_over" if how == "window" else "policy_over")
    post.refresh_from_db()
    assert post.status == PendingStatus.FAILED


def test_posts_of_a_day_are_counted_in_the_policys_zone(inside: World) -> None:
    contract = contracts.signed_contract(inside.brand.pk)
    assert contract is not None
    PolicyContract.objects.update(posts_per_day=2)
    contract.refresh_from_db()
    let_go(inside)
    for count in (1, 2):
        post = make.pending_post(inside.brand, inside.account, status=PendingStatus.DRAFT)
        facts = facts_of(post, None, contracts.terms_of(contract))
        assert facts.posts_today == count
        assert judged(post, None, contract).allowed is (count < 2)
        auto_approve_post(post=post, policy="Policy 1", contract=contract)


def test_an_account_is_new_until_people_let_posts_of_it_go(
    inside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make.pending_post(inside.brand, inside.account, status=PendingStatus.APPROVED)
    give_approval(post=post, by=inside.owner)
    let_go(inside)
    assert reviewed(inside.account.pk) == 1


def test_an_address_is_new_until_a_post_with_it_was_let_go(inside: World) -> None:
    brand = inside.brand
    first = make.pending_post(brand, inside.account, content="See https://fair.example/stalls")
    assert new_domains(brand, first) == ("fair.example",)
    assert (
        new_domains(brand, make.pending_post(brand, inside.account, link=brand.website_url)) == ()
    )
    PendingPost.objects.filter(pk=first.pk).update(status=PendingStatus.PUBLISHED)
    second = make.pending_post(brand, inside.account, link="https://fair.example/other")
    assert new_domains(brand, second) == ()
    third = make.pending_post(brand, inside.account, link="https://unfair.example/")
    assert new_domains(brand, third) == ("unfair.example",)


def test_facts_come_from_the_guards_that_find_them(inside: World) -> None:
    contract = contracts.signed_contract(inside.brand.pk)
    assert contract is not None
    post = make.pending_post(
        inside.brand,
        inside.account,
        content="Only £85 this week. It heals every mast, says Helen. We mourn the old yard.",
    )
    facts = facts_of(post, None, contracts.terms_of(contract))
    assert facts.prices and facts.prices[0] == "£85"
    assert "health" in facts.claims
    assert facts.persons == ("Helen",)
    assert facts.crisis == ("mourn",)
    judgement = judged(post, None, contract)
    assert set(judgement.kinds) == {"price", "health", "person", "crisis"}


def test_two_policies_of_a_brand_cannot_both_be_in_force(inside: World) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        signed_policy(inside.brand, number=2)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_never_exceed_the_days_number(world: World) -> None:
    """Both count under the policy's lock, so the second sees what the first let go."""
    import threading

    with org_atomic(world.id):
        PolicyContract.objects.update(posts_per_day=1)
        ids = [
            make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT).pk
            for _ in range(4)
        ]
    gate = threading.Barrier(len(ids))

    def decide(pk: Any) -> None:
        try:
            gate.wait()
            with org_atomic(world.id):
                contract = contracts.signed_contract(world.brand.pk, lock=True)
                assert contract is not None
                post = PendingPost.objects.select_related("brand", "account", "material").get(pk=pk)
                judgement = judged(post, None, contract)
                if judgement.allowed:
                    auto_approve_post(post=post, policy=judgement.sentence, contract=contract)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=decide, args=(pk,)) for pk in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    with org_atomic(world.id):
        gone = PendingPost.objects.filter(status=PendingStatus.AUTO_APPROVED)
        assert gone.count() == 1
        assert Feed.slug == gone.get().platform
