"""Model objects, one set a process: building one takes time, and none survives a fork."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from config.kernel.llm.loop import run_on_loop
from config.kernel.llm.providers import provider_for
from config.kernel.llm.routes import Route

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

MOST = 32  # open models a process; organizations bring their own keys, so they come and go

_lock = threading.Lock()
_open: OrderedDict[tuple[int, Route], tuple[Model, httpx2.AsyncClient]] = OrderedDict()


def model_for(route: Route) -> Model:
    """The model behind a route, built on first use. Raises ModelMisconfigured."""
    key = (os.getpid(), route)
    with _lock:
        if key not in _open:
            _open[key] = _build(route)
        _open.move_to_end(key)
        surplus = [_open.popitem(last=False)[1][1] for _ in range(len(_open) - MOST)]
        model = _open[key][0]
    for http in surplus:
        run_on_loop(http.aclose(), timeout_seconds=5.0)
    return model


def close_all() -> None:
    """Let every connection of this process go; tests and a worker's shutdown ask for it."""
    with _lock:
        mine = [http for (pid, _), (_, http) in _open.items() if pid == os.getpid()]
        _open.clear()
    for http in mine:
        run_on_loop(http.aclose(), timeout_seconds=5.0)


def _build(route: Route) -> tuple[Model, httpx2.AsyncClient]:
    from config.kernel.llm.transport import model_client

    provider = provider_for(route)
    http = model_client(route)
    return provider.build(route, http), http


def _forget_after_fork() -> None:
    """The parent's models belong to the parent's loop, and its lock may be held."""
    global _lock
    _lock = threading.Lock()
    _open.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
