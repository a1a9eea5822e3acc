"""The bill of materials names everything that is installed, with what may be installed of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_pin_of_the_lock_is_in_the_bill_with_its_digests() -> None:
    made = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "deploy" / "sbom.py"], capture_output=True, check=True
    )
    bill = json.loads(made.stdout)
    lock = (ROOT / "requirements" / "base.lock").read_text()
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^ ;\\\s]+)", lock, re.MULTILINE)
    assert len(pins) > 100
    assert {(each["name"], each["version"]) for each in bill["components"]} == {
        (name.lower().replace("_", "-").replace(".", "-"), version) for name, version in pins
    }
    assert all(each["hashes"] for each in bill["components"])
    assert sum(len(each["hashes"]) for each in bill["components"]) == lock.count("--hash=sha256:")
