"""On one's own machine, and for `make demo` and `make up`: everything embedded, secrets made."""

from config import env

env.load_dotenv()

from .base import *  # noqa: E402, F403
from .base import STATIC_ROOT  # noqa: E402

DEBUG = env.DEBUG.get()
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.HOSTS.get()]
INTERNAL_IPS = ["127.0.0.1"]
# Static files straight from their folders: no collectstatic before the first page.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Passkeys without a certificate, at http://localhost:8000: an address of digits can have none.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
