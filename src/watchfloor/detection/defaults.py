"""The rules that are shipped, with their tests; a team edits them afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from watchfloor.detection.actions import add_example, attest, save_rule_file, set_rule_state
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.ledger.writer import Writer

SHIPPED = Path(__file__).parent / "shipped"
POLICIES = {"spam.sml": "spam", "harm.sml": "violence"}
EVIDENCE = (
    "Shipped with Watchfloor. It only asks for review; it was tested on its own examples, not on this floor's content."
)


def install(w: Writer) -> None:
    """Store the shipped files when there are none yet and switch their rules on: they only send to review."""
    if RuleFile.objects.exists():
        return
    # main.sml imports the others, so they come first; each save compiles the set as it then is.
    for name in ("features.sml", "spam.sml", "harm.sml", "main.sml"):
        save_rule_file(w, name, (SHIPPED / name).read_text(encoding="utf-8"), policy_key=POLICIES.get(name, ""))
    for example in examples():
        for rule, fires in [*((r, True) for r in example["fires"]), *((r, False) for r in example["silent"])]:
            add_example(w, rule, example["event"], fires=fires, name=example["name"])
    for rule in Rule.objects.order_by("name"):
        attest(w, rule.name, EVIDENCE)
        for step in ("backtested", "shadow", "on"):
            set_rule_state(w, rule.name, step, why="shipped rule; it only asks for review")


def examples() -> list[dict[str, Any]]:
    """The shipped tests, one an event: ``{"name", "event", "fires": [rules], "silent": [rules]}``."""
    found = []
    for path in sorted(SHIPPED.glob("*.examples.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            found.append({"fires": [], "silent": [], **msgspec.json.decode(line)})
    return found
