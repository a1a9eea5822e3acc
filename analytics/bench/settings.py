"""What the benchmark and the processes that it starts run with: production's ways, and a database,
queue, cache and folder that belong to the benchmark alone.
"""

import os

from config.logs import logging_to_stderr
from config.settings.development import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASES,
    INSTALLED_APPS,
    STORAGES,
    WARREN_VAR,
)

from config.settings.development import *  # noqa: F403 isort: skip

WARREN_BENCH = True
_is_quick = os.environ.get("WARREN_BENCH_QUICK") == "yes"
_name = "warren_bench_quick" if _is_quick else "warren_bench"
if os.environ.get("WARREN_BENCH_PLANNING") == "yes":
    # A million posts more would be in the way of what the other parts measure.
    _name += "_planning"
_folder = WARREN_VAR / "bench"

for _database in DATABASES.values():
    _database["NAME"] = _name

CACHES["default"]["KEY_PREFIX"] = _name
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{_name}:"
CELERY_TASK_DEFAULT_QUEUE = _name

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "analytics.bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "analytics.bench.apps.BenchConfig"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "config.staticfiles.HashedFiles"}}
STATIC_ROOT = _folder / "static"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
WARREN_MEDIA_ROOT = MEDIA_ROOT = _folder / "media"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = logging_to_stderr("WARNING", as_json=True)

# The sink that takes the posts listens on this machine, and no model is asked anything.
WARREN_ALLOW_LOOPBACK = True
WARREN_LLM_PROVIDER = ""
WARREN_LLM_API_KEY = ""
WARREN_EMBEDDINGS_PROVIDER = "offline"
