"""An incident with its review as Markdown, to be kept elsewhere. Without the words of cases: those stay where they are."""

from __future__ import annotations

from datetime import UTC, datetime

from watchfloor.oncall.queries_incidents import Room


def markdown(room: Room) -> str:
    """The whole; times in UTC."""
    row = room.incident
    lines = [
        f"# Incident {row.number}: {_plain(row.title)}", "",
        f"Severity {row.severity}, {row.state}. Opened {_time(row.opened_at)} by {_plain(room.names.get(row.opened_by, ''))}"
        + (f", closed {_time(row.closed_at)}." if row.closed_at else "."), "",
    ]  # fmt: skip
    lines += [f"- {role}: {_plain(name)}" for role, name in sorted(room.roles.items())]
    lines += ["", "## Timeline (UTC)", ""]
    lines += [
        f"- {_time(each.at)} {_plain(each.who)} {_plain(each.what)}" + (f": {_plain(each.why)}" if each.why else "")
        for each in room.timeline
    ]
    for title, text in (("What happened", row.happened), ("Causes", row.causes), ("What was learned", row.learned)):
        if text:
            lines += ["", f"## {title}", "", text.strip()]
    if room.corrections:
        lines += ["", "## Corrective actions", ""]
        lines += [
            f"- [{'x' if each.done_at else ' '}] {_plain(each.text)} ({_plain(room.names[f'user:{each.owner_id}'])}, by {each.due_on})"
            for each in room.corrections
        ]
    if row.checked_at:
        lines += [
            "",
            f"Looked at again {_time(row.checked_at)}: {'it has come back' if row.recurred else 'it has not come back'}.",
        ]
    return "\n".join(lines) + "\n"


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _plain(text: str) -> str:
    """One line that Markdown does not read as anything else."""
    for char in "\\`*_[]<>#|":
        text = text.replace(char, f"\\{char}")
    return " ".join(text.split())
