"""Logs: structured, to standard error, as text for people or JSON for machines."""

import logging
import os
import sys
from collections.abc import Mapping
from typing import get_args

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from its_runtime.settings import LogLevel, ServiceSettings
from its_runtime.trail import REQUEST_ID, current

TELLTALES = ("httpx", "httpx2")
"""Libraries that tell the whole address of each call at the level info; what is asked may stand in its query."""
VARIABLES = ("ITS_LOG_LEVEL", "AIQ_LOG_LEVEL", "NAT_LOG_LEVEL")
"""Variables of the environment that name a level for all processes; the first one that does counts."""


def level(settings: ServiceSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return the least level that is logged: that of `ITS_LOG_LEVEL`, `AIQ_LOG_LEVEL`, or the settings."""
    named = (environment.get(name, "").lower() for name in VARIABLES)
    return next((name for name in named if name in get_args(LogLevel)), settings.log_level)


def configure(settings: ServiceSettings) -> None:
    """Set up logging for this process. Lines name the request they belong to; secrets are never logged.

    Prompts are logged at the level debug only, at which pipelines show every item.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _name_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_renderers(settings),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level(settings)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level(settings).upper(), handlers=[_OfLibraries()])
    for name in TELLTALES:
        logging.getLogger(name).setLevel(logging.NOTSET if level(settings) == "debug" else logging.WARNING)


class _OfLibraries(logging.Handler):
    """Writes what libraries log as our own lines are written."""

    def emit(self, record: logging.LogRecord) -> None:
        known = min(logging.CRITICAL, max(logging.DEBUG, record.levelno // 10 * 10))  # any number is a level there
        log = structlog.get_logger(record.name)
        log.log(known, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _name_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the current request's id, and that of its trace if it is traced."""
    for name, value in call.carried if (call := current()) else ():
        if name == "traceparent":
            event["trace_id"] = value.split("-")[1]
        elif name == REQUEST_ID:
            event.setdefault("request_id", value)
    return event


def _renderers(settings: ServiceSettings) -> list[Processor]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if not sys.stderr.isatty():
        return [structlog.processors.format_exc_info, _text]
    # Plain tracebacks: the colourful ones print local variables, and those hold prompts.
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return a line for people who read a file. It takes a tenth of the time that the one for terminals takes."""
    told, level, stamp = event.pop("event"), event.pop("level"), event.pop("timestamp")
    trace = event.pop("exception", "")
    facts = " ".join(f"{name}={_word(fact)}" for name, fact in event.items())
    return f"{stamp} [{level:<8}] {told:<30} {facts}" + (f"\n{trace}" if trace else "")


def _word(fact: object) -> str:
    text = str(fact)
    return text if text.isprintable() and text and " " not in text else repr(text)
