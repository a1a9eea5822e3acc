"""The task worker as it runs in earnest, on the broker that WARREN_TEST_BROKER names."""

from __future__ import annotations

import os


def main() -> None:
    import django

    django.setup()
    from config.celery import app
    from tests.publishing.deliveries import test_channels

    app.conf.update(broker_url=os.environ["WARREN_TEST_BROKER"])
    options = ["--concurrency=2", "--without-mingle", "--without-gossip", "--loglevel=WARNING"]
    with test_channels():
        app.worker_main(["worker", *options])


if __name__ == "__main__":
    main()
