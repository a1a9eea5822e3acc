"""What every installation shares. Each value that may differ comes from config/env.py."""

from __future__ import annotations

import os
from typing import Any

import environ

from config import databases, env, providers, variables
from config.beat import beat_schedule
from config.embedded import Services
from config.logs import logging_to_stderr
from config.policies import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from config.secret_files import made_secret, new_master_key, new_secret_key

BASE_DIR = env.BASE_DIR
WARREN_VAR = env.VAR.get()
DEBUG = False

# OpenBLAS with two threads is slower than with one inside a busy worker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# -- Services -----------------------------------------------------------------------------------

SERVICES = Services(
    WARREN_VAR,
    postgres=not env.DATABASE_URL.is_given,
    redis=not env.REDIS_URL.is_given,
)
# Checks that need no service (types, lint) leave them asleep.
if os.environ.get("WARREN_START_SERVICES", "yes") != "no":
    SERVICES.join()

DATABASES = databases.connections(SERVICES)
DATABASE_DISPATCH_ROLE = databases.DISPATCH_ROLE
DATABASE_ROUTERS = ["config.kernel.scoping.TenantRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "analytics",
    "publishing",
    "content",
    "brands",
    "billing",
    "organizations",
    "organizations.operators.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles, so that runserver serves files as production does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    # Simple: both would rewrite the template loaders, which stand below by hand.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "lucide",
]

MIDDLEWARE = [
    "config.kernel.peers.TrueAddress",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.kernel.web.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "organizations.sign_in.session_limits.SessionLimits",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    # Innermost: what a view raises becomes an answer before anything else sees it.
    "config.kernel.web.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "lucide.templatetags.lucide",
                "django_htmx.templatetags.django_htmx",
            ],
            # Partials outermost: they cut a piece out of what the others found.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]
COTTON_DIR = "cotton"
FORM_RENDERER = "config.kernel.forms.Renderer"

# -- Secrets ------------------------------------------------------------------------------------

SECRET_KEY = env.SECRET_KEY.get() or made_secret(WARREN_VAR, "secret.key", new_secret_key)
SECRET_KEY_FALLBACKS = list(env.SECRET_KEY_FALLBACKS.get())
WARREN_DIGEST_KEY = env.DIGEST_KEY.get()
WARREN_MASTER_KEY_FILE = env.MASTER_KEY_FILE.get() or WARREN_VAR / "master.key"
WARREN_MASTER_KEY_PROVIDER = env.MASTER_KEY_PROVIDER.get()
WARREN_MASTER_KEY_FORMER = env.MASTER_KEY_FORMER.get()
if not env.MASTER_KEY_FILE.is_given and WARREN_MASTER_KEY_PROVIDER == "file":
    made_secret(WARREN_VAR, "master.key", new_master_key)
WARREN_AWS_KMS_KEY = env.AWS_KMS_KEY.get()
WARREN_AWS_REGION = env.AWS_REGION.get()
WARREN_AWS_KMS_ENDPOINT = env.AWS_KMS_ENDPOINT.get()
WARREN_AWS_CREDENTIALS_FILE = env.AWS_CREDENTIALS_FILE.get()
WARREN_GOOGLE_KMS_KEY = env.GOOGLE_KMS_KEY.get()
WARREN_GOOGLE_KMS_ENDPOINT = env.GOOGLE_KMS_ENDPOINT.get()
WARREN_GOOGLE_CREDENTIALS_FILE = env.GOOGLE_CREDENTIALS_FILE.get()
WARREN_GOOGLE_TOKEN_URL = env.GOOGLE_TOKEN_URL.get()
WARREN_VAULT_ADDRESS = env.VAULT_ADDRESS.get()
WARREN_VAULT_KEY = env.VAULT_KEY.get()
WARREN_VAULT_MOUNT = env.VAULT_MOUNT.get()
WARREN_VAULT_TOKEN_FILE = env.VAULT_TOKEN_FILE.get()

