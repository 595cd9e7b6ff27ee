"""Questions in SQL on their way: each in a process of its own with a folder of its own, so that any web process can tell how far it is."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import polars as pl
import psutil
from django.conf import settings
from django.db.models import Sum

from watchfloor.identity.domain import Actor
from watchfloor.insight import facts, rights
from watchfloor.insight.boards.events import SqlAsked, SqlKept
from watchfloor.insight.boards.models import SqlQuestion
from watchfloor.insight.boards.sql import child, reading, tables
from watchfloor.insight.models import FactFile
from watchfloor.insight.relations import RELATIONS
from watchfloor.insight.schema import NOTHING
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, Overloaded
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.platform import children

PERMISSION: Final = "insight.sql"
SECONDS: Final = 30
MOST_ROWS: Final = 20_000
MEMORY_MB: Final = 1_024
ADDRESS_SPACE: Final = 6 * 2**30
LARGEST_FILE: Final = 200 * 2**20
AT_ONCE: Final = 4
EACH: Final = 2  # of one person
KEPT: Final = timedelta(minutes=30)  # an answer, for its files and for going back
LONGEST_DAYS: Final = 400


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: columns with their types, rows of plain values; or ``error`` in a sentence."""

    columns: list[tuple[str, str]] = []
    rows: list[list[Any]] = []
    more: bool = False
    read: int = 0
    took_ms: int = 0
    error: str = ""
    code: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A question and how far it is: ``answer`` None while it runs; ``share`` 0 to 1, or None while nobody can say."""

    id: UUID
    text: str
    days: int
    answer: Answer | None
    share: float | None
    ms: int


def start(actor: Actor, text: str, days: int = 28) -> UUID:
    """Ask; the answer is fetched with ``state``.

    Raises:
        Forbidden: the actor may not ask in SQL anywhere.
        BadInput: the text may not run (see ``reading``), or the days are out of bounds.
        Overloaded: too much is being asked at the moment.
    """
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include asking in SQL.", hint="It needs insight.sql.")
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput("bad_days", f"Choose 1 to {LONGEST_DAYS} days.", where="days")
    read = reading.read(text, frozenset(tables.columns()))
    _sweep()
    _room(actor)
    _remember(actor, read.text, days)
    allowed, values = rights.condition(actor, PERMISSION)
    return _begin(
        actor, read.text, days, {"tables": _orders(read.tables, allowed, days), "values": values, "seconds": SECONDS}
    )


def launch(
    actor: Actor,
    text: str,
    tables: list[dict[str, Any]],
    values: dict[str, Any],
    *,
    seconds: float = SECONDS,
    most_rows: int = MOST_ROWS,
    parameters: Any = None,
    prepare: Sequence[str] = (),
) -> UUID:
    """Run SQL that was read (see ``reading``) over tables made by these orders, as ``start`` does, without a place in anyone's history.

    Raises:
        Overloaded: too much is being asked at the moment.
    """  # fmt: skip
    _sweep()
    _room(actor)
    more = {"tables": tables, "values": values, "seconds": seconds, "most_rows": most_rows}
    return _begin(actor, text, 0, {**more, "parameters": parameters, "prepare": list(prepare)})


def _begin(actor: Actor, text: str, days: int, more: dict[str, Any]) -> UUID:
    run_id = new_id()
    folder = _folder(run_id)
    folder.mkdir(parents=True, mode=0o700)
    order = {
        "folder": str(folder), "text": text, "memory_mb": MEMORY_MB, "address_space": ADDRESS_SPACE, "largest_file": LARGEST_FILE,
        "most_rows": MOST_ROWS, **more,
    }  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own program; what the person wrote goes through its standard input
        children.bound([sys.executable, "-I", str(child.__file__)]), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=(folder / "stderr").open("wb"), env={"PATH": "", "LANG": "C.UTF-8"}, start_new_session=True,
    )  # fmt: skip
    about = {
        "owner": str(actor),
        "text": text,
        "days": days,
        "pid": process.pid,
        "born": psutil.Process(process.pid).create_time(),
    }
    (folder / "about.json").write_text(json.dumps(about))
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(order, default=str).encode())
        process.stdin.close()
    _reaped.append(process)
    return run_id


_reaped: list[subprocess.Popen[bytes]] = []  # children of this process that may have ended


def _orders(named: frozenset[str], allowed: str, days: int) -> list[dict[str, Any]]:
    """How each table that is named is made: the facts of the days; a derived one from the whole history, then cut to the days."""
    since = clock.now() - timedelta(days=days)
    first = since.strftime("%Y-%m-%d %H:%M:%S")
    chosen, found = tables.selections(), []
    for name in sorted(named):
        files = facts.files(since, None) if name == "facts" else facts.files(None, None)
        whole = "SELECT * FROM read_parquet($files, hive_partitioning = false)" if files else NOTHING
        source = f"({RELATIONS[name]})" if name != "facts" else "facts"
        within = f"moment >= TIMESTAMP '{first}' AND {tables.PUBLIC}" if name == "facts" else "true"
        sql = f"WITH facts AS ({whole}) SELECT {chosen[name]} FROM {source} AS r WHERE ({allowed}) AND {within}"
        rows = FactFile.objects.filter(replaced_at__isnull=True)
        rows = rows.filter(hour__gte=since - timedelta(hours=1)) if name == "facts" else rows
        found.append(
            {
                "name": name,
                "sql": sql,
                "files": [str(path) for path in files],
                "rows": rows.aggregate(n=Sum("rows"))["n"] or 0,
            }
        )
    return found


def state(actor: Actor, run_id: UUID) -> Run:
    """How far one's own question is.

    Raises:
        NotFound: there is none of that id, it is another's, or it was long ago.
    """
    folder, about = _mine(actor, run_id)
    answer = _read(folder / "answer.json")
    progress = _read(folder / "progress.json") or {}
    found: Answer | None = None
    if answer is not None:
        found = msgspec.convert(answer, Answer)
    elif not _alive(about):
        found = Answer(error="It was stopped.", code="stopped")
        if _memory(folder):
            found = Answer(error="It needed more memory than a question may have.", code="too_big")
    share = progress.get("share", -1.0)
    return Run(
        id=run_id, text=about["text"], days=about["days"], answer=found, share=share / 100 if 0 <= share <= 100 else None,
        ms=progress.get("ms", 0),
    )  # fmt: skip


def wait(actor: Actor, run_id: UUID, seconds: float) -> Run:
    """``state`` as soon as it has an answer, or after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        found = state(actor, run_id)
        if found.answer is not None or time.monotonic() > end:
            return found
        time.sleep(0.03)


