"""A file's way into the spool: the same checks and the same statement as for the API; bad rows go to a file beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from watchfloor.intake import catalogue, files, mapping
from watchfloor.intake.rows import Checked, check
from watchfloor.intake.store import own_connection, store
from watchfloor.kernel.errors import Conflict, WatchfloorError

BATCH = 500


class Imported(msgspec.Struct):
    """What became of a file's rows."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejected_file: str = ""
    dry_run: bool = False


def run(
    path: Path,
    kind: str,
    fields: mapping.Mapping | None,
    constants: mapping.Mapping,
    *,
    source: str = "import",
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Imported:
    """Bring a file in.

    Args:
        fields: field -> column; None when the rows have the API's shape already.
        constants: field -> value for every row.
        source: the sending system's name; with the rows' ids (or the file's fingerprint and row numbers) it makes their keys,
            so that the same file brought in again makes duplicates of nothing.
        dry_run: check everything, store nothing.
    """
    known = catalogue.load()
    result = Imported(dry_run=dry_run)
    stamp = files.fingerprint(path)
    waiting: list[tuple[int, files.Row, Checked]] = []
    with files.rejects(path) as rejects, own_connection() as connection:

        def flush() -> None:
            if not waiting:
                return
            if dry_run:
                result.accepted += len(waiting)
            else:
                receipts = store(connection, [row for _, _, row in waiting])
                for (number, original, row), receipt in zip(waiting, receipts, strict=True):
                    if receipt.conflict:
                        message = f"The id {(row.key or '')[:60]!r} was used before for another {kind}."
                        rejects.add(number, original, Conflict("key_reused", message, where="id"))
                    else:
                        result.accepted += 1
                        result.duplicates += receipt.duplicate
            waiting.clear()

        for number, row in enumerate(files.rows(path), 1):
            result.rows = number
            if isinstance(row, WatchfloorError):
                rejects.add(number, None, row)
            else:
                try:
                    shaped = mapping.plain(row) if fields is None else mapping.apply(row, fields, constants, known)
                    body = msgspec.json.encode(shaped)
                    key = f"{stamp}:{number}"
                    waiting.append((number, row, check(kind, shaped, body, source=source, known=known, key=key)))
                except WatchfloorError as problem:
                    rejects.add(number, row, problem)
                except UnicodeEncodeError:
                    rejects.add(number, None, WatchfloorError("bad_encoding", "This row is not valid UTF-8."))
            if len(waiting) >= BATCH:
                flush()
            if number % BATCH == 0:
                progress(number)
        flush()
        progress(result.rows)
        result.rejected = rejects.count
        result.rejected_file = str(rejects.path) if rejects.count else ""
    return result
