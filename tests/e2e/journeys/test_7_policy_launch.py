"""Journey 7: a policy with a German overlay goes live. One gate is not ready, is mended, and turns green on the open page; a go puts the
version in force; a guard trips, the launch stops by itself and the text before is back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from tests.support.floor import install
from tests.support.people import actor_of, member

from watchfloor.identity.domain import system
from watchfloor.insight import facts, lake
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions as policies
from watchfloor.policy import queries as policy_queries
from watchfloor.policy import texts
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches import tasks
from watchfloor.programme.launches.actions import planning
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.stakeholders import queries as stakeholders
from watchfloor.programme.stakeholders.actions.signing import sign
from watchfloor.quality.actions import marking
from watchfloor.quality.actions import planning as quality
from watchfloor.quality.domain.cards import Card, Part
from watchfloor.quality.domain.plans import Document as Sample
from watchfloor.workforce import actions as workforce

DIST = Path(__file__).parents[3] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
MANAGER = {
    "programme.view", "programme.edit", "programme.approve", "policy.view", "policy.approve", "insight.view", "rule.view",
    "staffing.view",
}  # fmt: skip
HOURS = 24


class Opened(LedgerEvent, tag="test.e2e_case_opened"):
    """Carries what ``case.opened`` carries for the numbers."""

    market: str = "DE"
    policy: str = "hate"
    severity: int = 2


def cases(begin: float, end: float, count: int) -> None:
    """Cases of the policy in Germany, between so many hours ago and so many."""
    now = clock.now()
    with writing(system("test")) as w:
        for number in range(count):
            event = w.event(Opened(), ("case", f"{begin}-{number}"))
            event.type, event.at = "case.opened", now - timedelta(hours=begin - (begin - end) * number / count)
    sequencer.catch_up()
    facts.export()
    lake.forget()


@pytest.fixture
def empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


def drafted(writer: Any) -> PolicyVersion:
    """A new version of the hate policy, with what differs in Germany."""
    now = policy_queries.version_in_force("hate")
    assert now is not None
    document = texts.document_of(PolicyVersion.objects.get(pk=now.id))
    overlays = {**document.overlays, "DE": "Symbols of unconstitutional organisations are removed at once."}
    with writing(actor_of(writer)) as w:
        return policies.draft_document(w, "hate", replace(document, overlays=overlays), why="A German court has ruled.")


def gate(page: Page, name: str) -> Any:
    """The row of a gate."""
    return page.get_by_role("table", name="Gates").get_by_role("row").filter(has_text=name)


@pytest.mark.usefixtures("empty_lake")
def test_a_policy_goes_live_and_comes_back(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    install()
    manager, pia, rui = (
        member(MANAGER, "Mara Manager"),
        member(MANAGER, "Pia Policy"),
        member({"review.work"}, "Rui Reis"),
    )
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="alder", name="Alder", site="Manila", time_zone="Asia/Manila")
        workforce.save_reviewer(w, rui.pk, vendor_key="alder", languages=["de"], skills=["hate"])
        quality.put(w, Sample(), seen=0)
    marking.save(actor_of(manager), Card(parts=(Part(key="finding", name="The finding is right"),)), seen=0)
    cases(HOURS, 0, 2 * HOURS)
    version = drafted(pia)

    ours = open_as(manager, "/programme/launches")
    ours.get_by_role("link", name="Plan a launch").click()
    ours.get_by_label("Title").fill("Forbidden symbols in Germany")
    ours.get_by_label("Version of a policy").select_option(f"hate:{version.number}")
    ours.get_by_label("Time zone its dates").fill("Europe/Berlin")
    ours.get_by_label("Markets (optional)").fill("de")
    ours.get_by_label("Languages").fill("en")
    ours.get_by_label("hate.other", exact=True).check()
    ours.get_by_label("Alder").check()
    ours.get_by_label("Or why none does").fill("The clocks of reports hold as before.")
    ours.get_by_label("Case 1").first.fill("A brigade reports everything that mentions the court.")
    ours.get_by_label("What is done about case 1").fill("Reports of a brigade weigh little.")
    ours.get_by_role("textbox", name="The way back").fill("Bring the text before back; a minute.")
    ours.get_by_label("Who must sign off").fill(pia.email)
    ours.get_by_label("Metric of guard 1").select_option("incoming_total")
    ours.get_by_label("Limit").first.fill("100")
    ours.get_by_label("Counted").first.select_option("relative")
    ours.get_by_role("textbox", name="Quality form").fill("0")
    ours.get_by_role("button", name="Keep").click()
    ours.get_by_role("link", name="Change it").click()
    ours.get_by_label("hate.other DE").fill("48")
    four_looks(ours)
    ours.set_viewport_size({"width": 1440, "height": 900})
    ours.get_by_role("button", name="Keep").click()
    ours.get_by_role("button", name="Watch its gates").click()
    ours.get_by_role("button", name="Freeze the baseline").click()
    tasks.look_at_gates()

    theirs = open_as(
        pia, "/programme/launches/1/gates/abuse"
    )  # somebody else looks at the risks, tries the way back, signs
    for key, said in (("abuse", "Read it."), ("rollback", "Tried it.")):
        theirs.goto(f"/programme/launches/1/gates/{key}")
        theirs.get_by_label("What you looked at").fill(said)
        theirs.get_by_role("button", name="It holds").click()
    row = Launch.objects.get()
    asked = stakeholders.sign_offs(planning.about(row.pk), planning.document_of(row).digest())
    with writing(actor_of(pia)) as w:
        sign(w, next(each.id for each in asked if each.state == "asked"))
    with writing(actor_of(manager)) as w:
        policies.approve(w, version)
    ours.goto("/programme/launches/1/gates/staffing")
    ours.get_by_label("Why it may pass").fill("Two cases an hour more.")
    ours.get_by_role("button", name="Waive the gate").click()
    expect(gate(ours, "Staffing")).to_contain_text("Waived by Mara Manager: Two cases an hour more.")
    expect(gate(ours, "People certified")).to_contain_text("Red")
    four_looks(ours)
    ours.set_viewport_size({"width": 1440, "height": 900})
    ours.get_by_label("Why", exact=True).fill("Let us go.")
    ours.get_by_role("button", name="Go", exact=True).click()
    expect(ours.get_by_role("alert")).to_contain_text("Not yet: People certified at every site.")
    expect(ours.get_by_label("Why", exact=True)).to_have_value("Let us go.")

    with writing(system("test")) as w:  # he passes; nobody touches the page
        workforce.grant_certificate(w, rui.pk, "hate", version=version.number, how="exam")
    expect(gate(ours, "People certified")).to_contain_text("Green", timeout=15_000)
    expect(ours.get_by_label("Why", exact=True)).to_have_value("Let us go.")
    ours.get_by_role("button", name="Go", exact=True).click()
    ours.get_by_role("button", name="Begin stage 1 now").click()
    expect(ours.get_by_role("list", name="Guards")).to_contain_text("stops above 2 times the baseline")
    now = policy_queries.version_in_force("hate")
    assert now is not None and now.number == version.number

    cases(0.0001, 0, 40)  # forty at once, where two an hour were usual
    assert tasks.read_guards() == 1
    ours.reload()
    expect(ours.get_by_text("Stopped by itself")).to_be_visible()
    expect(ours.get_by_text("The text before is in force again")).to_be_visible()
    ours.get_by_label("What was learnt").fill("The overlay meets the colours of a football club.")
    ours.get_by_role("button", name="Keep").click()
    back = PolicyVersion.objects.get(policy_key="hate", state="in_force")
    assert (back.restores, back.overlays["DE"] == version.overlays["DE"]) == (version.number - 1, False)
