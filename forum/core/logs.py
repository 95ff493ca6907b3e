"""Log lines: JSON for machines or words for people, with no address of mail and no secret link."""

from __future__ import annotations

import logging
import logging.config
import re
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

MAIL = re.compile(r"[^\s@<>\"'(),:;]{1,64}@[^\s@<>\"'(),:;]{1,255}")
SECRET_LINK = re.compile(
    r"/(r|r/p|r/all|i|o|s|t|T|my|sign-in|invitations|door/pair|preview|register/with)/[^\s/?\"'<>]{8,}"
)
OUTSPOKEN = ("_granian", "forum")
OF_NO_USE = "Python threads, which seems quite high"


def configuration(*, plain: bool, quiet: bool = False) -> dict[str, Any]:
    """Return the settings of `logging`: lines on standard error, from warnings on where `quiet`."""
    level = logging.WARNING if quiet else logging.INFO
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"useful": {"()": "forum.core.logs.Useful"}},
        "formatters": {"line": {"()": "forum.core.logs.line", "plain": plain}},
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
                "filters": ["useful"],
            },
        },
        "loggers": {name: {"level": level} for name in OUTSPOKEN},
        "root": {"level": logging.WARNING, "handlers": ["lines"]},
    }


def configure(*, plain: bool, quiet: bool = False) -> None:
    """Set this process's log lines up."""
    logging.config.dictConfig(configuration(plain=plain, quiet=quiet))


class Useful(logging.Filter):
    """Leaves out advice about the number of threads, which is chosen for answers that wait."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is written."""
        return OF_NO_USE not in str(record.msg)


def line(*, plain: bool) -> ProcessorFormatter:
    """Return the formatter: one JSON object a line, or words for a person at a terminal."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
        if plain
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_personal_data,
            *last,
        ],
    )


def _without_personal_data(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: redacted(it) if isinstance(it, str) else it for key, it in event.items()}


def redacted(text: str) -> str:
    """Return a text without addresses of mail and without the secrets of personal links."""
    return SECRET_LINK.sub(r"/\1/[secret]", MAIL.sub("[address]", text))
