"""State graphs: every one that the project has, and the one way to make a move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Subscription
from brands.models import (
    KnowledgeBucket,
    KnowledgeSource,
    StrategyPaper,
    VoiceAnalysis,
    VoiceAnalysisStatus,
)
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.states import Graph, HasGraph, IllegalMove, move
from content.models import Generation, GenerationStatus, Material, MaterialStatus
from organizations.models import (
    NoticeState,
    OrganizationRequest,
    OutgoingNotice,
    PersonRequest,
    RequestKind,
    RequestState,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from publishing.models import (
    AutopilotRun,
    ContractStatus,
    Conversation,
    Delivery,
    DeliveryState,
    ImportStatus,
    InboxMessage,
    MessageState,
    PendingPost,
    PendingStatus,
    PolicyContract,
    PostImport,
    Recurrence,
    RecurrenceStatus,
    RunStatus,
    Schedule,
)
from tests import make, make_compositions, make_inbox, make_repeating
from tests.kernel.crowd import times, together
from tests.world import World


def a_material(world: World) -> Material:
    return make.material(world.brand, status=MaterialStatus.UPLOADED)


def a_generation(world: World) -> Generation:
    return make.generation(world.brand, a_material(world), status=GenerationStatus.QUEUED)


def a_conversation(world: World) -> Conversation:
    return make_inbox.conversation(world.account)


def an_answer(world: World) -> InboxMessage:
    return make_inbox.message(a_conversation(world), side="ours", state=MessageState.QUEUED)


def a_schedule(world: World) -> Schedule:
    return Schedule.objects.create(brand=world.brand, name="Any", next_run_at=None)


def a_run(world: World) -> AutopilotRun:
    count = AutopilotRun.objects.count()
    return AutopilotRun.objects.create(
        brand=world.brand, occurrence=str(count), scheduled_for=now()
    )


def a_pending_post(world: World) -> PendingPost:
    return make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT)


def a_delivery(world: World) -> Delivery:
    return make.delivery(a_pending_post(world))


def a_subscription(world: World) -> Subscription:
    """The team's only one, as it began."""
    Subscription.objects.update(status=Subscription.Status.TRIALING)
    return Subscription.objects.get()


def a_webhook_delivery(world: World) -> WebhookDelivery:
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        name="Shop", defaults={"url": "https://example.com/", "secret": "whsec_x"}
    )
    return WebhookDelivery.objects.create(endpoint=endpoint, event="post.published")


def a_teams_request(world: World) -> OrganizationRequest:
    OrganizationRequest.objects.all().delete()
    return OrganizationRequest.objects.create(kind=RequestKind.EXPORT)


def a_persons_request(world: World) -> PersonRequest:
    PersonRequest.objects.all().delete()
    return PersonRequest.objects.create(user=world.viewer, kind=RequestKind.EXPORT)


def a_voice_analysis(world: World) -> VoiceAnalysis:
    return VoiceAnalysis.objects.create(brand=world.brand, url="https://example.com/")


def a_knowledge_source(world: World) -> KnowledgeSource:
    bucket, _ = KnowledgeBucket.objects.get_or_create(name="Any", brand=world.brand)
    return KnowledgeSource.objects.create(bucket=bucket, kind="manual", title="Any")


def a_strategy_paper(world: World) -> StrategyPaper:
    return StrategyPaper.objects.create(brand=world.brand, kind="funnel", title="Any")


def a_contract(world: World) -> PolicyContract:
    PolicyContract.objects.all().delete()
    return PolicyContract.objects.create(brand=world.brand, number=1)


def a_recurrence(world: World) -> Recurrence:
    return make_repeating.recurrence(make_compositions.composition(world.brand))


def an_outgoing_notice(world: World) -> OutgoingNotice:
    return OutgoingNotice.objects.create(
        way=OutgoingNotice.Way.HOOK, address="https://example.com/", kind="post_failed", title="Any"
    )


def an_import(world: World) -> PostImport:
    return make_repeating.post_import(world.brand)


