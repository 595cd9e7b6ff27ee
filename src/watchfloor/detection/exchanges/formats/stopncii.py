"""StopNCII's hash records as CSV, with the columns named as the members of its API's records: withdrawn ones are left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from watchfloor.detection.exchanges.formats.rows import Collect, HashRow
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

COLUMNS = ("lastModtimestamp", "signalType", "hashValue", "hashStatus", "caseNumbers", "CSPFeedbacks")
KINDS = {"ImagePDQ": "pdq", "VideoMD5": "md5", "Text": "text", "URL": "url"}
NAMES = {kind: name for name, kind in KINDS.items()}
ENDED = {"Withdrawn", "Deleted"}


def read(text: str, found: Collect) -> None:
    """Records that were withdrawn or deleted are said as such, never taken."""
    csv.field_size_limit(1 << 24)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if "hashValue" not in (reader.fieldnames or ()):
        raise BadInput(
            "no_column",
            "The file has no column hashValue.",
            where="file",
            hint=f"StopNCII's columns are {', '.join(COLUMNS)}.",
        )
    for row in reader:
        line, value = reader.line_num, row.get("hashValue") or ""
        status, kind = (row.get("hashStatus") or "").strip(), (row.get("signalType") or "").strip()
        if status in ENDED:
            found.reject(line=line, text=value, problem=f"StopNCII says that it is {status.lower()}; it is not taken.")
            continue
        tags = [tag for each in _feedback(row.get("CSPFeedbacks")) for tag in each.get("tags") or ()]
        found.put(
            line=line, kind=KINDS.get(kind, kind), value=value, tags=tags, source="StopNCII",
            source_ref=f"{kind}:{value}", evidence=status and f"StopNCII: {status}",
        )  # fmt: skip


def written(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """Kinds that StopNCII does not have are left out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    now = int(clock.now().timestamp())
    for row in rows:
        if row.kind in NAMES:
            feedback = [{"source": "", "feedbackValue": "None", "tags": list(row.tags)}] if row.tags else []
            writer.writerow(
                [
                    now,
                    NAMES[row.kind],
                    row.value,
                    "Active",
                    "",
                    msgspec.json.encode(feedback).decode() if feedback else "",
                ]
            )
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    if out.getvalue():
        yield out.getvalue()


def _feedback(text: str | None) -> list[dict[str, Any]]:
    try:
        found = msgspec.json.decode(text) if text else []
    except msgspec.DecodeError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
