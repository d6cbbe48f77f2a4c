"""Structured logging: every line of a session carries its id, as text for people or as JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any, TextIO


class SessionLog(logging.LoggerAdapter[logging.Logger]):
    """A logger whose records have ``session`` set."""

    def __init__(self, logger: logging.Logger, session: str) -> None:
        super().__init__(logger, {"session": session})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the session to the record."""
        kwargs["extra"] = {**(self.extra or {}), **kwargs.get("extra", {})}
        return msg, kwargs


class TextFormatter(logging.Formatter):
    """``12:00:00 INFO runtime.session [a1b2] message``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback if there is one."""
        session = getattr(record, "session", "")
        record.where = f"[{session}] " if session else ""
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, session, message, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {"time": f"{stamp}.{int(record.msecs):03d}Z", "level": record.levelname, "logger": record.name}
        if hasattr(record, "session"):
            line["session"] = record.session
        line["message"] = record.getMessage()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str = "INFO", form: str = "text", stream: TextIO | None = None) -> None:
    """Send all records of ``level`` and above to ``stream`` (default: standard error) as "text" or "json"."""
    handler = logging.StreamHandler(stream or sys.stderr)
    text = TextFormatter("%(asctime)s %(levelname)s %(name)s %(where)s%(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
