"""One way to log for every process: lines for people on a terminal, JSON lines elsewhere and in ``<home>/log``.

JSON lines are kept and shipped, so they hold no words of content: an error's own message may quote what it was about (a database names
the value that it did not take), and is left out. What is told is its type, our code for it and where it came from; with
``WATCHFLOOR_LOG_TEXTS=1`` the messages are there, too, while somebody looks for a fault.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import sys
import traceback
from pathlib import Path
from typing import TextIO

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform.loglines import indented, one_line

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


PLAIN = (str, int, float, list, dict, type(None))


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What the caller passed in ``extra=``."""
    return {name: value for name, value in vars(record).items() if name not in _PLAIN}


def texts() -> bool:
    """Whether errors' own messages are logged, too."""
    return os.environ.get("WATCHFLOOR_LOG_TEXTS", "").strip().lower() in {"1", "true", "yes", "on"}


def message(record: logging.LogRecord) -> str:
    """The line, with errors in it by their names."""
    if (
        texts()
        or not isinstance(record.args, tuple)
        or not any(isinstance(each, BaseException) for each in record.args)
    ):
        return record.getMessage()
    return str(record.msg) % tuple(named(each) if isinstance(each, BaseException) else each for each in record.args)


def named(error: BaseException) -> str:
    """An error's type, and our code where it is one of ours."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{kind} ({error.code})" if isinstance(error, WatchfloorError) else kind


def frames(error: BaseException) -> list[str]:
    """Where it came from: each error of the chain with its places, the innermost last; no line of code, no value."""
    found: list[str] = []
    chain: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and here not in chain and len(chain) < 10:
        chain.append(here)
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)
    for each in reversed(chain):
        found.append(named(each))
        places = traceback.extract_tb(each.__traceback__)
        found += [f"  {place.filename}:{place.lineno} {place.name}" for place in places[-25:]]
    return found


def of_stream(stream: TextIO | None = None) -> logging.Formatter:
    """Lines for people where people read, else JSON."""
    return Terminal() if (stream or sys.stderr).isatty() else JsonLines()


class JsonLines(logging.Formatter):
    """``{"time": ..., "level": ..., "logger": ..., "message": ..., <extra fields>}``."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message(record),
            **{
                name: value for name, value in fields(record).items() if isinstance(value, PLAIN)
            },  # a request shows what was asked
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = named(record.exc_info[1])
            entry["trace"] = self.formatException(record.exc_info) if texts() else frames(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False, default=str)


class Terminal(logging.Formatter):
    """``14:02:11 warning  web died (exit code 3)``."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{clock.now():%H:%M:%S} {record.levelname.lower():8} {one_line(record.getMessage())}"
        return f"{line}\n{indented(self.formatException(record.exc_info))}" if record.exc_info else line


def configure(home: Path, name: str, *, level: int = logging.INFO) -> None:
    """Send the ``watchfloor`` loggers to stderr and ``<home>/log/<name>.jsonl`` (five files of 10 MB)."""
    folder = home / "log"
    folder.mkdir(parents=True, exist_ok=True)
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(of_stream())
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
