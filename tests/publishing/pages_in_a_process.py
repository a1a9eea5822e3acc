"""A web process of its own: opens the writing pages, asks for texts, and says what it has loaded.

Arguments: the member's email, the path of the team, a material and a waiting post. The answer is
one line of JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MODEL = "config.kernel.embeddings.providers.minilm"


def main(email: str, team: str, material: str, post: str) -> dict[str, Any]:
    import django

    django.setup()
    from django.test import Client

    from config.celery import app
    from organizations.models import User

    # The hint goes to a broker that nobody listens to.
    app.conf.update(broker_url="memory://")
    client = Client()
    client.force_login(User.objects.get(email=email))
    answers = [
        client.get(f"{team}/approvals/"),
        client.get(f"{team}/writing/"),
        client.post(f"{team}/writing/", {"material": material, "platforms": ["feed"]}),
        client.get(f"{team}/approvals/{post}/"),
        client.post(f"{team}/approvals/{post}/regeneration/", {"instruction": "Shorter"}),
    ]
    return {"statuses": [each.status_code for each in answers], "weights": _weights()}


def _weights() -> int:
    """How many models the process holds."""
    return int(sys.modules[MODEL]._loaded.cache_info().currsize) if MODEL in sys.modules else 0


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201
