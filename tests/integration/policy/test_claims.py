"""The register of claims: kept by people, matched as items come and among those of the past, ended by its date, shown by right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.policy.people import Browser
from tests.support.floor import Floor

from watchfloor.items import keying
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions, claims, queries
from watchfloor.policy.models import Claim, ClaimMatch

pytestmark = pytest.mark.django_db
BLEACH = "Drinking bleach cures covid in two days"
SOURCE = [{"title": "Health agency", "url": "https://health.example/"}]


def claim(**more: Any) -> Claim:
    with writing("user:ada") as w:
        return actions.save_claim(w, **{"text": BLEACH, "status": "false", "sources": SOURCE, **more})


def test_items_that_come_are_matched_and_shown_at_their_case(floor: Floor, ada: Browser, reader: Browser) -> None:
    row = claim(note="Look at the date.")
    item, _ = floor.item(f"friends, {BLEACH.upper()}!!")
    floor.item("something else altogether, with bleach and covid in it")
    case = floor.report(item)
    keying.note_new()
    match = ClaimMatch.objects.get()
    assert (match.claim_id, match.item_id, match.wording) == (row.pk, item.pk, BLEACH)
    (hit,) = claims.matches_of(item.pk)
    assert (hit.status, hit.note, hit.sources) == (
        "false",
        "Look at the date.",
        (("Health agency", "https://health.example/"),),
    )
    shown = ada.get("case-detail", ids.encode("case", case.pk))
    assert "Claim: False" in shown and "Look at the date." in shown
    page = ada.get("claim", row.pk)
    assert "case_" in page and "None that you may see" not in page
    assert "None that you may see" in reader.get("claim", row.pk), "who may not know the case does not learn of it here"
    assert "case_" in ada.get("claim", row.pk, format="csv") and "case_" not in reader.get(
        "claim", row.pk, format="csv"
    )


def test_items_of_the_past_are_searched_in_pieces(floor: Floor) -> None:
    told = [floor.item(f"listen {number}: {BLEACH}")[0] for number in range(3)]
    for number in range(4):
        floor.item(f"nothing of the kind, number {number}")
    row = claim()
    assert claims.search_past(3) == 0, "not before every process knows the claim"
    with clock.at(clock.now() + claims.SETTLED):
        assert [claims.search_past(3) for _ in range(4)] == [3, 3, 1, 0]
    assert set(ClaimMatch.objects.values_list("item_id", flat=True)) == {item.pk for item in told}
    with writing("user:ada") as w:
        actions.save_claim(w, claim_id=row.pk, revision=1, text="The moon landing was filmed in a studio in Nevada")
    with clock.at(clock.now() + claims.SETTLED):
        claims.search_past(100)
    assert not ClaimMatch.objects.exists(), "another wording, other items"


def test_readers_ask_the_database_once(floor: Floor) -> None:
    claim(markets=["DE"])
    assert queries.claims_in(f"so: {BLEACH}")
    with CaptureQueriesContext(connection) as asked:
        for _ in range(20):
            queries.claims_in(f"so: {BLEACH}")
    assert len(asked) == 0
    assert queries.claims_in(BLEACH, market="DE") and not queries.claims_in(BLEACH, market="US")


def test_it_ends_by_itself_and_is_not_found_from_that_second(floor: Floor, ada: Browser) -> None:
    until = clock.now() + timedelta(days=2)
    row = claim(expires_at=until)
    with clock.at(until + timedelta(seconds=1)):
        assert queries.claims_in(BLEACH) == [], "before the loop came by"
        with writing("system:policy") as w:
            assert actions.end_claims(w) == 1
            assert actions.end_claims(w) == 0
    row.refresh_from_db()
    assert row.why_ended == "expired"
    assert Event.objects.get(type="claim.ended").data == {"status": "false", "how": "expired"}
    ada.post("claim", row.pk, step="reopen")
    assert queries.claims_in(BLEACH)
    ada.post("claim", row.pk, step="close", why="settled")
    assert not queries.claims_in(BLEACH)
    page = ada.get("claim", row.pk)
    assert "settled" in page and "Looked for again" in page


def test_two_people_do_not_overwrite_each_other_and_the_ledger_keeps_no_words(floor: Floor) -> None:
    row = claim()
    with writing("user:bo") as w:
        actions.save_claim(w, claim_id=row.pk, revision=1, text=BLEACH, status="disputed", sources=SOURCE)
    with pytest.raises(Conflict, match="changed this claim"), writing("user:ada") as w:
        actions.save_claim(w, claim_id=row.pk, revision=1, text=BLEACH)
    assert [(e.data["before"], e.data["status"]) for e in Event.objects.filter(type="claim.saved").order_by("ordinal")] == [
        ("", "false"), ("false", "disputed"),
    ]  # fmt: skip
    assert not any("bleach" in str(e.changes) for e in Event.objects.all())


def test_the_pages(floor: Floor, ada: Browser, reader: Browser) -> None:
    assert "No claim fits" in reader.get("claims")
    reader.get("claim-new", status=403)
    wrong = ada.post("claim-new", status=422, text=BLEACH, status_="", policy_key="misinformation", note="kept")
    assert "no status of a claim" in wrong and "kept" in wrong
    values = {
        "text": BLEACH, "status_": "false", "policy_key": "misinformation", "violation_key": "misinformation.health",
        "sources": "Health agency | https://health.example/\nA second one", "markets": "DE, AT", "owner": "Health desk",
        "variants": "Bleich trinken heilt Covid in zwei Tagen",
    }  # fmt: skip
    ada.post("claim-new", **values)
    row = Claim.objects.get()
    assert (row.sources[1], row.markets) == ({"title": "A second one", "url": ""}, ["DE", "AT"])
    page = reader.get("claim", row.pk)
    assert (
        "Dangerous health claim" in page
        and "Put into the register as: False" in page
        and "https://health.example/" in page
    )
    assert 'href="https://health.example/"' not in page, "sources are text, nothing leads outside"
    ada.post("claim-edit", row.pk, **values | {"status_": "misleading", "revision": "1"})
    assert "From False to Misleading" in reader.get("claim", row.pk)
    again = ada.post("claim-edit", row.pk, status=422, **values | {"revision": "1"})
    assert "changed this claim since you opened it" in again
    assert "It repeats no claim" in reader.get("claims", text="What a fine morning it is today")
    assert "of its wording" in reader.get("claims", text="bleich trinken heilt covid in zwei tagen")
    assert "Health desk" in reader.get("claims", status_="misleading", market="AT", format="csv")
    reader.post("claim", row.pk, status=403, step="close", why="x")
