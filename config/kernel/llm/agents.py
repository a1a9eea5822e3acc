"""Every agent of the installation, by name. Each agent's file registers its own.

Agents live in the package `agents` of an app. Who needs to know them all asks `every_agent`, which
imports those packages: workers and operators' pages do, a web process otherwise stays small.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from config.kernel.hooks import Registry
from config.kernel.llm.spec import AgentSpec

agents: Registry[AgentSpec[Any, Any]] = Registry("agents", AgentSpec)


def every_agent() -> dict[str, AgentSpec[Any, Any]]:
    """All agents by name, in the order of their names."""
    for app in apps.get_app_configs():
        if app.name.startswith("django") or find_spec(f"{app.name}.agents") is None:
            continue
        package = importlib.import_module(f"{app.name}.agents")
        for module in pkgutil.iter_modules(package.__path__):
            if not module.ispkg:
                importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(agents.items()))
