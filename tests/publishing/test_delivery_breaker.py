"""The rules alone: when a network is left alone, and when the next post of an account may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from publishing.delivery.breaker import ACCOUNT, NETWORK, Breaker, Phase
from publishing.delivery.spacing import Window, departures

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


# -- Breakers -------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_specification() -> None:
    assert (NETWORK.failures, NETWORK.open_seconds, NETWORK.successes) == (3, 120.0, 2)
    assert (ACCOUNT.failures, ACCOUNT.open_seconds, ACCOUNT.successes) == (5, 60.0, 2)


class Machine(RuleBasedStateMachine):
    """A breaker beside the plainest account of the same rule: runs of failures and successes."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = START
        self.breaker = Breaker()
        self.failures_in_a_row = 0
        self.successes_since_opened = 0
        self.opened_at: datetime | None = None

    @rule(wait=st.floats(0, 400))
    def time_passes(self, wait: float) -> None:
        self.moment += seconds(wait)

    @precondition(lambda self: self.breaker.phase(self.moment) is Phase.CLOSED)
    @rule()
    def fails_while_closed(self) -> None:
        self.breaker = self.breaker.after_failure(NETWORK, self.moment)
        self.failures_in_a_row += 1
        if self.failures_in_a_row == NETWORK.failures:
            self.opened_at, self.successes_since_opened = self.moment, 0

    @precondition(lambda self: self.breaker.phase(self.moment) is Phase.CLOSED)
    @rule()
    def works_while_closed(self) -> None:
        self.breaker = self.breaker.after_success(NETWORK, self.moment)
        self.failures_in_a_row = 0

    @precondition(lambda self: self.breaker.phase(self.moment) is not Phase.CLOSED)
    @rule()
    def fails_again(self) -> None:
        self.breaker = self.breaker.after_failure(NETWORK, self.moment)
        self.opened_at, self.successes_since_opened = self.moment, 0

    @precondition(lambda self: self.breaker.phase(self.moment) is Phase.HALF_OPEN)
    @rule()
    def one_tries(self) -> None:
        until = self.moment + seconds(30)
        self.breaker = self.breaker.trying(until)
        assert self.breaker.phase(self.moment) is Phase.OPEN
        assert self.breaker.phase(until) is Phase.HALF_OPEN

    @precondition(lambda self: self.breaker.phase(self.moment) is not Phase.CLOSED)
    @rule()
    def a_try_works(self) -> None:
        self.breaker = self.breaker.after_success(NETWORK, self.moment)
        self.successes_since_opened += 1
        if self.successes_since_opened == NETWORK.successes:
            self.opened_at, self.failures_in_a_row = None, 0

    @invariant()
    def it_is_open_exactly_when_it_should_be(self) -> None:
        is_closed = self.breaker.phase(self.moment) is Phase.CLOSED
        assert is_closed == (self.opened_at is None)
        assert is_closed == (self.breaker.opened_until is None)
        if is_closed:
            assert self.breaker.failures == self.failures_in_a_row < NETWORK.failures

    @invariant()
    def after_a_failure_it_stays_open_for_its_time(self) -> None:
        if self.opened_at is not None and not self.successes_since_opened:
            until = self.breaker.opened_until
            assert until is not None
            is_tried = until != self.opened_at + seconds(NETWORK.open_seconds)
            assert not is_tried or until > self.opened_at + seconds(NETWORK.open_seconds)


TestBreaker = Machine.TestCase


# -- Distance and windows -------------------------------------------------------------------------

windows = st.builds(Window, st.integers(1, 6), st.sampled_from([1.0, 60.0, 3600.0]))
past = st.lists(st.floats(0, 5_000).map(lambda ago: START - seconds(ago)), max_size=30)


@given(
    count=st.integers(0, 12),
    sent=past,
    limits=st.lists(windows, max_size=3),
    spacing=st.sampled_from([0.0, 1.0, 45.0]),
    waits=st.one_of(st.none(), st.floats(-60, 60)),
)
def test_no_window_is_ever_overdrawn_and_nobody_waits_for_nothing(
    count: int, sent: list[datetime], limits: list[Window], spacing: float, waits: float | None
) -> None:
    not_before = None if waits is None else START + seconds(waits)
    plan = departures(
        count,
        moment=START,
        sent=sent,
        windows=limits,
        spacing_seconds=spacing,
        not_before=not_before,
    )
    times = [departure.at for departure in plan]
    everything = sorted([*sent, *times])
    earliest = max(START, not_before or START)
    assert len(times) == count
    for place, at in enumerate(times):
        before = times[place - 1] + seconds(spacing) if place else earliest
        assert at >= before
        reasons = {before} | {
            other + seconds(window.seconds) for window in limits for other in everything
        }
        assert at in reasons
        for window in limits:
            since = at - seconds(window.seconds)
            others = [other for other in [*sent, *times[:place]] if since < other <= at]
            assert len(others) < window.limit
        assert (plan[place].window is None) == (at == before)


def test_held_posts_get_one_time_after_the_other() -> None:
    plan = departures(4, moment=START, spacing_seconds=60.0, not_before=START + seconds(10))
    assert [departure.at - START for departure in plan] == [
        seconds(10 + 60 * place) for place in range(4)
    ]


def test_a_window_slides() -> None:
    sent = [START - seconds(ago) for ago in (50, 40, 10)]
    plan = departures(3, moment=START, sent=sent, windows=[Window(3, 60.0)])
    assert [departure.at - START for departure in plan] == [seconds(10), seconds(20), seconds(50)]
