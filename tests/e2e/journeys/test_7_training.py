"""Journey 7, its training: a policy's second version is in force, the unit is stale, its products are made anew, a cohort is trained and
certified, routing lets only the certified work, and quality shows that the clause misleads no more."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.integration.training.test_training import ANNA, BEN, sit
from tests.support.floor import REVIEWER, Floor, install
from tests.support.people import actor_of, member

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions as policy
from watchfloor.policy import queries as policies
from watchfloor.policy.models import PolicyVersion
from watchfloor.quality.models import Look
from watchfloor.review import actions as review
from watchfloor.training import defaults, making, unit_actions
from watchfloor.training.models import Cohort, Exam, UnitVersion
from watchfloor.workforce import actions as workforce

DIST = Path(__file__).parents[3] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
SOURCE = (Path(__file__).parents[3] / "examples/training/spam.md").read_text(encoding="utf-8")
TEACHES = {
    "training.edit",
    "training.approve",
    "training.view",
    "training.learn",
    "policy.view",
    "quality.view",
    "case.view",
}
LEARNS = REVIEWER | {"training.learn"}


def made() -> None:
    """What the worker does."""
    while making.work():
        pass


def looks(right: str, when: Any) -> None:
    """Twelve decisions that quality looked at, all decided as bulk."""
    for _ in range(12):
        Look.objects.create(
            decision_id=uuid.uuid4(), case_id=uuid.uuid4(), purpose="sample", state="settled", drawn_at=when, policy_key="spam", severity=1,
            origin="human", decider="user:1", decided_at=when, verdict="violating", violation_key="spam.bulk",
            right_verdict="violating", right_violation=right,
        )  # fmt: skip


@pytest.fixture
def before() -> tuple[Any, Any, Any, Any]:
    """Two certified reviewers, a unit for the first version, and since twenty days the second version: their grace is over."""
    install()
    now = clock.now()
    tom, ben = member(TEACHES, "Tom Trainer"), member(TEACHES, "Ben Second")
    lea, max_ = member(LEARNS, "Lea Learner"), member(LEARNS, "Max Missing")
    with clock.at(now - timedelta(days=60)):
        with writing(system("test")) as w:
            defaults.install(w)
            Exam.objects.update(practice_right=0)
            workforce.save_vendor(w, key="north", name="North", site="Riga", time_zone="Europe/Riga")
            for person in (lea, max_):
                workforce.save_reviewer(w, person.pk, vendor_key="north", languages=["en"], queues=["spam.en"])
                workforce.grant_certificate(w, person.pk, "spam", version=1, how="training")
        with writing(ANNA) as w:
            row = unit_actions.save(w, SOURCE)
        with writing(BEN) as w:
            unit_actions.approve(w, row.pk)
            unit_actions.publish(w, row.pk)
        made()
    held = policies.version_in_force("spam")
    assert held is not None
    with clock.at(now - timedelta(days=20)):
        with writing(ANNA) as w:
            version = policy.draft(
                w, "spam", summary=held.summary, text=held.text.replace("9.1 ", "9.1 In many places at once: ", 1)
            )
        with writing(BEN) as w:
            policy.approve(w, version)
            policy.put_in_force(w, PolicyVersion.objects.get(pk=version.pk))
    looks("spam.advertising", now - timedelta(days=10))
    return tom, ben, lea, max_


def test_a_policy_is_taught(
    before: tuple[Any, Any, Any, Any],
    open_as: Callable[..., Page],
    four_looks: Callable[[Any], None],
    axe: Callable[[Any], None],
) -> None:
    tom, ben, lea, max_ = before
    floor = Floor()
    floor.report()
    assert (
        review.claim(actor_of(lea)) is None and review.claim(actor_of(max_)) is None
    )  # certified for a text that is over

    page = open_as(tom, "/training/units")
    expect(page.get_by_role("row", name="Spam").first).to_contain_text("Stale: the policy has changed")
    page.get_by_role("table", name="Training units").get_by_role("link", name="Spam").click()
    expect(page.get_by_text("Written for version 1 of the policy; version 2 is in force.")).to_be_visible()
    page.get_by_role("link", name="Compare side by side").click()
    expect(page.locator("ins", has_text="In many places at once")).to_be_visible()
    page.go_back()
    source = page.get_by_role("textbox", name="Source")
    assert "\nversion: 2\n" in source.input_value()
    source.fill(source.input_value().replace("to many people or places", "to many people, or to many places at once,"))
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("Draft", exact=True).first).to_be_visible()
    second = open_as(ben, "/training/units/spam/en")
    second.get_by_role("button", name="Approve").click()
    second.get_by_role("button", name="Publish").click()
    expect(second.get_by_text("Making the products")).to_be_visible()
    made()
    expect(second.get_by_text("Making the products")).to_have_count(0, timeout=10_000)  # the page says so by itself
    expect(second.get_by_text("Current", exact=True)).to_be_visible()
    for name in ("Article", "Questions in the bank", "Slides (PPTX)", "Guide (DOCX)", "Course (SCORM)"):
        expect(second.get_by_role("link", name=name, exact=True)).to_be_visible()
    with second.expect_download() as taken:
        second.get_by_role("link", name="Slides (PPTX)").click()
    assert taken.value.suggested_filename == "spam-en-2-deck.pptx"
    four_looks(second)
    topics = ("general", "spam.links", "spam.advertising", "spam.chain")  # the unit has a question on each
    Exam.objects.filter(policy_key="spam").update(
        blueprint=[{"topic": each, "count": 1, "difficulty": 0} for each in topics]
    )

    page.goto("/training/cohorts/new")
    page.get_by_label("Name").fill("Riga, early")
    page.get_by_label("Policy").select_option("spam")
    page.get_by_label("Certified by the end of").fill((clock.now() + timedelta(days=9)).date().isoformat())
    page.get_by_role("button", name="Plan it").click()
    page.get_by_role("button", name="Take in").click()  # both are ticked: they need it
    expect(page.get_by_text("2 people are in the cohort now.")).to_be_visible()
    page.get_by_label("Day", exact=True).fill((clock.now() + timedelta(days=2)).date().isoformat())
    page.get_by_role("textbox", name="Where").fill("Room 4")
    page.get_by_role("button", name="Plan and invite").click()
    expect(page.get_by_role("table", name="Sessions")).to_contain_text("Room 4")
    expect(page.get_by_role("table", name="Sessions")).to_contain_text("Not certified to teach")
    axe(page)
    page.get_by_role("table", name="Sessions").get_by_role("link").first.click()
    expect(page.get_by_role("link", name="For my calendar")).to_be_visible()

    phone = open_as(lea, "/training", width=390)
    expect(phone.get_by_role("heading", name="Riga, early")).to_be_visible()
    expect(phone.get_by_text("Room 4")).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert sit(actor_of(lea)).state == "passed"
    phone.reload()
    expect(phone.get_by_text("Done: you are certified")).to_be_visible()
    assert review.claim(actor_of(max_)) is None
    assert review.claim(actor_of(lea)) is not None  # routing admits the certified, and nobody else
    page.goto(f"/training/cohorts/{Cohort.objects.get().pk}")
    expect(page.get_by_role("row", name="Lea Learner")).to_contain_text("Certified")
    expect(page.get_by_role("row", name="Max Missing")).to_contain_text("Not yet")

    published = UnitVersion.objects.get(number=2).published_at
    assert published is not None
    looks("spam.bulk", published + timedelta(minutes=1))
    page.goto("/training/misled?policy=spam")
    effect = page.get_by_role("row").filter(has=page.get_by_role("link", name="9.1", exact=True))
    expect(effect).to_contain_text("before: 100 %")
    expect(effect).to_contain_text("after: 0 %")
    four_looks(page)
