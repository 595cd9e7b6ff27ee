"""Policies in a real browser: a version written by one person, published by another; every page accessible and never too wide."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
BLEACH = "Drinking bleach cures covid in two days"
ADDRESSES = [
    "/policies/hate?market=DE&language=es", "/policies/hate/diff?a=1&b=2", "/policies/hate/versions/3/publish",
    "/policies/hate/versions/3/edit", "/policies/hate/overlays", "/policies/hate/translations/in/es", "/policies/spam/precedents",
    "/claims?text=drinking+bleach+cures+covid+in+two+days",
]  # fmt: skip


@pytest.fixture
def people() -> tuple[Any, Any]:
    """Two policy specialists on a floor where much goes by the policies; the claim's id beside them."""
    from msgspec.structs import replace
    from tests.support.floor import Floor, install
    from tests.support.people import member

    from watchfloor.identity.defaults import ROLES
    from watchfloor.identity.domain import system
    from watchfloor.items import keying
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import actions, texts
    from watchfloor.policy.domain.document import Overlay
    from watchfloor.review import actions as review

    install()
    floor = Floor()
    permissions = frozenset(ROLES["policy_specialist"][2])
    ada, bo = member(permissions, "Ada Writer"), member(permissions, "Bo Second")
    base = texts.document_of(texts.version_of("hate", 1))
    overlays = {"DE": Overlay("adds", "Section 130 of the criminal code is applied."), "JP": Overlay("drops")}
    first = replace(
        base.clauses[0],
        overlays=overlays,
        violates=("They should all be thrown out.",),
        allowed=("A report on such calls.",),
    )
    second = replace(base, clauses=(first, *base.clauses[1:]), ends_at=clock.now() + timedelta(days=4))
    with writing(f"user:{ada.pk}") as w:
        version = actions.draft_document(w, "hate", second, why="For the weeks before the election.")
        spanish = {"summary": "Ningún ataque.", "clause:c5-1": "Llamadas al daño.", "clause:c5-2": "Deshumanizar."}
        actions.save_translation(w, version, "es", spanish)
    with writing(f"user:{bo.pk}") as w:
        actions.approve(w, version)
        actions.put_in_force(w, version)
    third = replace(
        second,
        clauses=(
            replace(first, text="Calls for harm. Wishing people harm because of a protected trait."),
            *second.clauses[1:],
        ),
    )
    with writing(f"user:{ada.pk}") as w:
        actions.draft_document(w, "hate", third, why="Plainer words.")
        source = [{"title": "Health agency, 3 November", "url": "https://health.example/"}]
        actions.save_claim(
            w, text=BLEACH, status="false", sources=source, owner="Health desk", note="Often with a photo of a bottle."
        )
    item, _ = floor.item(f"friends, {BLEACH}!")
    case = floor.report(item)
    keying.note_new()
    with writing(system("test")) as w:
        edge = review.flag_edge_case(w, case, "Is a joke about bleach spam?")
        actions.place_ruling(w, edge.pk, "spam", texts.clauses_of(texts.version_of("spam", 1))[0].key)
    return ada, bo


def test_policies_from_the_editor_into_force(
    people: tuple[Any, Any], open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from watchfloor.policy.models import Claim

    ada, bo = people
    page = open_as(ada, "/policies")
    for address in [*ADDRESSES, f"/claims/{Claim.objects.get().pk}"]:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        four_looks(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/policies/hate")
    page.get_by_role("link", name="Write the next version").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What this version is for").focus()
    page.keyboard.type("A clause on mockery")
    page.get_by_role("button", name="Add a clause").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Clause 5.6").wait_for()
    assert page.get_by_label("What this version is for").input_value() == "A clause on mockery"
    page.get_by_label("Text", exact=True).last.fill("Mockery of victims.")
    page.get_by_role("button", name="Preview").last.click()
    page.locator("ins.word-added", has_text="Mockery of victims.").wait_for()
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_url(re.compile(r"/policies/hate\?version=4"))
    assert page.get_by_text("You wrote this draft").count() == 1

    page = open_as(bo, "/policies/hate/versions/4/publish")
    page.get_by_role("button", name="Approve version 4").click()
    page.get_by_role("button", name="Publish version 4").click()
    page.get_by_role("alert").get_by_text("Say that you have read what it touches.").wait_for()
    page.get_by_label("I have read what it touches").check()
    page.get_by_role("button", name="Publish version 4").click()
    page.get_by_text("It is in force since").wait_for()
    page.goto("/policies/hate#clause-c5-6")
    assert page.locator("#clause-c5-6").get_by_text("Mockery of victims.").is_visible()
