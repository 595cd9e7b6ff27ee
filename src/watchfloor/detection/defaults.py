"""The rules that are shipped; a team edits them afterwards."""

from __future__ import annotations

from pathlib import Path

from watchfloor.detection.actions import save_rule_file, set_rule_state
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.ledger.writer import Writer

SHIPPED = Path(__file__).parent / "shipped"
POLICIES = {"spam.sml": "spam", "harm.sml": "violence"}


def install(w: Writer) -> None:
    """Store the shipped files when there are none yet and switch their rules on: they only send to review."""
    if RuleFile.objects.exists():
        return
    # main.sml imports the others, so they come first; each save compiles the set as it then is.
    for name in ("features.sml", "spam.sml", "harm.sml", "main.sml"):
        save_rule_file(w, name, (SHIPPED / name).read_text(encoding="utf-8"), policy_key=POLICIES.get(name, ""))
    for rule in Rule.objects.all():
        for step in ("backtested", "shadow", "on"):
            set_rule_state(w, rule.name, step, why="shipped rule; it only asks for review")
