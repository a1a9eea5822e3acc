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
MASTER_KEY_PROVIDER = Setting(
    "WARREN_MASTER_KEY_PROVIDER", str, "file",
    "Who keeps the master key: file, aws (KMS), google (Cloud KMS) or vault (Vault's transit).",
    group=_group,
)
MASTER_KEY_FORMER = Setting[tuple[str, ...]](
    "WARREN_MASTER_KEY_FORMER", words, (),
    "Former keepers that may still unwrap, separated by commas, until rotate_keys master has run.",
    group=_group,
)
AWS_KMS_KEY = Setting(
    "WARREN_AWS_KMS_KEY", str, "", "ARN, id or alias of the KMS key.", group=_group
)
AWS_REGION = Setting(
    "WARREN_AWS_REGION", str, "us-east-1", "Region of the KMS key.", group=_group
)
AWS_KMS_ENDPOINT = Setting(
    "WARREN_AWS_KMS_ENDPOINT", str, "",
    "Another address of KMS, such as that of a private endpoint.",
    group=_group,
)
AWS_CREDENTIALS_FILE = Setting[Path | None](
    "WARREN_AWS_CREDENTIALS_FILE", path, None,
    "File with [default], aws_access_key_id, aws_secret_access_key and perhaps aws_session_token; "
    "read again for each call.",
    group=_group,
)
GOOGLE_KMS_KEY = Setting(
    "WARREN_GOOGLE_KMS_KEY", str, "",
    "Resource name of the key: projects/…/locations/…/keyRings/…/cryptoKeys/…",
    group=_group,
)
GOOGLE_KMS_ENDPOINT = Setting(
    "WARREN_GOOGLE_KMS_ENDPOINT", str, "", "Another address of Cloud KMS.", group=_group
)
GOOGLE_CREDENTIALS_FILE = Setting[Path | None](
    "WARREN_GOOGLE_CREDENTIALS_FILE", path, None,
    "The JSON key of a service account that may encrypt and decrypt with the key.",
    group=_group,
)
GOOGLE_TOKEN_URL = Setting(
    "WARREN_GOOGLE_TOKEN_URL", str, "",
    "Instead of a JSON key: the metadata server's address that gives this machine its tokens.",
    group=_group,
)
VAULT_ADDRESS = Setting(
    "WARREN_VAULT_ADDRESS", str, "", "Address of Vault: https://vault.internal:8200", group=_group
)
VAULT_KEY = Setting("WARREN_VAULT_KEY", str, "warren", "Name of the transit key.", group=_group)
VAULT_MOUNT = Setting(
    "WARREN_VAULT_MOUNT", str, "transit", "Where the transit engine is mounted.", group=_group
)
VAULT_TOKEN_FILE = Setting[Path | None](
    "WARREN_VAULT_TOKEN_FILE", path, None,
    "File with Vault's token, read again for each call, so that an agent may renew it.",
    group=_group,
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
TRUSTED_PROXIES = Setting(
    "WARREN_TRUSTED_PROXIES", int, 0,
    "Reverse proxies in front of Warren, whose X-Forwarded-For tells the sender's address. Default "
    "in production: 1.",
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
    "WARREN_LLM_FALLBACK_MODEL", str, "",
    "Model of the same provider that is asked when the first one fails.",
    group=_group,
)
LLM_MODELS = Setting[dict[str, str]](
    "WARREN_LLM_MODELS", pairs, {},
    "Another model of the same provider for one purpose: copy=big-model,analysis=small-model",
    group=_group,
)
LLM_API_KEY = Setting(
    "WARREN_LLM_API_KEY", str, "", "Key of the provider.", group=_group, is_secret=True
)
LLM_BASE_URL = Setting(
    "WARREN_LLM_BASE_URL", str, "",
    "Another address of the provider; needed for compatible: http://127.0.0.1:11434/v1",
    group=_group,
)
LLM_IS_FREE = Setting(
    "WARREN_LLM_IS_FREE", flag, False,
    "Calls cost nothing, as with a model on your own machine.",
    group=_group,
)
LLM_PRICE = Setting(
    "WARREN_LLM_PRICE", str, "",
    "Dollars per million input and output tokens, 0.15/0.60, of a model whose price is unknown.",
    group=_group,
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

_group = "Times of the engine, in seconds"
LEASE_SECONDS = Setting(
    "WARREN_LEASE_SECONDS", float, 60.0,
    "How long a worker owns a row that it claimed; longer than any one outside call.",
    group=_group,
)
DUE_SWEEP_SECONDS = Setting(
    "WARREN_DUE_SWEEP_SECONDS", float, 30.0,
    "Between two sweeps for due rows; bounds how late a post is when the broker is away.",
    group=_group,
)
SCHEDULE_TICK_SECONDS = Setting(
    "WARREN_SCHEDULE_TICK_SECONDS", float, 60.0, "Between two looks at the schedules.",
    group=_group,
)
REAPER_SECONDS = Setting(
    "WARREN_REAPER_SECONDS", float, 30.0, "Between two looks for expired leases.", group=_group
)
RETRY_BASE_SECONDS = Setting(
    "WARREN_RETRY_BASE_SECONDS", float, 60.0,
    "Wait before the first retry of a delivery; each further one waits twice as long.",
    group=_group,
)
RETRY_MOST_SECONDS = Setting(
    "WARREN_RETRY_MOST_SECONDS", float, 3_600.0, "Longest wait between two tries.", group=_group
)
DELIVERY_THREADS = Setting(
    "WARREN_DELIVERY_THREADS", int, 24,
    "Posts that one process of the task worker sends at the same time (a number, not seconds).",
    group=_group,
)
PULSE_SECONDS = Setting(
    "WARREN_PULSE_SECONDS", float, 5.0,
    "Between two looks for due posts that each worker process takes by itself, without the broker. "
    "0 turns them off.",
    group=_group,
)
READ_BACK_SECONDS = Setting(
    "WARREN_READ_BACK_SECONDS", float, 30.0,
    "From an unknown outcome to the look for the post on the network; longer than a request.",
    group=_group,
)
HOLD_SECONDS = Setting(
    "WARREN_HOLD_SECONDS", float, 900.0,
    "Until a post that a pause, a lost account or missing credits hold up is looked at again.",
    group=_group,
)
TOO_LATE_SECONDS = Setting(
    "WARREN_TOO_LATE_SECONDS", float, 7_200.0,
    "How late a post may still go out without a person being asked.",
    group=_group,
)
METRICS_SCALE = Setting(
    "WARREN_METRICS_SCALE", float, 1.0,
    "Factor on the ages at which a post's numbers are read; below 1 to see them sooner.",
    group=_group,
)
CHANNEL_OPTIONS = Setting[dict[str, str]](
    "WARREN_CHANNEL_OPTIONS", pairs, {},
    "What a channel lets an operator change, such as its public addresses; each channel's file "
    "names its own: slug.option=value,slug.option=value",
    group=_group,
)
OUTBOUND_TIMEOUT_SECONDS = Setting(
    "WARREN_OUTBOUND_TIMEOUT_SECONDS", float, 20.0, "Deadline of one outside request.",
    group=_group,
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
        lines += ["", f"# {setting.about}{' (secret)' if setting.is_secret else ''}"]
        lines.append(f"#{setting.name}={_shown(setting.default)}")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple | dict):
        return ",".join(default)
    if isinstance(default, Path):
        return str(default.relative_to(BASE_DIR))
    return str(default)


if __name__ == "__main__":
    sys.stdout.write(example())
