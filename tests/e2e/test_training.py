"""The training pages in a real browser: practice, an exam by keyboard, the trainer's pages; every look and axe."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.floor import install
from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.training import defaults, sandbox, sittings
from watchfloor.training.models import Exam, Sitting
from watchfloor.workforce import actions as workforce

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
ALL = {
    "training.learn",
    "training.edit",
    "training.approve",
    "training.view",
    "policy.view",
    "case.view",
    "review.work",
}


def test_learning_and_teaching(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None], axe: Callable[[Any], None]
) -> None:
    install()
    person = member(ALL, "Lea Learner")
    pk = uuid.UUID(str(person.pk))
    with writing(system("test")) as w:
        defaults.install(w)
        Exam.objects.filter(policy_key="spam").update(practice_right=1)
        workforce.save_vendor(w, key="north", name="North", site="Riga")
        workforce.save_reviewer(w, pk, vendor_key="north", languages=["en"])
    page = open_as(person, "/training/practice/spam")
    four_looks(page)
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("Choose what is violated first")
    item = sandbox.next_case(pk, "spam")
    assert item is not None
    if item.answer == "clean":
        page.keyboard.press("2")
    else:
        page.get_by_role("radio").and_(page.locator(f"[value='{item.answer}']")).check()
        page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Right")
    four_looks(page)
    page.keyboard.press("x")
    expect(page.get_by_role("heading", level=1)).to_have_text("Exam: Spam")
    axe(page)
    page.keyboard.press("n")
    page.wait_for_url("**/1")
    four_looks(page)
    sitting = Sitting.objects.get()
    for number in range(1, 11):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {number} of 10")
        answer = "clean" if number < 3 else sittings.question(sitting, number).answer
        page.keyboard.press(
            str(1 + [each.get_attribute("value") for each in page.get_by_role("radio").all()].index(answer))
        )
        page.keyboard.press("n")
    expect(page.get_by_text("Every question is answered")).to_be_visible()
    axe(page)
    page.keyboard.press("y")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
    four_looks(page)
    for address in (
        "",
        "/feedback",
        "/policies/spam",
        "/people",
        "/people/north",
        "/bank",
        "/bank/spam",
        "/bank/spam/new",
        "/bank/spam/exam",
    ):
        page.goto(f"/training{address}")
        axe(page)  # narrow and dark, as the four looks left it
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    looked = open_as(member(ALL, "Eva Examiner"), "/training/bank/spam/borderline")
    expect(looked.get_by_role("heading", name="A finished sitting")).to_be_visible()
    four_looks(looked)
    looked.get_by_role("radio", name="Just at the bar").check()
    looked.get_by_role("button", name="Keep what I find").click()
    expect(looked.get_by_text("You have graded every sitting that waits for you.")).to_be_visible()
