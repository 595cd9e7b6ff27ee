"""What is shipped and editable: item types, policies with their violation types, reasons, actions, queues."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from docs_tools.text import code, table


def page() -> str:
    """The page as Markdown."""
    lines = [
        "# Item types, policies, reasons, actions, queues",
        "",
        "What `watchfloor init` and the first-run page install. Written from the shipped data.",
        "A team changes all of it; what it changed is never overwritten.",
        "",
    ]
    return "\n".join([*lines, *_types(), *_policies(), *_reasons(), *_actions(), *_queues()])


def _types() -> list[str]:
    from watchfloor.items.defaults import TYPES

    lines = [
        "## Item types",
        "",
        "The role of a field tells the program what it is for. Fields a type does not name are kept as they are.",
        "",
    ]
    for key, name, _kind, description, fields in TYPES:
        rows = [(code(f["name"]), f["type"], code(f["role"]), "yes" if f["required"] else "") for f in fields]
        lines += [f"### {name} (`{key}`)", "", description, "", *table(("field", "type", "role", "required"), rows)]
    return lines


def _policies() -> list[str]:
    folder = resources.files("watchfloor.policy.defaults")
    files = sorted(
        entry.name for entry in folder.iterdir() if entry.name[:2].isdigit() and entry.name.endswith(".toml")
    )
    lines = ["## Policies and violation types", ""]
    for name in files:
        policy = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        lines += [
            f"### {policy['name']} (`{policy['key']}`)",
            "",
            f"{policy['summary']} Severity {policy['severity']}, target {policy['target_hours']} h,"
            f" DSA category `{policy['dsa_category']}`.",
            "",
        ]
        rows = [
            (
                code(v["key"]),
                v["name"],
                v.get("clause", ""),
                v.get("severity", policy["severity"]),
                ", ".join(v.get("actions", [])),
            )
            for v in policy["violation"]
        ]
        lines += table(("violation", "name", "clause", "severity", "actions"), rows)
    return lines


def _reasons() -> list[str]:
    rows = [
        (
            code(r["key"]),
            r["name"],
            code(r["policy"]),
            ", ".join(token.rpartition("#")[2] for token in r.get("atproto", [])),
        )
        for r in _toml("watchfloor.policy.defaults", "reasons.toml")["reason"]
    ]
    return [
        "## Reasons", "",
        "What a reporter may say. A report names a reason by its key, or by the AT Protocol's token that means the same.", "",
        *table(("reason", "name", "policy", "AT Protocol tokens"), rows),
    ]  # fmt: skip


def _actions() -> list[str]:
    rows = [
        (code(a["key"]), a["name"], a.get("inverse_name", "none: it cannot be undone"), a.get("help", ""))
        for a in _toml("watchfloor.enforcement.defaults", "actions.toml")["kind"]
    ]
    return ["## Actions", "", "Each that can be undone has an inverse, so that an overturned decision is undone on the platform too.", "",
            *table(("action", "name", "inverse", "what it does"), rows)]  # fmt: skip


def _queues() -> list[str]:
    rows = [
        (code(q["key"]), q["name"], q.get("kind", "review"), q.get("description", ""))
        for q in _toml("watchfloor.review", "floor.toml")["queue"]
    ]
    return ["## Queues", "", *table(("queue", "name", "kind", "for"), rows)]


def _toml(package: str, name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
