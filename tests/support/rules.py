"""Rules for tests: write them, take them through their life, show them items."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import Floor, install

from watchfloor.detection import hits, models_in_force, ruleset
from watchfloor.detection.actions import attest, put_on_text, save_rule_file, screen, set_rule_state
from watchfloor.detection.contracts import Screening
from watchfloor.detection.modelling import counted
from watchfloor.detection.models import RuleHits
from watchfloor.identity import defaults
from watchfloor.identity.actions import create_user, grant
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

HEAD = """Text: str = JsonData(path='$.item.data.text')
Sender: Entity[str] = EntityJson(type='account', path='$.author.id')
Message: Entity[str] = EntityJson(type='message', path='$.item.id')
"""
REVIEW = "SendToReview(policy='spam', severity='low')"
REMOVE = "TakeAction(action='remove', policy='spam')"
STEPS = {
    "draft": (), "backtested": ("backtested",), "shadow": ("backtested", "shadow"),
    "partial": ("backtested", "shadow", "partial"), "on": ("backtested", "shadow", "on"),
    "paused": ("backtested", "shadow", "on", "paused"),
}  # fmt: skip


def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what other tests left in memory, and install the floor."""
    monkeypatch.setattr(ruleset, "_current", None)
    monkeypatch.setattr(models_in_force, "_loaded", {})
    for memory in ("_counts", "_samples"):
        monkeypatch.setattr(hits, memory, {})
    monkeypatch.setattr(counted, "_counts", Counter())
    ruleset.forget()
    models_in_force.forget()
    install()


def text_of_rule(name: str, condition: str = "Text == 'bad'", *effects: str, description: str = "") -> str:
    """One rule and what it asks for."""
    then = f"WhenRules(rules_any=[{name}], then=[{', '.join(effects or (REVIEW,))}])\n"
    return f"{name} = Rule(when_all=[{condition}], description='{description or name + ' fired'}')\n{then}"


class Rules(Floor):
    """A floor that also has rules."""

    def write(self, *parts: str, path: str = "main.sml") -> None:
        with writing(system("test")) as w:
            save_rule_file(w, path, HEAD + "".join(parts))

    def put(self, name: str, state: str, *, percent: int = 100) -> None:
        """Take a draft to a state, past the gates."""
        with writing(system("test")) as w:
            if STEPS[state]:
                attest(w, name, "tests need no evidence")
            for step in STEPS[state]:
                set_rule_state(w, name, step, why="test", percent=percent)

    def put_on_text(self, name: str) -> None:
        """Let the text that waits take over, past the gates."""
        with writing(system("test")) as w:
            attest(w, name, "tests need no evidence")
            put_on_text(w, name, why="test")

    def add(self, name: str = "Bad", *effects: str, state: str = "on", condition: str = "Text == 'bad'") -> None:
        """One rule, in a state."""
        self.write(text_of_rule(name, condition, *effects))
        self.put(name, state, percent=30)

    def show(self, text: str = "bad", *, item: Item | None = None, **more: Any) -> tuple[Item, Screening]:
        """See a message and screen it, in one transaction as intake does."""
        version = item.current_version if item is not None else ""
        if item is None:
            item, version = self.item(text, **more)
        data = {"text": text, "author": "mallory"}
        with writing(system("test")) as w:
            return item, screen(w, item, version, data, name="message_posted")

    def write_hits(self, name: str, past: list[int], *, now: int) -> None:
        """Counted firings: in this hour, and in the same hour of past weeks, the latest first."""
        hour = clock.now().replace(minute=0, second=0, microsecond=0)
        for weeks, count in enumerate([now, *past]):
            RuleHits.objects.update_or_create(
                rule=name, hour=hour - timedelta(days=7 * weeks), defaults={"acted": count}
            )


def rule_author(name: str = "Rina Shah") -> User:
    """A person with the shipped role of a rule author."""
    with writing(system("tests")) as w:
        defaults.install(w)
        person = create_user(w, email=f"{name.split()[0].lower()}@example.com", name=name, password=None)
        grant(w, system("tests"), person, "rule_author")
    return person
