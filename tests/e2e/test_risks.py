"""A risk from the form to its indicator, and an intervention from the plan to its verdict, in a real browser; two looks at each and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from tests.support.floor import install
from tests.support.markets import written
from tests.support.people import actor_of, member

from watchfloor.identity import actions as identity
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.jira.events import JiraConflict, JiraSiteSaved
from watchfloor.programme.jira.models import Conflict, Link, Site
from watchfloor.programme.reviews import actions as reviews
from watchfloor.programme.reviews import queries as reviewed
from watchfloor.programme.reviews.actions import Wanted
from watchfloor.programme.reviews.domain.document import Block
from watchfloor.programme.risks.actions import coming, practices, register
from watchfloor.programme.risks.domain import EventIn, RiskIn
from watchfloor.programme.tracking import actions as tracking
from watchfloor.training import path_actions
from watchfloor.workforce import actions as workforce

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


def test_a_risk_and_an_intervention(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    now = clock.now()  # the server's own thread has no other clock
    changed = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=21)
    written(changed, now)
    with writing(system("test")) as w:
        for title, likelihood, impact in (
            ("A vendor's site fails", 2, 4),
            ("A new act asks for reports within a day", 4, 3),
        ):
            given = RiskIn(
                title=title, event="It happens", likelihood=4, impact=4, residual_likelihood=likelihood, residual_impact=impact,
                review_on=now.date() + timedelta(days=9),
            )  # fmt: skip
            register.write(w, system("test"), given)
    Spike.objects.create(
        metric="incoming_total", kind="spike", where={"market": "DE"}, starts_at=changed, last_at=changed, found_at=changed,
        found_by="system:test", value=90, expected=60,
    )  # fmt: skip
    person = member({"programme.view", "programme.edit", "insight.view"}, "Petra Planner")
    page = open_as(person, "/programme/risks/new")
    page.get_by_label("Name").fill("Link farms overrun one market")
    page.get_by_label("Event").fill("Thousands of accounts post the same links")
    page.get_by_label("Likelihood", exact=True).select_option("5")
    page.get_by_label("Impact", exact=True).select_option("4")
    page.get_by_label("Looked at again on").fill((now + timedelta(days=30)).date().isoformat())
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The risk is in the register")).to_be_visible()
    page.get_by_text("Add a control").click()
    page.get_by_label("What keeps it small").fill("A rule on the age of accounts")
    page.get_by_role("button", name="Add the control").click()
    expect(page.get_by_text("Never tried").first).to_be_visible()
    page.get_by_text("Watch a number").click()
    page.get_by_label("Metric").select_option("incoming_total")
    page.get_by_label("Over").select_option("week")
    page.get_by_label("Amber at").fill("10")
    page.get_by_label("Red at").fill("20")
    page.get_by_label("Market").fill("DE")
    page.get_by_role("button", name="Watch it").click()
    expect(page.get_by_text("Red", exact=True).first).to_be_visible()  # some two hundred came in a week
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Risks").first.click()
    page.get_by_role("link", name="1 risk: likelihood 3, impact 3").click()
    expect(page.get_by_role("link", name="3 Link farms overrun one market")).to_be_visible()
    expect(page.get_by_role("link", name="A vendor's site fails")).to_have_count(0)
    page.goto("/programme/risks")
    four_looks(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/programme/turned")
    expect(page.get_by_role("cell", name="Nothing done yet")).to_be_visible()
    page.get_by_role("link", name="Write down what is done").click()
    page.get_by_label("In a few words").fill("New accounts wait before their first link")
    page.get_by_label("When it takes effect").fill(f"{changed:%Y-%m-%dT%H:%M}")
    page.get_by_label("Measured on").fill(f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}")
    expect(page.get_by_label("Market")).to_have_value("DE")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("button", name="Measure now").click()
    expect(page.locator("#verdict")).to_contain_text("Reversed: ")
    expect(page.locator("#verdict")).to_contain_text("fewer a month [")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/programme/turned")
    expect(page.get_by_text("fewer a month").first).to_be_visible()
    four_looks(page)

    # The pages beside them, with something on each: what is coming, practices, versions of a review, Jira, paths, the record store.
    addresses = _furnished(person)
    for address, words in addresses.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        expect(page.get_by_text(words).first).to_be_visible()
        four_looks(page)


def _furnished(person: User) -> dict[str, str]:
    """Something to see on every page that is looked at, and what it says."""
    now = clock.now()
    more = {"training.edit", "training.view", "settings.manage", "policy.view"}
    install()
    with writing(system("test")) as w:
        identity.save_role(w, key="more", name="More", permissions=sorted(more))
        identity.grant(w, system("test"), person, "more")
        workforce.save_vendor(w, key="north", name="North", site="Riga")
        workforce.save_reviewer(w, person.pk, vendor_key="north", languages=["en"])
        event = EventIn(
            title="A general election",
            kind="election",
            market="DE",
            starts_at=now,
            ends_at=now + timedelta(days=2),
            uplift=0.3,
        )
        coming.write_event(w, system("test"), event)
        coming.write_horizon(
            w, system("test"), kind="law", title="An act on minors", review_on=now.date() + timedelta(days=40),
            impact="Reports within a day",
        )  # fmt: skip
        practices.assess(w, "governance.register", level=2, evidence="Looked through each month")
        steps = [{"kind": "read", "policy": "spam"}, {"kind": "shadow", "policy": "spam", "count": 10}]
        path = path_actions.save(
            w, system("test"), None, path_actions.Given(name="First weeks", steps=steps, vendor="north")
        )
        path_actions.join(w, system("test"), path, [person.pk])
        site = {"url": "https://jira.example", "project": "OPS", "email": "floor@example.org", "token": b"", "on": True}
        w.event(JiraSiteSaved(enabled=True), w.create(Site, **site, changed_by="system:test", changed_at=now))
        action = tracking.add_action(w, tracking.Todo(title="Shorten the form", owner=person.pk))
        link = w.create(
            Link,
            action=action,
            state="linked",
            key="OPS-7",
            remote_id="7",
            title="Our title",
            made_by="system:test",
            made_at=now,
        )
        for field, ours, theirs, state in (
            ("title", "Our title", "Their title", "ours"),
            ("due", "2026-12-01", "2026-12-24", "open"),
        ):
            w.create(
                Conflict, link=link, field=field, kind="both", agreed="", ours=ours, theirs=theirs, theirs_by="Ann Engineer", state=state,
                since=now, settled_by="" if state == "open" else f"user:{person.pk}", settled_at=None if state == "open" else now,
            )  # fmt: skip
        w.event(JiraConflict(field="title", kind="both"), link)
    block = Block(id="b0", kind="text", title="In short", text="A quiet week.")
    review = reviews.compose(actor_of(person), Wanted(template="weekly", title="The week", blocks=(block,)))
    assert review is not None
    return {
        "/programme/indicators": "the last seven days",
        "/insight/ahead/incoming_total": "not seen before", "/programme/horizon": "An act on minors",
        "/programme/calendar": "A general election", "/programme/practices": "Looked through each month",
        f"{reverse('programme-review', args=[reviewed.name_of(review)])}/versions": "Versions", "/programme/jira": "Take it back",
        f"/programme/jira/for/{action.pk}": "Keep ours", "/training/onboarding": "First weeks",
        f"/training/onboarding/{path.pk}": "Read the unit of",
        "/training/records": "Save and ask the store",
    }  # fmt: skip
