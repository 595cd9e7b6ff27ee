"""``watchfloor export xarf``: decisions as reports that others' abuse desks read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

from watchfloor.kernel.errors import BadInput


def moment(text: str | None, where: str) -> datetime | None:
    """A day or a time, in UTC where no zone is named."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("bad_time", f"{text[:40]!r} is no day or time.", where=where, hint="Like 2026-11-01.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def write(
    file: Path, org: str, contact: str, domain: str, since: str | None, until: str | None, item_url: str
) -> dict[str, Any]:
    """Write them to a file (.jsonl one a line, .json as one array); what was written and what was left out, by why."""
    from watchfloor.interop.xarf import writing
    from watchfloor.interop.xarf.domain.reading import Party

    if file.suffix not in (".jsonl", ".json"):
        raise BadInput(
            "bad_format", f"{file.suffix or 'No ending'!r} is no format.", where="FILE", hint="Use .jsonl or .json."
        )
    for name, value in (("--org", org), ("--contact", contact)):
        if not value:
            raise BadInput("missing_option", f"XARF needs to know who reports: {name} is missing.", where=name)
    if contact.count("@") != 1:
        raise BadInput("bad_format", "The contact must be an e-mail address.", where="--contact")
    sender = Party(org, contact, (domain or contact.rpartition("@")[2]).lower())
    start, end = moment(since, "--since"), moment(until, "--until")
    left: Counter[str] = Counter()
    rows = 0
    with Progress(console=Console(stderr=True), transient=True) as bar, file.open("wb") as out:
        task = bar.add_task("Writing reports", total=writing.count(start, end))
        array = file.suffix == ".json"
        out.write(b"[" if array else b"")
        for each in writing.reports(sender, since=start, until=end, item_url=item_url):
            bar.advance(task)
            if isinstance(each, writing.Left):
                left[each.why] += 1
                continue
            out.write((b",\n" if array and rows else b"") + msgspec.json.encode(each) + (b"" if array else b"\n"))
            rows += 1
        out.write(b"]\n" if array else b"")
    return {"what": "xarf", "file": str(file), "rows": rows, "left_out": dict(left)}
