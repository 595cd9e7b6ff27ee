"""Journey 2, a reviewer's first hour, by nothing but keys: sandbox, exam, certificate, ten live cases (one graphic and known, one stepped
back, one escalated, one asked), one known picture that was decided unseen, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor, program
from tests.e2e.journeys.keyboard import Keyboard
from tests.e2e.journeys.known import JUDGED, NAMES, UNSEEN
from tests.support.shown import again

from watchfloor.training.defaults import load

pytest.importorskip("av", reason='pip install "watchfloor[media]"')
pytestmark = pytest.mark.e2e

TEXTS = 12
DECIDED = 10
# One of each turn a case can take; the picture comes when routing says so. All others are decided.
ACTS = (
    "violating",
    "clean",
    "unsure",
    "escalate",
    "back",
    "ask",
    "undo",
    "note",
    "clean",
    "violating",
    "clean",
    "violating",
    "clean",
)


@pytest.fixture
def waiting(floor: Floor) -> int:
    """Twelve messages and a post with a picture that a bank knows. Another known one was decided before anybody could see it."""
    program(floor.server.home, "-m", "tests.e2e.journeys.known")
    media = {name: upload(floor, again(number, 70)) for name, number in (("unseen", UNSEEN), ("picture", JUDGED))}
    for number in range(TEXTS):
        floor.report(
            f"hour-{number}", f"The Marwens, part {number}: they should all leave our town.", reason="hate-speech"
        )
    for name, medium in media.items():
        data = {"text": "Look.", "images": [medium], "author_id": f"author-{name}"}
        item = {"type": "post", "id": f"hour-{name}", "data": data}
        floor.report(f"hour-{name}", "", reason="hate-speech", item=item)
    wait_for(lambda: bool(floor.platform.about("hour-unseen", "remove")), "the known picture to be removed", 60)
    return TEXTS + 1


def upload(floor: Floor, data: bytes) -> str:
    """A picture taken in and opened; its id."""
    signed = {"Authorization": f"Bearer {floor.token}"}
    sent = httpx.post(f"{floor.server.url}/v1/media", content=data, headers=signed)
    assert sent.status_code == 201, sent.text
    medium = str(sent.json()["id"])

    def ready() -> bool:
        return bool(httpx.get(f"{floor.server.url}/v1/media/{medium}", headers=signed).json()["state"] == "ready")

    wait_for(ready, "the picture", 60)
    return medium


class Hour:
    """What the reviewer does with the case in hand; each leads on to the next one."""

    def __init__(self, keys: Keyboard) -> None:
        self.keys, self.page = keys, keys.page

    def on(self) -> str:
        """The case in hand, once its keys are heard."""
        self.page.locator("main[data-heard]:not([aria-busy]) [data-bench]").wait_for()
        return str(self.page.locator("[data-bench]").get_attribute("data-job"))

    def to_next(self, *keys: str) -> None:
        """Press, and wait for another case, or for the desk when there is none."""
        here = self.on()
        self.keys.press(*keys)
        self.page.wait_for_function(
            "here => { const bench = document.querySelector('[data-bench]'); return !bench || bench.dataset.job !== here }",
            arg=here,
        )

    def choose(self) -> None:
        """The key of the verdict leads to the list when nothing is chosen yet; the effects are shown before anything happens."""
        self.keys.press("1", "Space")
        self.page.get_by_text("What follows", exact=True).wait_for()

    def violating(self) -> None:
        self.choose()
        self.to_next("1")

    def clean(self) -> None:
        self.to_next("2")

    def unsure(self) -> None:
        self.to_next("3")

    def fill(self, key: str, text: str, button: str) -> None:
        """Open a panel of the bar, type, and press its button."""
        self.keys.press(key)
        self.page.locator("details[open] textarea:focus").wait_for()
        self.keys.type(text)
        self.keys.reach(button)
        self.to_next("Enter")

    def escalate(self) -> None:
        self.fill("x", "It names a person and a place; someone senior should look.", "Hand it up")
        self.keys.sees("Handed up.")

    def ask(self) -> None:
        self.fill("a", "Is a town a place where one can be driven out of?", "Ask")
        self.keys.sees("the answer, which comes to your desk")

    def back(self) -> None:
        self.to_next("b")
        self.keys.sees("Nobody will ask why")
        self.page.wait_for_load_state("networkidle")
        self.keys.go("n")

    def undo(self) -> None:
        self.clean()
        here = self.on()
        self.keys.press("u")
        self.keys.sees("Taken back.")
        assert self.on() == here  # the case in hand is still in hand

    def note(self) -> None:
        self.keys.press("w")
        self.keys.type("The same writer as this morning.")
        self.keys.press("Escape")
        self.violating()

    def graphic(self) -> None:
        """Why it is known stands beside it. Nothing is there before it is asked for; it shows while the key is held, grey and blurred."""
        self.keys.press("s")
        self.keys.sees(f"of 256 bits from an entry of the bank “{NAMES['judged']}”")
        viewer = self.page.locator("[data-viewer]")
        assert "May show: Hate" in viewer.inner_text()
        assert viewer.locator("img").count() == 0
        self.page.keyboard.down("v")
        viewer.locator("img").wait_for()
        assert "blur" in viewer.locator("img").evaluate("one => getComputedStyle(one).filter")
        self.page.keyboard.up("v")
        viewer.locator("img").wait_for(state="detached")
        self.violating()


def train(keys: Keyboard) -> None:
    """From the sandbox to the certificate. What is right is known from the shipped files; whoever reads them has learned it."""
    page = keys.page
    hate = next(data for data in load() if data["policy"] == "hate")
    right = {row["text"]: row["topic"] for row in (*hate["practice"], *hate["question"])}

    def answer() -> str:
        return right[page.locator(".content-text").inner_text()]

    page.get_by_role("row", name="Hate").get_by_text("Not certified").wait_for()
    keys.reach("Practise")
    keys.go("Enter")
    for number in range(4):
        finding = answer()
        if finding != "clean":
            keys.press(str(page.locator(f"input[value='{finding}']").get_attribute("data-key")))
        keys.go("2" if finding == "clean" else "1")
        assert page.get_by_role("heading", level=1).inner_text() == "Right"
        keys.go("x" if number == 3 else "n")
    keys.go("n")
    for number in range(1, 11):
        assert page.get_by_role("heading", level=1).inner_text() == f"Question {number} of 10"
        keys.press(str(page.locator(f"input[value='{answer()}']").get_attribute("data-key")))
        keys.go("n")
    keys.go("y")
    keys.sees("You are certified for version 1.")


def test_a_first_hour(floor: Floor, waiting: int, person: Callable[[str], Keyboard]) -> None:
    reviewer = person("nia")
    page = reviewer.page
    assert page.url.endswith("/review")  # signing in leads a reviewer to the desk
    reviewer.go("n")
    reviewer.sees("Nothing else waits for you.")  # not trained for anything that waits here

    reviewer.press("g")
    reviewer.go("t")
    train(reviewer)

    def all_there() -> bool:
        page.goto("/review")
        return f" {waiting} " in f" {page.get_by_role('row', name='Hate, English').inner_text()} ".replace("\t", " ")

    wait_for(all_there, "the reports to reach the queue", 30)
    reviewer.go("n")
    hour, seen, acts = Hour(reviewer), [], list(ACTS)
    hour.on()
    reviewer.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.wait_for()
    for words in ("Violating", "Clean", "Unsure", "Escalate", "Skip", "Step back", "Ask", "Write why", "Extend"):
        assert words in keys.inner_text()
    reviewer.press("Escape")
    graphic = False
    for _ in range(waiting):
        seen.append(hour.on())
        if page.locator("[data-viewer]").count():
            hour.graphic()
            graphic = True
        else:
            getattr(hour, acts.pop(0))()
    assert graphic and len(set(seen)) == waiting

    page.goto("/review")
    assert f"\n{DECIDED}\n" in tile(page, "Decided today")
    assert "Taken back" in page.get_by_role("main").inner_text()

    # A second person decides what she was unsure of and what she stepped back from; she reads what they found.
    second = person("ada")
    second.page.goto("/review/queue/hate.en")
    second.go("n")
    other = Hour(second)
    while second.page.locator("[data-bench]").count():
        other.clean()
    page.goto("/training/feedback")
    assert "Second opinion" in page.get_by_role("table").inner_text()
    assert "you were unsure" in page.get_by_role("table").inner_text()
    page.goto("/training")
    assert "Certified" in page.get_by_role("row", name="Hate version").inner_text()

    # What was decided without her: the lead reads why, and says whether it was right.
    second.page.goto("/banks/of/unseen/matches")
    row = second.page.get_by_role("row", name="Decided unseen")
    assert "To be checked" in row.inner_text()
    row.get_by_role("link").first.click()
    second.sees("Of the 256 bits")


def tile(page: Any, name: str) -> str:
    """The number and the words of a tile of the desk."""
    return str(page.locator(".tile", has_text=name).inner_text())
