from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from pytest_httpserver import HTTPServer

from config.kernel.errors import PaymentRequired
from config.kernel.llm import AgentSpec, Usage, gateway
from config.kernel.llm.answers import StoredAnswer, answer_store
from config.kernel.llm.connections import close_all
from config.kernel.llm.meter import Reservation, meter
from config.kernel.llm.options import option_source
from config.kernel.llm.routes import Route, default_models, own_keys, route_source
from tests.kernel.llm.protocol import ModelServer

ORGANIZATION = uuid4()


class Text(BaseModel):
    material: str


class Summary(BaseModel):
    summary: str
    points: list[str]


SPEC = AgentSpec(
    name="summarizer",
    version="1",
    purpose="analysis",
    instructions="Summarize the material.",
    input_type=Text,
    output_type=Summary,
    temperature=0.3,
    max_tokens=400,
    deadline_seconds=5.0,
)


@dataclass
class Books:
    """A meter that keeps what it was told."""

    budget_micros: int = 1_000_000
    reserved: list[Reservation] = field(default_factory=list)
    settled: list[tuple[UUID, int, Usage]] = field(default_factory=list)
    released: list[UUID] = field(default_factory=list)

    def reserve(
        self,
        organization_id: UUID | None,
        purpose: str,
        worst_case_micros: int,
        *,
        step_key: str = "",
    ) -> Reservation:
        if worst_case_micros > self.budget_micros:
            raise PaymentRequired("The budget for models is used up.")
        reservation = Reservation(organization_id, purpose, worst_case_micros, step_key)
        self.reserved.append(reservation)
        return reservation

    def settle(
        self,
        reservation: Reservation,
        actual_micros: int,
        usage: Usage,
        *,
        provider: str,
        model: str,
    ) -> None:
        self.settled.append((reservation.id, actual_micros, usage))

    def release(self, reservation: Reservation) -> None:
        self.released.append(reservation.id)

    @property
    def open(self) -> int:
        return len(self.reserved) - len(self.settled) - len(self.released)


@dataclass
class Shelf:
    """An answer store in memory."""

    kept: dict[str, StoredAnswer] = field(default_factory=dict)

    def get(self, step_key: str, *, organization_id: UUID | None) -> StoredAnswer | None:
        return self.kept.get(step_key)

    def put(self, answer: StoredAnswer, *, organization_id: UUID | None) -> None:
        self.kept.setdefault(answer.step_key, answer)


@dataclass
class Routes:
    chosen: Sequence[Route] = ()

    def routes(self, organization_id: UUID | None, purpose: str) -> Sequence[Route]:
        return self.chosen

    def providers(self, organization_id: UUID | None, purpose: str) -> Sequence[str]:
        return [route.provider for route in self.chosen]


@pytest.fixture(autouse=True)
def _the_gateway_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what the apps fill in: these tests touch no table."""
    for slot in (meter, answer_store, route_source, own_keys, default_models, option_source):
        monkeypatch.setattr(slot, "_value", None)


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    # Threaded, so that an answer that hangs holds up nobody else.
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def provider(httpserver: HTTPServer) -> Iterator[ModelServer]:
    server = ModelServer(httpserver)
    yield server
    server.release()
    close_all()


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    kept = Books()
    monkeypatch.setattr(meter, "_value", kept)
    return kept


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    kept = Shelf()
    monkeypatch.setattr(answer_store, "_value", kept)
    return kept


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> Routes:
    source = Routes()
    monkeypatch.setattr(route_source, "_value", source)
    return source


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the gateway would have waited between its tries."""
    waited: list[float] = []
    monkeypatch.setattr(gateway, "pause", waited.append)
    return waited