BUILDERS: dict[type[HasGraph], Callable[[World], HasGraph]] = {
    Material: a_material,
    Generation: a_generation,
    Schedule: a_schedule,
    AutopilotRun: a_run,
    PendingPost: a_pending_post,
    Delivery: a_delivery,
    Subscription: a_subscription,
    WebhookDelivery: a_webhook_delivery,
    OrganizationRequest: a_teams_request,
    PersonRequest: a_persons_request,
    VoiceAnalysis: a_voice_analysis,
    KnowledgeSource: a_knowledge_source,
    StrategyPaper: a_strategy_paper,
    Conversation: a_conversation,
    InboxMessage: an_answer,
    PolicyContract: a_contract,
    Recurrence: a_recurrence,
    OutgoingNotice: an_outgoing_notice,
    PostImport: an_import,
}
TERMINAL: dict[type[HasGraph], set[str]] = {
    Material: set(),
    Generation: {GenerationStatus.DONE, GenerationStatus.FAILED},
    Schedule: set(),
    AutopilotRun: {RunStatus.DONE, RunStatus.SKIPPED, RunStatus.FAILED},
    PendingPost: {PendingStatus.REJECTED, PendingStatus.PUBLISHED},
    Delivery: {DeliveryState.PUBLISHED, DeliveryState.CANCELLED},
    Subscription: set(),
    WebhookDelivery: {WebhookState.CANCELLED},
    OrganizationRequest: {RequestState.DONE, RequestState.CANCELLED},
    PersonRequest: {RequestState.DONE, RequestState.CANCELLED},
    VoiceAnalysis: {VoiceAnalysisStatus.DONE},
    KnowledgeSource: set(),
    StrategyPaper: set(),
    Conversation: set(),
    InboxMessage: {MessageState.SAID},
    PolicyContract: {ContractStatus.SUPERSEDED, ContractStatus.WITHDRAWN},
    Recurrence: {RecurrenceStatus.ENDED},
    OutgoingNotice: {NoticeState.SENT, NoticeState.FAILED},
    PostImport: {ImportStatus.CANCELLED, ImportStatus.UNDONE},
}
EVERY_GRAPH = pytest.mark.parametrize("model", BUILDERS, ids=lambda each: each.__name__)
WALK = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def state_of(row: HasGraph) -> str:
    """As it stands in the database."""
    manager: Any = type(row)._base_manager
    return str(manager.values_list(row.state_field, flat=True).get(pk=row.pk))


def test_every_model_with_a_graph_is_proven_here() -> None:
    assert {model for model in apps.get_models() if issubclass(model, HasGraph)} == set(BUILDERS)


@EVERY_GRAPH
def test_a_graph_and_the_choices_of_its_column_name_the_same_states(model: type[HasGraph]) -> None:
    field: Any = model._meta.get_field(model.state_field)
    assert model.graph.states == {str(value) for value, _ in field.choices or []}
    assert str(field.default) == model.graph.start
    assert model.graph.terminal == TERMINAL[model]


@EVERY_GRAPH
@pytest.mark.django_db
@WALK
@given(data=st.data())
def test_no_path_leaves_the_declared_moves(
    world: World, model: type[HasGraph], data: st.DataObject
) -> None:
    targets = st.sampled_from([*sorted(model.graph.states), "elsewhere"])
    with org_atomic(world.id):
        row = BUILDERS[model](world)
        here = model.graph.start
        for to in data.draw(st.lists(targets, max_size=12)):
            if to in model.graph.moves[here]:
                assert move(row, to)
                here = to
            else:
                with pytest.raises(IllegalMove, match=f"{model.__name__}: {here} -> {to}"):
                    move(row, to)
            assert here == state_of(row) == getattr(row, row.state_field)


@EVERY_GRAPH
@pytest.mark.django_db
def test_every_legal_move_is_made_and_every_other_raises(
    world: World, model: type[HasGraph]
) -> None:
    graph = model.graph
    with org_atomic(world.id):
        row = BUILDERS[model](world)
        for before in sorted(graph.states):
            for after in sorted(graph.states):
                model._base_manager.filter(pk=row.pk).update(**{row.state_field: before})
                row.refresh_from_db()
                if graph.allows(before, after):
                    assert move(row, after)
                    assert state_of(row) == after
                    continue
                with pytest.raises(IllegalMove):
                    move(row, after)
                assert state_of(row) == before


@pytest.mark.django_db
def test_from_a_terminal_state_nothing_leads_on(world: World) -> None:
    with org_atomic(world.id):
        for model, build in BUILDERS.items():
            for state in TERMINAL[model]:
                row = build(world)
                model._base_manager.filter(pk=row.pk).update(**{row.state_field: state})
                row.refresh_from_db()
                for to in model.graph.states:
                    with pytest.raises(IllegalMove):
                        move(row, to)
                assert state_of(row) == state


