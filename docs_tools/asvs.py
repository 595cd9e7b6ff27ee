"""How the program stands to OWASP ASVS 5.0, levels 1 and 2, from docs/security/asvs.toml. The requirements' texts are OWASP's (CC BY-SA)
and are not repeated; each id leads to them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from docs_tools.text import code, table

FILE = Path(__file__).resolve().parent.parent / "docs/security/asvs.toml"
CHAPTERS = (
    "Encoding and sanitization", "Validation and business logic", "Web front end", "API and web service", "Files", "Authentication", "Sessions",
    "Authorization", "Self-contained tokens", "OAuth and OIDC", "Cryptography", "Secure communication", "Configuration", "Data protection",
    "Coding and architecture", "Logging and errors", "WebRTC",
)  # fmt: skip
STATES = {"met": "met", "not_met": "not met", "not_applicable": "does not apply"}


def controls() -> dict[str, dict[str, Any]]:
    """Every requirement by its id (``V1.2.3``), with the state that holds now: what rests on the absence of a part that has come is not met."""
    from django.conf import settings

    found = {}
    for name, said in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        if isinstance(said, dict):
            if said.get("while_absent", "") in settings.INSTALLED_APPS and "while_absent" in said:
                said = said | {"status": "not_met", "how": "Came since; not judged yet."}
            found[name.replace("_", ".")] = said
    return found


def page() -> str:
    """The page as Markdown."""
    every = controls()
    counts: dict[int, Counter[str]] = {}
    for name, said in every.items():
        counts.setdefault(_chapter(name), Counter())[said["status"]] += 1
    whole = sum(counts.values(), Counter())
    lines = [
        "# OWASP ASVS 5.0, levels 1 and 2",
        "",
        f"Of {len(every)} requirements {whole['met']} are met, {whole['not_applicable']} do not apply, {whole['not_met']} are not met. "
        "Each that is met names the tests that would fail if it were not; a test compares this list with the tests there are. "
        "It is the project's own judgement; nobody outside has looked at it. The list for machines is `docs/security/asvs.toml`; "
        "the requirements themselves are at [OWASP](https://github.com/OWASP/ASVS/tree/v5.0.0/5.0).",
        "",
    ]
    rows: list[tuple[object, ...]] = [
        (
            f"V{number} {CHAPTERS[number - 1]}",
            *(counts[number][state] for state in STATES),
            sum(counts[number].values()),
        )
        for number in sorted(counts)
    ]
    rows.append(("all", *(whole[state] for state in STATES), len(every)))
    lines += table(("chapter", *STATES.values(), "all"), rows)
    lines += ["## What is not met", ""]
    lines += table(
        ("id", "level", "what is missing"),
        [(name, said["level"], said["how"]) for name, said in every.items() if said["status"] == "not_met"],
    )
    for number in sorted(counts):
        lines += [f"## V{number} {CHAPTERS[number - 1]}", ""]
        lines += table(
            ("id", "level", "", "how", "where", "tests"),
            [
                (
                    name,
                    said["level"],
                    STATES[said["status"]],
                    said["how"],
                    code(said.get("where", "")),
                    ", ".join(_test(each) for each in said.get("tests", ())),
                )
                for name, said in every.items()
                if _chapter(name) == number
            ],
        )
    return "\n".join(lines)


def _chapter(name: str) -> int:
    return int(re.match(r"V(\d+)", name)[1])  # type: ignore[index]


def _test(node: str) -> str:
    path, _, name = node.partition("::")
    return code(f"{Path(path).name}::{name}")
