"""Structured logging: every line of a session carries its id, as text for people or as JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any, TextIO

from runtime.log_repeats import Repeats

_SHOWN_OF_TOKEN = (
    8  # enough to tell sessions apart; the whole token would let a reader of the log take one over
)


class SessionLog(logging.LoggerAdapter[logging.Logger]):
    """A logger whose records have ``session`` set."""

    def __init__(self, logger: logging.Logger, session: str) -> None:
        super().__init__(logger, {"session": session})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the session to the record."""
        kwargs["extra"] = {**(self.extra or {}), **kwargs.get("extra", {})}
        return msg, kwargs


def with_fields(**fields: Any) -> dict[str, Any]:
    """For ``extra=``: values beside the message, as keys in JSON and as ``key=value`` in text."""
    return {"fields": fields}


class TextFormatter(logging.Formatter):
    """``12:00:00 INFO runtime.session [a1b2c3d4] message key=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback if there is one."""
        session = getattr(record, "session", "")
        record.where = f"[{session}] " if session else ""
        record.more = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - named by logging
        """The line before a traceback. Clients' words may be in it: what would break or colour the line is escaped."""
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, session, message, fields, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{stamp}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
        }
        if hasattr(record, "session"):
            line["session"] = record.session
        line["message"] = record.getMessage()
        line |= {name: value for name, value in _fields(record).items() if name not in line}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    if hasattr(record, "left_out"):
        fields["similar_lines_left_out"] = record.left_out
    return fields


def _word(value: Any) -> str:
    """As one word; quoted when it holds blanks, quotes or control characters, so that a line stays one line."""
    text = str(value)
    return text if text.isprintable() and text and not set(text) & set(' "=') else json.dumps(text)


def configure(level: str = "INFO", form: str = "text", stream: TextIO | None = None) -> None:
    """Send all records of ``level`` and above to ``stream`` (default: standard error) as "text" or "json".

    Floods are thinned out (``Repeats``).
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Repeats())
    text = TextFormatter("%(asctime)s %(levelname)s %(name)s %(where)s%(message)s%(more)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
