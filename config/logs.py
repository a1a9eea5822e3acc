"""How the log is written: one stream of lines, Django's and ours alike."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict

# A piece of an address as long as 30 random bytes: of a link in a letter, it opens something.
_TOKEN = re.compile(r"(?<=/)[\w:-]{40,}(?=/|\?|$|\s)")

# What a network sends people back with: a code, or a site's new password.
_ANSWER = re.compile(r"(?<=/callback/)\?\S+")

_SECRET_NAME = re.compile(
    r"(?i)(password|passphrase|secret|token|authorization|cookie|api_?key|credential|private_key)"
    r"(?!_(id|at|name|count|hint|present)$)"
)
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)\s+)[^\s\"',;]{6,}")


def veil_tokens(logger: Any, name: str, event: EventDict) -> EventDict:
    """Keep links that let somebody in out of the log: invitations, resets, confirmations, and what
    networks and sign-in providers answer."""
    for key in ("request", "event", "path"):
        if isinstance(said := event.get(key), str) and "/" in said:
            event[key] = _TOKEN.sub("…", _ANSWER.sub("?…", said))
    return event


def hide_secrets(logger: Any, name: str, event: EventDict) -> EventDict:
    """The last net under whoever logs a secret by its name, or a request's authorization."""
    for key, said in event.items():
        if _SECRET_NAME.search(key) and said not in (None, "", True, False):
            event[key] = "****"
        elif isinstance(said, str) and "earer" in said:
            event[key] = _BEARER.sub(r"\1****", said)
        elif isinstance(said, dict):
            event[key] = hide_secrets(logger, name, dict(said))
    return event


_before: list[Any] = [
    structlog.contextvars.merge_contextvars,
    veil_tokens,
    hide_secrets,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_before,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def logging_to_stderr(level: str, *, as_json: bool) -> dict[str, Any]:
    """One stream of lines, Django's and ours alike."""
    # The richer traceback shows local variables, and so passwords and tokens.
    renderer: Any = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    final: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _before,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *(final if as_json else [renderer]),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django_structlog": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
        },
    }
