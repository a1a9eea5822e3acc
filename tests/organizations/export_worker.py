"""A worker to be killed while it makes a copy: python -m tests.organizations.export_worker.

Takes the organization, the request, the media folder, and after how many batches it kills itself
with -9 between writing the files and writing the row (0: never).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any
from uuid import UUID


def main(organization: str, request: str, media: str, batches: str) -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.WARREN_MEDIA_ROOT = media
    from organizations.privacy import exports, worker, writing

    writing.ROWS_A_BATCH = 3
    saved, left = exports._save, int(batches)

    def killed(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        saved(*args)

    exports._save = killed  # type: ignore[assignment]
    done = worker.do_team_request(organization_id=UUID(organization), request_id=UUID(request))
    sys.exit(0 if done else 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
