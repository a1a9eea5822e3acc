"""In earnest. Refuses to start with what is good enough for development only."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import env, secret_files

env.load_dotenv()


def refuse_development_secrets() -> None:
    """Raise ImproperlyConfigured with every reason at once, each with how to mend it."""
    reasons = [*_about_the_secret_key(), *_about_the_master_key(), *_about_the_rest()]
    if reasons:
        raise ImproperlyConfigured(
            "Warren does not start with production settings:\n- " + "\n- ".join(reasons)
        )


def _about_the_secret_key() -> list[str]:
    make = 'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    found = []
    for key in (env.SECRET_KEY.get(), *env.SECRET_KEY_FALLBACKS.get()):
        if not key:
            found.append(f"WARREN_SECRET_KEY (or WARREN_SECRET_KEY_FILE) is not set. {make}")
        elif key.startswith((secret_files.DEVELOPMENT_MARK, "django-insecure")):
            found.append(f"WARREN_SECRET_KEY was made for development. {make}")
        elif len(key) < 50 or len(set(key)) < 10:
            found.append(f"WARREN_SECRET_KEY is too short or too simple. {make}")
    return found


def _about_the_master_key() -> list[str]:
    if env.MASTER_KEY_PROVIDER.get() != "file":
        return []
    file = env.MASTER_KEY_FILE.get()
    if file is None:
        return [
            "WARREN_MASTER_KEY_FILE is not set. Put the master key in a file outside the database "
            "and the media: python3 -c "
            '"import base64, secrets; '
            'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'
        ]
    if not file.is_file():
        return [f"WARREN_MASTER_KEY_FILE names {file}, which is not there."]
    found = []
    if file.stat().st_mode & 0o077:
        found.append(f"The master key {file} can be read by others. chmod 0400 {file}")
    if _lies_in(file, env.VAR.get()) or _lies_in(file, env.MEDIA_ROOT.get()):
        found.append(
            f"The master key {file} lies beside the database or the media, so one backup would "
            "hold both. Keep it elsewhere."
        )
    return found


def _about_the_rest() -> list[str]:
    found = []
    if env.DEBUG.get():
        found.append("WARREN_DEBUG is on. Unset it: debug pages show secrets.")
    if env.ALLOW_LOOPBACK.get():
        found.append("WARREN_ALLOW_LOOPBACK is on. Unset it: it opens this machine to requests.")
    if not env.HOSTS.get():
        found.append("WARREN_HOSTS is not set. Name the hosts that are answered: app.example.com")
    if not env.BASE_URL.get().startswith("https://"):
        found.append("WARREN_BASE_URL must be the https:// address that people use.")
    return found


def _lies_in(file: Path, folder: Path | None) -> bool:
    return folder is not None and file.is_relative_to(folder)


refuse_development_secrets()

from config.logs import logging_to_stderr  # noqa: E402

from .base import *  # noqa: E402, F403
from .base import ACCOUNT_EMAIL_VERIFICATION, STORAGES  # noqa: E402

ALLOWED_HOSTS = list(env.HOSTS.get())
CSRF_TRUSTED_ORIGINS = [env.BASE_URL.get().rstrip("/")]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "config.staticfiles.HashedFiles"}}

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Browsers bind such a name to this host alone, over TLS, for every path.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
if not env.EMAIL_VERIFICATION.is_given:
    ACCOUNT_EMAIL_VERIFICATION = "mandatory"
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "optional"
if not env.OPERATORS_NEED_MFA.is_given:
    WARREN_OPERATORS_NEED_MFA = True
if not env.TRUSTED_PROXIES.is_given:
    WARREN_TRUSTED_PROXIES = ("127.0.0.1", "::1")

as_json = env.LOG_JSON.get() if env.LOG_JSON.is_given else True
LOGGING = logging_to_stderr(env.LOG_LEVEL.get().upper(), as_json=as_json)
