"""PostgreSQL and Redis out of wheels, under `var/`, started by whoever needs them first.

Every process that uses them holds a shared lock on `var/run/holders`; the kernel drops it when the
process dies, however it dies. The process that leaves last gets the lock exclusively and stops the
servers. A `kill -9` therefore leaves nothing behind that could lie: no list of pids, no count.

Both servers listen on unix sockets in folders that only their owner may enter, and on no port.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .servers import DATABASE as DATABASE
from .servers import EmbeddedError as EmbeddedError
from .servers import Postgres, Redis


class Services:
    """The servers of one `var/`, as this process holds them."""

    def __init__(self, var: Path, *, postgres: bool = True, redis: bool = True) -> None:
        self.var = var.resolve()
        self.postgres = Postgres(self.var / "postgres") if postgres else None
        self.redis = Redis(self.var / "redis") if redis else None
        self._holding: IO[bytes] | None = None
        self._pid = 0

    def join(self) -> None:
        """Hold the servers, starting those that are not there.

        Raises EmbeddedError when one does not come up; trying again helps only after the cause
        that it names is mended.
        """
        if self._holding is not None:
            return
        (self.var / "run").mkdir(parents=True, exist_ok=True)
        with self._alone():
            holding = (self.var / "run" / "holders").open("ab")
            fcntl.flock(holding, fcntl.LOCK_SH)
            self._holding, self._pid = holding, os.getpid()
            for server in self._servers():
                server.start()
        atexit.register(self.leave)

    def leave(self) -> None:
        """Let go; the last one out stops the servers. A forked child never does."""
        if self._holding is None or self._pid != os.getpid():
            return
        atexit.unregister(self.leave)
        with self._alone():
            try:
                fcntl.flock(self._holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                for server in reversed(self._servers()):
                    server.stop()
            self._holding.close()
            self._holding = None

    def _servers(self) -> list[Postgres | Redis]:
        return [server for server in (self.postgres, self.redis) if server is not None]

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.var / "run" / "starting").open("ab") as mutex:
            fcntl.flock(mutex, fcntl.LOCK_EX)
            yield