# -- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["organizations.sign_in.adapters.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# Twelve: more than the eight of ASVS 6.2.1, and short of the fifteen that it advises where nothing
# else protects an account, because a second factor is one step away here.
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "organizations.sign_in.passwords.MaximumLengthValidator"},
    {"NAME": "organizations.sign_in.passwords.BreachedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = env.EMAIL_VERIFICATION.get()
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "organizations.sign_in.adapters.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "add_email": "organizations.forms.sign_in.ChangeEmailForm",
    "signup": "organizations.forms.sign_in.SignupForm",
    "change_password": "organizations.forms.sign_in.ChangePasswordForm",
    "set_password": "organizations.forms.sign_in.SetPasswordForm",
    "reset_password_from_key": "organizations.forms.sign_in.ResetPasswordForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Seconds until a second factor must have followed the first, and until a link in the mail is old.
ACCOUNT_LOGIN_TIMEOUT = 10 * 60
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "30/m/ip",
    # By account and address together: nobody can lock another person out. See adapters.py.
    "login_failed": "5/m/key,30/h/key,50/h/ip",
    "signup": "20/h/ip",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/3m/key",
}
# TrueAddress has set REMOTE_ADDR right before anybody asks for it.
ALLAUTH_TRUSTED_PROXY_COUNT = 0

MFA_ADAPTER = "organizations.sign_in.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "activate_totp": "organizations.forms.sign_in.ActivateAppForm",
    "add_webauthn": "organizations.forms.sign_in.AddPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of telephones go wrong: the codes before and after count too, each still only once.
MFA_TOTP_TOLERANCE = 1
# Only "optional" lets somebody in whose address may be another's and is still to be confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "optional"
MFA_RATE_LIMITS: dict[str, str] | bool = {"webauthn_login": "10/m/ip"}

SOCIALACCOUNT_ADAPTER = "organizations.sign_in.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "organizations.forms.sign_in.SocialSignupForm"}
SOCIALACCOUNT_STORE_TOKENS = False
# An address alone never opens an account: who has one signs in and connects the provider there.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = providers.from_environment()
WARREN_OPERATORS_NEED_MFA = env.OPERATORS_NEED_MFA.get()
# Seconds for which a proof of who one is counts, see organizations/step_up.py.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = WARREN_SESSION_IDLE_SECONDS = env.SESSION_IDLE_SECONDS.get()
WARREN_SESSION_MOST_SECONDS = env.SESSION_MOST_SECONDS.get()
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# -- Mail ---------------------------------------------------------------------------------------

vars().update(environ.Env.email_url_config(env.EMAIL_URL.get()))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.EMAIL_FROM.get()
EMAIL_TIMEOUT = 20
WARREN_SUPPORT_EMAIL = env.SUPPORT_EMAIL.get()

# -- Redis: broker and cache --------------------------------------------------------------------

if SERVICES.redis is not None:
    CELERY_BROKER_URL = SERVICES.redis.celery_url(0)
    WARREN_CACHE_URL = SERVICES.redis.url(1)
else:
    CELERY_BROKER_URL = env.REDIS_URL.get()
    WARREN_CACHE_URL = env.REDIS_CACHE_URL.get() or variables.next_database(CELERY_BROKER_URL)

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": WARREN_CACHE_URL,
        "KEY_PREFIX": "warren",
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 2, "health_check_interval": 30},
    }
}

# The queue is rows; messages are hints that carry ids. See reliability in docs/.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker that is stopped in mid-call leaves posts of which nobody knows whether they are out. Rows
# and fences keep a second run of the same message harmless.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "warren"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than the hard limit, or Redis would hand out again what still runs.
    "visibility_timeout": 900,
    "socket_connect_timeout": 2,
    "socket_timeout": 20,
    "health_check_interval": 30,
    # Kombu would try for 6 s to connect, whatever PUBLISH_RETRY says.
    "max_retries": 0,
}
# A page must not wait for a broker that is away: one short try, and the sweep finds the row.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# -- The engine ---------------------------------------------------------------------------------

