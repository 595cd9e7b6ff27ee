"""One way to log for every process: lines for people on a terminal, JSON lines elsewhere and in ``<home>/log``."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
from pathlib import Path

from watchfloor.kernel import clock
from watchfloor.platform.loglines import one_line

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What the caller passed in ``extra=``."""
    return {name: value for name, value in vars(record).items() if name not in _PLAIN}


class JsonLines(logging.Formatter):
    """``{"time": ..., "level": ..., "logger": ..., "message": ..., <extra fields>}``."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class Terminal(logging.Formatter):
    """``14:02:11 warning  web died (exit code 3)``."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{clock.now():%H:%M:%S} {record.levelname.lower():8} {one_line(record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(home: Path, name: str, *, level: int = logging.INFO) -> None:
    """Send the ``watchfloor`` loggers to stderr and ``<home>/log/<name>.jsonl`` (five files of 10 MB)."""
    folder = home / "log"
    folder.mkdir(parents=True, exist_ok=True)
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(Terminal() if sys.stderr.isatty() else JsonLines())
    file = logging.handlers.RotatingFileHandler(
        folder / f"{name}.jsonl", maxBytes=10_000_000, backupCount=4, encoding="utf-8"
    )
    file.setFormatter(JsonLines())
    logger = logging.getLogger("watchfloor")
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.addHandler(stream)
    logger.addHandler(file)
    logger.setLevel(level)
    logger.propagate = False