@pytest.mark.django_db
def test_a_move_writes_its_fields_and_when_and_nothing_else(world: World) -> None:
    with org_atomic(world.id):
        row = a_material(world)
        Material.objects.filter(pk=row.pk).update(name="Renamed meanwhile")
        before = row.updated_at
        assert move(row, MaterialStatus.PROCESSING, error="", attempts=3)
        row.refresh_from_db()
    assert (row.status, row.attempts, row.name) == ("processing", 3, "Renamed meanwhile")
    assert row.updated_at > before


@pytest.mark.django_db
def test_a_move_is_one_statement_that_names_the_state_it_leaves(
    world: World, django_assert_num_queries: Any
) -> None:
    with org_atomic(world.id):
        row = a_delivery(world)
        with django_assert_num_queries(1) as queries:
            assert move(row, DeliveryState.CLAIMED)
    [statement] = [query["sql"] for query in queries.captured_queries]
    assert statement.startswith("UPDATE") and "\"state\" = 'scheduled'" in statement


@pytest.mark.django_db
def test_a_mover_who_saw_an_older_state_is_told_and_keeps_what_it_saw(world: World) -> None:
    with org_atomic(world.id):
        row = a_run(world)
        late = AutopilotRun.objects.get(pk=row.pk)
        assert move(row, RunStatus.RUNNING)
        assert not move(late, RunStatus.SKIPPED, outcome="too late")
        assert (late.status, late.outcome) == (RunStatus.QUEUED, "")
        assert state_of(row) == RunStatus.RUNNING


@pytest.mark.django_db
def test_a_worker_whose_fence_was_raised_is_refused(world: World) -> None:
    with org_atomic(world.id):
        row = a_delivery(world)
        Delivery.objects.filter(pk=row.pk).update(fence=2)
        assert not move(row, DeliveryState.CLAIMED, fence=1)
        assert state_of(row) == DeliveryState.SCHEDULED
        assert move(row, DeliveryState.CLAIMED, fence=2)


@pytest.mark.django_db
def test_a_counter_raised_by_a_move_is_a_number_afterwards(world: World) -> None:
    with org_atomic(world.id):
        row = a_delivery(world)
        assert move(row, DeliveryState.CLAIMED, fence=0, attempts=F("attempts") + 1)
        assert row.attempts == 1


@pytest.mark.django_db
def test_nobody_moves_the_row_of_another_organization(world: World) -> None:
    with org_atomic(world.id):
        row = a_material(world)
    with org_atomic(world.foreign.id):
        assert not move(row, MaterialStatus.PROCESSING)
    with org_atomic(world.id):
        assert state_of(row) == MaterialStatus.UPLOADED


@pytest.mark.django_db(transaction=True)
def test_of_many_movers_exactly_one_wins(world: World) -> None:
    with org_atomic(world.id):
        row = a_material(world)

    def attempt() -> bool:
        with org_atomic(world.id):
            return move(Material(pk=row.pk, status=row.status), MaterialStatus.PROCESSING)

    assert sorted(times(8, attempt)) == [False] * 7 + [True]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_different_things_one_gets_its_way(world: World) -> None:
    for _ in range(10):
        with org_atomic(world.id):
            row = a_delivery(world)

        def to(state: str, row: Delivery = row) -> Callable[[], bool]:
            def attempt() -> bool:
                with org_atomic(world.id):
                    mine = Delivery.objects.get(pk=row.pk)
                    return move(Delivery(pk=mine.pk, state="scheduled", fence=0), state, fence=0)

            return attempt

        done = together([to(DeliveryState.CANCELLED), to(DeliveryState.CLAIMED)])
        assert sorted(done) == [False, True]
        with org_atomic(world.id):
            assert state_of(row) == ("cancelled" if done[0] else "claimed")


def test_a_graph_that_names_an_undeclared_state_is_refused_at_import() -> None:
    with pytest.raises(IllegalMove, match="not declared"):
        Graph("new", {"new": ["gone"]})
    with pytest.raises(IllegalMove, match="not declared"):
        Graph("old", {"new": []})


def test_a_state_that_nothing_leads_to_is_refused_at_import() -> None:
    with pytest.raises(IllegalMove, match="nothing leads to: {'lost'}"):
        Graph("new", {"new": ["done"], "done": [], "lost": ["done"]})


def test_a_graph_answers_what_leads_where() -> None:
    graph = Graph("new", {"new": ["open", "gone"], "open": ["new", "gone"], "gone": []})
    assert graph.sources("gone") == {"new", "open"}
    assert graph.sources("new") == {"open"}
    assert graph.terminal == {"gone"}
    assert not graph.allows("elsewhere", "gone")
