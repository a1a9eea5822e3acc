"""Every setting that the environment may give, in one place: name, type, unit, default, meaning.

`.env.example` is written from this list (`python -m config.env > .env.example`) and a test holds
them together. A secret may also be given as a file: `NAME_FILE=/run/secrets/name`. Secrets that
nobody gave are made at the first run, see secret_files.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import environ

from .variables import BASE_DIR as BASE_DIR
from .variables import Setting, flag, pairs, path, settings_of_the_environment, words

# fmt: off

# -- Where things lie ---------------------------------------------------------------------------

_group = "Where things lie"
VAR = Setting(
    "WARREN_VAR", path, BASE_DIR / "var",
    "Folder of everything that Warren makes for itself: embedded services, secrets, media.",
    group=_group,
)
MEDIA_ROOT: Final = Setting[Path | None](
    "WARREN_MEDIA_ROOT", path, None, "Folder of uploaded files. Default: media in WARREN_VAR.",
    group=_group,
)
BACKUP_ROOT = Setting[Path | None](
    "WARREN_BACKUP_ROOT", path, None,
    "Folder of the daily backups, on another disk. Unset: none are made.",
    group=_group,
)
BACKUP_KEEP = Setting(
    "WARREN_BACKUP_KEEP", int, 14, "Daily backups that are kept; erased data goes with the oldest.",
    group=_group,
)
REGIONS = Setting[dict[str, str]](
    "WARREN_REGIONS", pairs, {},
    "Where teams of a region have their files (a folder or a mounted bucket) and which model "
    "providers may read their texts: eu-west.media=/srv/eu,eu-west.providers=mistral+google",
    group=_group,
)
BASE_URL = Setting(
    "WARREN_BASE_URL", str, "http://127.0.0.1:8000",
    "Address under which people and networks reach this installation, without a last slash.",
    group=_group,
)
LINK_DOMAIN = Setting(
    "WARREN_LINK_DOMAIN", str, "",
    "Address of short links, also one of WARREN_HOSTS. Default: WARREN_BASE_URL.", group=_group,
)
HOSTS = Setting[tuple[str, ...]](
    "WARREN_HOSTS", words, (),
    "Host names that are answered, separated by commas. Production needs it.",
    group=_group,
)

# -- Services -----------------------------------------------------------------------------------

_group = "Services (leave empty for the embedded PostgreSQL and Redis)"
DATABASE_URL = Setting(
    "DATABASE_URL", str, "",
    "PostgreSQL for the application's role: postgres://warren_app:…@host:5432/warren",
    group=_group, is_secret=True,
)
DATABASE_OWNER_URL = Setting(
    "DATABASE_OWNER_URL", str, "",
    "The same database for the role that owns the tables and migrates them (warren_owner).",
    group=_group, is_secret=True,
)
DATABASE_OPERATOR_URL = Setting(
    "DATABASE_OPERATOR_URL", str, "",
    "The same database for the admin's role, which sees every organization (warren_operator).",
    group=_group, is_secret=True,
)
DATABASE_POOL = Setting(
    "DATABASE_POOL", int, 0,
    "Connections that one process pools; 0 keeps one persistent connection a thread instead.",
    group=_group,
)
REDIS_URL = Setting(
    "REDIS_URL", str, "",
    "Redis for the broker and the cache: redis://:password@host:6379/0. AOF on, noeviction.",
    group=_group, is_secret=True,
)
REDIS_CACHE_URL = Setting(
    "REDIS_CACHE_URL", str, "",
    "Redis for the cache alone. Default: the same server as REDIS_URL, the next database.",
    group=_group, is_secret=True,
)

# -- Secrets ------------------------------------------------------------------------------------

_group = "Secrets (made in var/ at the first run; production wants its own)"
SECRET_KEY = Setting(
    "WARREN_SECRET_KEY", str, "", "Signs sessions and cursors. At least 50 characters.",
    group=_group, is_secret=True,
)
SECRET_KEY_FALLBACKS = Setting[tuple[str, ...]](
    "WARREN_SECRET_KEY_FALLBACKS", words, (),
    "Former values of WARREN_SECRET_KEY that are still accepted, separated by commas.",
    group=_group, is_secret=True,
)
DIGEST_KEY = Setting(
    "WARREN_DIGEST_KEY", str, "",
    "Recognises who was erased or must not be written to. Never changes. Default: SECRET_KEY; set "
    "it to the present SECRET_KEY before that one is replaced.",
    group=_group, is_secret=True,
)
MASTER_KEY_FILE = Setting[Path | None](
    "WARREN_MASTER_KEY_FILE", path, None,
    "File with the master key that wraps each organization's data key. Keep it away from the "
    "database, its backups and the media. Default: master.key in WARREN_VAR (development only).",
    group=_group,
)
from .env_keys import (  # noqa: E402, I001
    AWS_CREDENTIALS_FILE as AWS_CREDENTIALS_FILE,
    AWS_KMS_ENDPOINT as AWS_KMS_ENDPOINT,
    AWS_KMS_KEY as AWS_KMS_KEY,
    AWS_REGION as AWS_REGION,
    GOOGLE_CREDENTIALS_FILE as GOOGLE_CREDENTIALS_FILE,
    GOOGLE_KMS_ENDPOINT as GOOGLE_KMS_ENDPOINT,
    GOOGLE_KMS_KEY as GOOGLE_KMS_KEY,
    GOOGLE_TOKEN_URL as GOOGLE_TOKEN_URL,
    MASTER_KEY_FORMER as MASTER_KEY_FORMER,
    MASTER_KEY_PROVIDER as MASTER_KEY_PROVIDER,
    VAULT_ADDRESS as VAULT_ADDRESS,
    VAULT_KEY as VAULT_KEY,
    VAULT_MOUNT as VAULT_MOUNT,
    VAULT_TOKEN_FILE as VAULT_TOKEN_FILE,
)

# -- Behaviour ----------------------------------------------------------------------------------

_group = "Behaviour"
DEBUG = Setting(
    "WARREN_DEBUG", flag, False,
    "Django's debug pages. Development only; production refuses it.",
    group=_group,
)
LOG_LEVEL = Setting(
    "WARREN_LOG_LEVEL", str, "INFO", "DEBUG, INFO, WARNING or ERROR.", group=_group
)
LOG_JSON = Setting(
    "WARREN_LOG_JSON", flag, False,
    "One JSON object a line instead of readable lines. Default in production: yes.",
    group=_group,
)
ALLOW_LOOPBACK = Setting(
    "WARREN_ALLOW_LOOPBACK", flag, False,
    "Let outgoing requests reach this machine. The demo and the tests set it; production never.",
    group=_group,
)
OUTBOUND_ALLOW = Setting[tuple[str, ...]](
    "WARREN_OUTBOUND_ALLOW", words, (),
    "host:port of private servers that outgoing requests may reach, separated by commas.",
    group=_group,
)
UPLOAD_QUOTA_MB = Setting(
    "WARREN_UPLOAD_QUOTA_MB", int, 2_048,
    "How much the uploaded files of one organization may take together, in MB.",
    group=_group,
)
VIDEO_MB = Setting("WARREN_VIDEO_MB", int, 500, "Largest video to upload, in MB.", group=_group)
FFMPEG = Setting(
    "WARREN_FFMPEG", str, "", "Path of the program that converts videos; none: no program. Empty: "
    "the machine's own, else that of the extra `video`.", group=_group,
)
EMAIL_URL = Setting(
    "EMAIL_URL", str, "consolemail://",
    "Outgoing mail: smtp+tls://user:password@host:587, or consolemail:// to print it.",
    group=_group, is_secret=True,
)
EMAIL_FROM = Setting(
    "WARREN_EMAIL_FROM", str, "Warren <warren@localhost>", "Sender of Warren's own mail.",
    group=_group,
)
SUPPORT_EMAIL = Setting(
    "WARREN_SUPPORT_EMAIL", str, "",
    "Where questions from the help page and the contact form are mailed. Empty: they stand in the "
    "operators' admin only.",
    group=_group,
)
EMAIL_VERIFICATION = Setting(
    "WARREN_EMAIL_VERIFICATION", str, "none",
    "none, optional or mandatory: whether a new account must confirm its address. Default in "
    "production: mandatory; without it, signing up tells whether an address has an account.",
    group=_group,
)

# -- Signing in ---------------------------------------------------------------------------------

_group = "Signing in (a provider that is not set has no button)"
GOOGLE_CLIENT_ID = Setting(
    "WARREN_GOOGLE_CLIENT_ID", str, "", "Client id of an OAuth client at Google.", group=_group
)
GOOGLE_CLIENT_SECRET = Setting(
    "WARREN_GOOGLE_CLIENT_SECRET", str, "", "Its secret.", group=_group, is_secret=True
)
OIDC_NAME = Setting(
    "WARREN_OIDC_NAME", str, "Single sign-on",
    "Name of an OpenID Connect provider, as the button says it.",
    group=_group,
)
OIDC_SERVER = Setting(
    "WARREN_OIDC_SERVER", str, "",
    "Its address, under which /.well-known/openid-configuration lies.",
    group=_group,
)
OIDC_CLIENT_ID = Setting(
    "WARREN_OIDC_CLIENT_ID", str, "", "Client id at that provider.", group=_group
)
OIDC_CLIENT_SECRET = Setting(
    "WARREN_OIDC_CLIENT_SECRET", str, "", "Its secret.", group=_group, is_secret=True
)
OIDC_PAGES = Setting[tuple[str, ...]](
    "WARREN_OIDC_PAGES", words, (),
    "Origins of its sign-in pages, separated by commas, if they are not on the same server.",
    group=_group,
)
SESSION_IDLE_SECONDS = Setting(
    "WARREN_SESSION_IDLE_SECONDS", int, 14 * 24 * 3600,
    "A session that was not used for so long ends. Each use begins it anew.",
    group=_group,
)
SESSION_MOST_SECONDS = Setting(
    "WARREN_SESSION_MOST_SECONDS", int, 30 * 24 * 3600,
    "A session ends after so long, however much it is used.",
    group=_group,
)
OPERATORS_NEED_MFA = Setting(
    "WARREN_OPERATORS_NEED_MFA", flag, False,
    "Open the operators' admin only to who signed in with a second factor. Default in production: "
    "yes.",
    group=_group,
)
TRUSTED_PROXIES = Setting[tuple[str, ...]](
    "WARREN_TRUSTED_PROXIES", words, (),
    "Addresses or networks of the reverse proxies whose X-Forwarded-For and -Proto are believed, "
    "separated by commas; unix for a Unix socket. Default in production: 127.0.0.1,::1",
    group=_group,
)

# -- Payments -----------------------------------------------------------------------------------

_group = "Payments by Stripe (none: operators assign plans)"
STRIPE_API_KEY = Setting(
    "STRIPE_API_KEY", str, "",
    "Secret or restricted key. Operators can also set it in the admin, which wins.",
    group=_group, is_secret=True,
)
STRIPE_WEBHOOK_SECRET = Setting(
    "STRIPE_WEBHOOK_SECRET", str, "",
    "Signing secret of the messages to /hooks/stripe/; two with a comma while one is replaced.",
    group=_group, is_secret=True,
)
STRIPE_API_BASE = Setting(
    "STRIPE_API_BASE", str, "https://api.stripe.com",
    "Where Stripe's API is; nothing else is asked. A fake of it for tests.",
    group=_group,
)

# -- Models -------------------------------------------------------------------------------------

_group = "Language model (none: the offline writer composes from the material)"
LLM_PROVIDER = Setting(
    "WARREN_LLM_PROVIDER", str, "",
    "openai, anthropic, google, mistral, openrouter, or compatible for any address that speaks "
    "the OpenAI protocol (Ollama, vLLM).",
    group=_group,
)
LLM_MODEL = Setting(
    "WARREN_LLM_MODEL", str, "", "Name of the model, as the provider calls it.", group=_group
)
LLM_FALLBACK_MODEL = Setting(
    "WARREN_LLM_FALLBACK_MODEL", str, "", group=_group,
    about="Model of the same provider that is asked when the first one fails.",
)
LLM_MODELS = Setting[dict[str, str]](
    "WARREN_LLM_MODELS", pairs, {}, group=_group,
    about="Another model of the same provider for one purpose: copy=big-model,analysis=small-model",
)
LLM_API_KEY = Setting(
    "WARREN_LLM_API_KEY", str, "", "Key of the provider.", group=_group, is_secret=True
)
LLM_KEYS = Setting[dict[str, str]](
    "WARREN_LLM_KEYS", pairs, {}, group=_group, is_secret=True,
    about="Keys of further providers, for agents with a model of their own, and asked when the "
    "first one fails in the order anthropic, google, mistral: anthropic=...,google=...",
)
LLM_BASE_URL = Setting(
    "WARREN_LLM_BASE_URL", str, "", group=_group,
    about="Another address of the provider; needed for compatible: http://127.0.0.1:11434/v1",
)
LLM_IS_FREE = Setting(
    "WARREN_LLM_IS_FREE", flag, False, group=_group,
    about="Calls cost nothing, as with a model on your own machine.",
)
LLM_PRICE = Setting(
    "WARREN_LLM_PRICE", str, "", group=_group,
    about="Dollars per million input and output tokens, 0.15/0.60, where the price is unknown.",
)
LLM_TIMEOUT_SECONDS = Setting(
    "WARREN_LLM_TIMEOUT_SECONDS", float, 60.0, "Deadline of one call to the model, in seconds.",
    group=_group,
)
LLM_BUDGET_CENTS = Setting(
    "WARREN_LLM_BUDGET_CENTS", int, 2_000,
    "Most that one organization may spend on this key in a calendar month, in US cents.",
    group=_group,
)

_group = "Embeddings (none: the offline model)"
EMBEDDINGS_PROVIDER = Setting(
    "WARREN_EMBEDDINGS_PROVIDER", str, "offline",
    "offline, openai, google, or compatible for any address that speaks the OpenAI protocol.",
    group=_group,
)
EMBEDDINGS_MODEL = Setting(
    "WARREN_EMBEDDINGS_MODEL", str, "", "Name of the embedding model.", group=_group
)
EMBEDDINGS_API_KEY = Setting(
    "WARREN_EMBEDDINGS_API_KEY", str, "", "Key of the provider.", group=_group, is_secret=True
)
EMBEDDINGS_BASE_URL = Setting(
    "WARREN_EMBEDDINGS_BASE_URL", str, "", "Another address of the provider.", group=_group
)

# -- Times --------------------------------------------------------------------------------------

from .env_times import (  # noqa: E402, I001
    CHANNEL_OPTIONS as CHANNEL_OPTIONS,
    DELIVERY_THREADS as DELIVERY_THREADS,
    DUE_SWEEP_SECONDS as DUE_SWEEP_SECONDS,
    HOLD_SECONDS as HOLD_SECONDS,
    LEASE_SECONDS as LEASE_SECONDS,
    METRICS_SCALE as METRICS_SCALE,
    OUTBOUND_TIMEOUT_SECONDS as OUTBOUND_TIMEOUT_SECONDS,
    PULSE_SECONDS as PULSE_SECONDS,
    READ_BACK_SECONDS as READ_BACK_SECONDS,
    REAPER_SECONDS as REAPER_SECONDS,
    RETRY_BASE_SECONDS as RETRY_BASE_SECONDS,
    RETRY_MOST_SECONDS as RETRY_MOST_SECONDS,
    SCHEDULE_TICK_SECONDS as SCHEDULE_TICK_SECONDS,
    TOO_LATE_SECONDS as TOO_LATE_SECONDS,
)

# -- Serving ------------------------------------------------------------------------------------

_group = "Serving (make up, make demo)"
WEB_ADDRESS = Setting(
    "WARREN_WEB_ADDRESS", str, "127.0.0.1:8000", "Address and port of the web server.",
    group=_group,
)
WEB_WORKERS = Setting("WARREN_WEB_WORKERS", int, 2, "Web processes.", group=_group)
WEB_THREADS = Setting("WARREN_WEB_THREADS", int, 8, "Threads in each of them.", group=_group)
TASK_PROCESSES = Setting(
    "WARREN_TASK_PROCESSES", int, 2, "Processes of the task worker.", group=_group
)

# fmt: on


def load_dotenv() -> None:
    """Read `.env` beside manage.py, if there is one; the real environment wins."""
    dotenv = BASE_DIR / ".env"
    if dotenv.is_file():
        environ.Env.read_env(dotenv)


def example() -> str:
    lines = [
        "# Warren's settings. Copy to .env; every line is optional in development.",
        "# Secrets (marked so) may also be given as files: NAME_FILE=/run/secrets/name",
    ]
    group = ""
    for setting in settings_of_the_environment():
        if setting.group != group:
            group = setting.group
            lines += ["", f"# --- {group}"]
        about = f"# {setting.about}{' (secret)' if setting.is_secret else ''}"
        lines += ["", about, f"#{setting.name}={_shown(setting.default)}"]
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default is None or isinstance(default, bool):
        return {None: "", True: "yes", False: "no"}[default]
    if isinstance(default, tuple | dict):
        return ",".join(default)
    return str(default.relative_to(BASE_DIR) if isinstance(default, Path) else default)


if __name__ == "__main__":
    sys.stdout.write(example())
