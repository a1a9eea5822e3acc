"""For the tests: the same servers, a database and Redis numbers of their own, quick passwords.

pytest-django imports this before any conftest, so what must happen first happens here.
"""

import os

from config.slots import take_slot

os.environ["WARREN_ALLOW_LOOPBACK"] = "yes"
os.environ.setdefault("WARREN_LOG_LEVEL", "WARNING")

from config import env, variables  # noqa: E402

from .base import *  # noqa: E402, F403
from .base import CACHES, DATABASES, WARREN_VAR  # noqa: E402
from .base import SERVICES as _services  # noqa: E402

# Two runs at once, or two workers of one run, must not share a database.
SLOT = take_slot(WARREN_VAR)

for _alias, _database in DATABASES.items():
    # The working name is the test name from the start: no mistake reaches anybody's data.
    _database["NAME"] = f"test_warren_{SLOT}"
    _database["TEST"] = {
        "NAME": f"test_warren_{SLOT}",
        "MIRROR": None if _alias == "owner" else "owner",
        "DEPENDENCIES": [],
    }
    # A lost commit loses a test, not a customer's post.
    _database["OPTIONS"]["options"] = "-c synchronous_commit=off"

if _services.redis is not None:
    CELERY_BROKER_URL = _services.redis.celery_url(2 + 2 * SLOT)
    CACHES["default"]["LOCATION"] = _services.redis.url(3 + 2 * SLOT)
else:
    CELERY_BROKER_URL = variables.numbered_database(env.REDIS_URL.get(), 2 + 2 * SLOT)
    CACHES["default"]["LOCATION"] = variables.numbered_database(env.REDIS_URL.get(), 3 + 2 * SLOT)

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WARREN_MEDIA_ROOT = MEDIA_ROOT = WARREN_VAR / "test-media" / str(SLOT)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WARREN_LLM_PROVIDER = ""
WARREN_LLM_API_KEY = ""
WARREN_LLM_KEYS = {}
WARREN_EMBEDDINGS_PROVIDER = "offline"
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
# A port of this machine, without certificates.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
