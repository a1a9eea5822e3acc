"""The software bill of materials: what an installation runs, as CycloneDX 1.6, from the lock.

    python deploy/sbom.py > sbom.json

Read from requirements/base.lock alone, so that it names what is installed and not what happens to
lie here. Of the standard library only.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:(?P<digest>[0-9a-f]{64})")


def components(lock: str) -> Iterator[dict[str, Any]]:
    """One component a pin, with the digests that installation accepts."""
    found: dict[str, Any] | None = None
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            if found:
                yield found
            name = re.sub(r"[-_.]+", "-", pin["name"]).lower()
            found = {
                "type": "library",
                "name": name,
                "version": pin["version"],
                "purl": f"pkg:pypi/{name}@{pin['version']}",
                "hashes": [],
            }
        elif found and (digest := _HASH.search(line)):
            found["hashes"].append({"alg": "SHA-256", "content": digest["digest"]})
    if found:
        yield found


def bill() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = list(components((ROOT / "requirements" / "base.lock").read_text()))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": listed,
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    sys.stdout.write("\n")
