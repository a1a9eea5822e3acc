"""What the web server runs: `gunicorn config.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_wsgi_application()

# Stands on models, and so on the applications that the line above has set up.
from config.kernel.catalogue import refuse_gaps  # noqa: E402

# A database that does not keep organizations apart is not served. This connection is given back
# before the server forks.
refuse_gaps()
connections.close_all()

# The pages' code is loaded now and not by the first visitor. What is loaded stays for good: left
# out of the collector's count, it does not put off the collection of what requests leave behind.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
