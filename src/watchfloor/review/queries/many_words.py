"""Ledger events of more than one case, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from watchfloor.kernel import ids

Data = dict[str, Any]


def _case(text: str) -> str:
    return ids.short(UUID(text))


SENTENCES: dict[str, Callable[[Data], str]] = {
    "case.joined": lambda d: f"joined the case to {_case(d['into'])} as its duplicate ({d['reports']:,} reports moved)",
    "case.split": lambda d: f"took {d['reports']:,} reports out into {_case(d['into'])}",
    "case.took_part": lambda d: {
        "joined": f"{_case(d['other'])} was joined to this case ({d['reports']:,} reports)",
        "split": f"{d['reports']:,} reports moved between this case and {_case(d['other'])}",
        "undone": f"the step with {_case(d['other'])} was taken back",
    }[d["step"]],
    "case.unjoined": lambda d: "took the joining back" if d["kind"] == "join" else "took the split back",
    "case.tagged": lambda d: (
        "changed the tags: " + ", ".join([*(f"+{t}" for t in d["added"]), *(f"-{t}" for t in d["removed"])])
    ),
    "cluster.made": lambda d: f"made a cluster of {d['count']:,} items, a sample of {d['sample']:,} to read",
    "cluster.read": lambda d: f"read number {d['place'] + 1} of the sample: {d['verdict']}",
    "cluster.state": lambda d: f"the cluster went from {d['before']} to {d['after']}",
    "edge_case.asked": lambda d: "asked policy a question",
    "edge_case.ruled": lambda d: "policy answered the question",
    "edge_case.withdrawn": lambda d: "took the question back",
}
