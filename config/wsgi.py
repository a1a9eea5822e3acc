"""What the web server runs: `gunicorn config.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_wsgi_application()

# The pages' code is loaded now and not by the first visitor. What is loaded stays for good: left
# out of the collector's count, it does not put off the collection of what requests leave behind.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
