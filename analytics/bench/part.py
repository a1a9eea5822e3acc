"""What every part is given: how much to do, and whom to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

Step = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Bench:
    console: Console
    is_quick: bool
    most: float
    """Seconds after which one load on one page ends, however few requests were answered."""

    def few(self, full: int, *, quick: int) -> int:
        return quick if self.is_quick else full

    def say(self, sentence: str) -> None:
        self.console.print(sentence)

    @contextmanager
    def counted(self, what: str, total: int) -> Iterator[Step]:
        with self.counting((what, total)) as (step,):
            yield step

    @contextmanager
    def counting(self, *wholes: tuple[str, int]) -> Iterator[list[Step]]:
        """Bars, one under the other; each is moved on by its own step."""
        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            tasks = [progress.add_task(what, total=total) for what, total in wholes]
            yield [partial(progress.advance, task) for task in tasks]
