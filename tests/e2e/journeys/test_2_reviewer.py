"""Journey 2, first version: a reviewer's first hour. From sign-in to ten decided cases by nothing but keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor
from tests.e2e.journeys.keyboard import Keyboard

pytestmark = pytest.mark.e2e

# One of each turn a case can take, then what makes ten decisions. Skipped, given back and taken-back cases come round again.
ACTS = ("violating", "clean", "unsure", "escalate", "skip", "back", "undo", "note", *["clean", "violating"] * 3)
DECIDED = 10


@pytest.fixture
def waiting(floor: Floor) -> int:
    """Fourteen reports, on fourteen messages."""
    for number in range(14):
        floor.report(f"hour-{number}", f"Offer {number}: ten watches for the price of one, only today, reply YES.")
    return 14


def choose_violation(reviewer: Keyboard) -> None:
    """The key of the verdict leads to the list when nothing is chosen yet; the effects are shown before anything happens."""
    reviewer.press("1", "Space")
    reviewer.page.get_by_text("What follows", exact=True).wait_for()


class Hour:
    """What the reviewer does with the case in hand; each leads on to the next one."""

    def __init__(self, keys: Keyboard) -> None:
        self.keys = keys

    def violating(self) -> None:
        choose_violation(self.keys)
        self.keys.go("1")

    def clean(self) -> None:
        self.keys.go("2")

    def unsure(self) -> None:
        self.keys.go("3")

    def escalate(self) -> None:
        self.keys.press("x")
        self.keys.type("It names a person and a place; someone senior should look.")
        self.keys.reach("Hand it up")
        self.keys.go("Enter")
        self.keys.sees("Handed up.")

    def skip(self) -> None:
        self.keys.press("k", "Space", "ArrowDown")
        assert self.keys.focused().startswith("I am not trained")
        self.keys.go("Enter")
        self.keys.sees("Skipped")

    def back(self) -> None:
        self.keys.go("b")
        self.keys.sees("Nobody will ask why")
        self.keys.go("n")

    def undo(self) -> None:
        self.keys.go("2")
        self.keys.go("u")
        self.keys.sees("Taken back.")

    def note(self) -> None:
        self.keys.press("w")
        self.keys.type("The same seller as this morning.")
        self.keys.press("Escape")
        choose_violation(self.keys)
        self.keys.go("1")


def test_ten_cases_by_keyboard(floor: Floor, waiting: int, person: Callable[[str], Keyboard]) -> None:
    reviewer = person("rita")
    page = reviewer.page
    assert page.url.endswith("/review")  # signing in leads a reviewer to the desk

    def all_there() -> bool:
        page.goto("/review")
        return f" {waiting} " in f" {page.get_by_role('row', name='Spam, English').inner_text()} ".replace("\t", " ")

    wait_for(all_there, "the reports to reach the queue", 30)
    reviewer.go("n")
    reviewer.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.wait_for()
    for words in ("Violating", "Clean", "Unsure", "Escalate", "Skip", "Step back", "Write why", "Extend"):
        assert words in keys.inner_text()
    reviewer.press("Escape")

    hour, seen = Hour(reviewer), []
    for act in ACTS:
        assert "/review/work/" in page.url, (act, page.url)
        seen.append(page.locator("h1 .id").inner_text())
        getattr(hour, act)()
    assert len(set(seen)) > DECIDED  # what was skipped or given back did not come straight back

    page.goto("/review")
    assert f"\n{DECIDED + 1}\n" in tile(page, "Decided today")  # with the one that was taken back
    assert "5 violating" in tile(page, "Decided today")
    assert "\n2\n" in tile(page, "Skipped")
    assert "Taken back" in page.get_by_role("main").inner_text()


def tile(page: Any, name: str) -> str:
    """The number and the words of a tile of the desk."""
    return str(page.locator(".tile", has_text=name).inner_text())