WARREN_BASE_URL = env.BASE_URL.get().rstrip("/")
WARREN_LINK_DOMAIN = env.LINK_DOMAIN.get().rstrip("/")
WARREN_TRUSTED_PROXIES = env.TRUSTED_PROXIES.get()
WARREN_ALLOW_LOOPBACK = env.ALLOW_LOOPBACK.get()
WARREN_OUTBOUND_ALLOW = env.OUTBOUND_ALLOW.get()
WARREN_REGIONS = env.REGIONS.get()
WARREN_LEASE_SECONDS = env.LEASE_SECONDS.get()
WARREN_DUE_SWEEP_SECONDS = env.DUE_SWEEP_SECONDS.get()
WARREN_SCHEDULE_TICK_SECONDS = env.SCHEDULE_TICK_SECONDS.get()
WARREN_REAPER_SECONDS = env.REAPER_SECONDS.get()
WARREN_RETRY_BASE_SECONDS = env.RETRY_BASE_SECONDS.get()
WARREN_RETRY_MOST_SECONDS = env.RETRY_MOST_SECONDS.get()
WARREN_OUTBOUND_TIMEOUT_SECONDS = env.OUTBOUND_TIMEOUT_SECONDS.get()
WARREN_DELIVERY_THREADS = env.DELIVERY_THREADS.get()
WARREN_CHANNEL_OPTIONS = env.CHANNEL_OPTIONS.get()
WARREN_METRICS_SCALE = env.METRICS_SCALE.get()
WARREN_PULSE_SECONDS = env.PULSE_SECONDS.get()
WARREN_READ_BACK_SECONDS = env.READ_BACK_SECONDS.get()
WARREN_HOLD_SECONDS = env.HOLD_SECONDS.get()
WARREN_TOO_LATE_SECONDS = env.TOO_LATE_SECONDS.get()
CELERY_BEAT_SCHEDULE = beat_schedule(
    due_seconds=WARREN_DUE_SWEEP_SECONDS,
    schedule_seconds=WARREN_SCHEDULE_TICK_SECONDS,
    reaper_seconds=WARREN_REAPER_SECONDS,
)

STRIPE_API_KEY = env.STRIPE_API_KEY.get()
STRIPE_WEBHOOK_SECRET = env.STRIPE_WEBHOOK_SECRET.get()
STRIPE_API_BASE = env.STRIPE_API_BASE.get().rstrip("/")

WARREN_LLM_PROVIDER = env.LLM_PROVIDER.get()
WARREN_LLM_MODEL = env.LLM_MODEL.get()
WARREN_LLM_FALLBACK_MODEL = env.LLM_FALLBACK_MODEL.get()
WARREN_LLM_MODELS = env.LLM_MODELS.get()
WARREN_LLM_IS_FREE = env.LLM_IS_FREE.get()
WARREN_LLM_PRICE = env.LLM_PRICE.get()
WARREN_LLM_API_KEY = env.LLM_API_KEY.get()
WARREN_LLM_KEYS = env.LLM_KEYS.get()
WARREN_LLM_BASE_URL = env.LLM_BASE_URL.get()
WARREN_LLM_TIMEOUT_SECONDS = env.LLM_TIMEOUT_SECONDS.get()
WARREN_LLM_BUDGET_CENTS = env.LLM_BUDGET_CENTS.get()
WARREN_EMBEDDINGS_PROVIDER = env.EMBEDDINGS_PROVIDER.get()
WARREN_EMBEDDINGS_MODEL = env.EMBEDDINGS_MODEL.get()
WARREN_EMBEDDINGS_API_KEY = env.EMBEDDINGS_API_KEY.get()
WARREN_EMBEDDINGS_BASE_URL = env.EMBEDDINGS_BASE_URL.get()

WARREN_WEB_ADDRESS = env.WEB_ADDRESS.get()
WARREN_WEB_WORKERS = env.WEB_WORKERS.get()
WARREN_WEB_THREADS = env.WEB_THREADS.get()
WARREN_TASK_PROCESSES = env.TASK_PROCESSES.get()

# -- Files --------------------------------------------------------------------------------------

WARREN_MEDIA_ROOT = MEDIA_ROOT = env.MEDIA_ROOT.get() or WARREN_VAR / "media"
WARREN_BACKUP_ROOT = env.BACKUP_ROOT.get()
WARREN_BACKUP_KEEP = env.BACKUP_KEEP.get()
WARREN_UPLOAD_QUOTA_MB = env.UPLOAD_QUOTA_MB.get()
WARREN_VIDEO_MB = env.VIDEO_MB.get()
WARREN_FFMPEG = env.FFMPEG.get()
MEDIA_URL = "media/"
STATIC_URL = "static/"
STATIC_ROOT = WARREN_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- Security headers ---------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# -- Logs ---------------------------------------------------------------------------------------

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

LOGGING = logging_to_stderr(env.LOG_LEVEL.get().upper(), as_json=env.LOG_JSON.get())
