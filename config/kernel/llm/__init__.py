"""The gateway to language models: the only place from which one is called.

    answer = run(ANALYST, material, step_key=f"analysis:{material_id}", organization_id=org)

`is_offline(organization_id)` says that no model is configured; agents then take their offline path.
"""

from config.kernel.llm.gateway import describe, is_offline, run
from config.kernel.llm.spec import AgentSpec, Answer, Usage

__all__ = ["AgentSpec", "Answer", "Usage", "describe", "is_offline", "run"]
