"""Every agent of the installation, by name. Each agent's file registers its own.

Apps import their agents in their `hooks.py`, so that the registry is whole when it is asked.
"""

from __future__ import annotations

from typing import Any

from config.kernel.hooks import Registry
from config.kernel.llm.spec import AgentSpec

agents: Registry[AgentSpec[Any, Any]] = Registry("agents", AgentSpec)
