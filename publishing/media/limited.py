"""Becomes another program, after taking away what it does not need. Run by program.py.

    python -I -B limited.py <processor seconds> <memory bytes> <file bytes> <program> [argument…]

Decoders are written in C and read what strangers made. Here one gets an empty environment, no core
file, and an end to time, memory and disk; and it steps back for whoever waits for a page.
"""

from __future__ import annotations

import os
import resource
import sys


def main() -> None:
    seconds, memory_bytes, file_bytes = (int(each) for each in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    os.execve(sys.argv[4], sys.argv[4:], {})  # noqa: S606


if __name__ == "__main__":
    main()