def cancel(actor: Actor, run_id: UUID) -> None:
    """Stop one's own question, now."""
    _, about = _mine(actor, run_id)
    if _alive(about):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(about["pid"]).send_signal(signal.SIGKILL)


def frame(answer: Answer) -> pl.DataFrame:
    """The answer as a typed table (for Parquet)."""
    columns: dict[str, Any] = {}
    for place, (name, kind) in enumerate(answer.columns):
        values = [row[place] for row in answer.rows]
        title = name if name not in columns else f"{name}_{place + 1}"
        if kind.startswith("TIMESTAMP"):
            columns[title] = pl.Series(values, dtype=pl.String).str.to_datetime(strict=False)
        elif all(value is None or isinstance(value, (bool, int, float)) for value in values):
            columns[title] = pl.Series(values, strict=False)
        else:
            columns[title] = pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
    return pl.DataFrame(columns)


def keep(actor: Actor, name: str, text: str, days: int, *, shared: bool) -> SqlQuestion:
    """SQL under a name, for oneself or for everyone who may ask; the same name again is written over."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("bad_name", "A kept question needs a name of at most 120 characters.", where="name")
    text = reading.read(text, frozenset(tables.columns())).text
    with writing(actor) as w:
        row = SqlQuestion.objects.filter(owner=str(actor), name=name, archived_at__isnull=True).first()
        values = {"text": text, "days": days, "shared": shared, "asked_at": clock.now()}
        row = w.update(row, **values) if row else w.create(SqlQuestion, owner=str(actor), name=name, **values)
        w.event(SqlKept(shared=shared), row)
    return row


def _remember(actor: Actor, text: str, days: int) -> None:
    """In one's history; the same question again is the same line of it."""
    with writing(actor) as w:
        last = SqlQuestion.objects.filter(owner=str(actor), name="").order_by("-asked_at").first()
        if last is not None and last.text == text and last.days == days:
            row = w.update(last, asked_at=clock.now())
        else:
            row = w.create(SqlQuestion, owner=str(actor), text=text, days=days, asked_at=clock.now())
        w.event(SqlAsked(days=days), row)


def _base() -> Path:
    return Path(settings.HOME) / "run" / "sql"


def _folder(run_id: UUID) -> Path:
    return _base() / str(run_id)


def _mine(actor: Actor, run_id: UUID) -> tuple[Path, dict[str, Any]]:
    folder = _folder(run_id)
    about = _read(folder / "about.json")
    if about is None or about["owner"] != str(actor) or not actor.has(PERMISSION):
        raise NotFound("no_run", "There is no such answer (any more).", hint="Ask again.")
    return folder, about


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found


def _memory(folder: Path) -> bool:
    """It died for want of memory: the interpreter said so as it went."""
    try:
        return b"MemoryError" in (folder / "stderr").read_bytes() or b"bad_alloc" in (folder / "stderr").read_bytes()
    except OSError:
        return False


def _alive(about: dict[str, Any]) -> bool:
    for each in [each for each in _reaped if each.poll() is not None]:
        _reaped.remove(each)
    try:
        process = psutil.Process(about["pid"])
        return bool(process.create_time() == about["born"] and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _room(actor: Actor) -> None:
    running = [
        about
        for path in _base().glob("*/about.json")
        if (about := _read(path)) and _alive(about) and not (path.parent / "answer.json").exists()
    ]
    if len(running) >= AT_ONCE or sum(about["owner"] == str(actor) for about in running) >= EACH:
        raise Overloaded("Too many questions are being counted.", retry_after=5)


def _sweep() -> None:
    """Forget answers that are older than they are kept."""
    old = time.time() - KEPT.total_seconds()
    for folder in _base().glob("*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < old:
                shutil.rmtree(folder, ignore_errors=True)
