"""Decisions are marked by the scorecard, looks are looked at, sessions are answered alone and put to policy; and who may not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.quality.test_way_of_a_look import CHECKER, QUALITY, drawn, looked, plan
from tests.support.floor import CLEAN, SPAM, Floor, someone
from tests.support.people import actor_of, member, signed_in
from tests.support.tips import picture

from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.quality import witnesses
from watchfloor.quality.actions import marking, rounds, settling
from watchfloor.quality.domain.cards import Card, Part
from watchfloor.quality.domain.plans import Document
from watchfloor.quality.models import Look, Marked, Round, RoundItem
from watchfloor.quality.queries import figures
from watchfloor.quality.queries.figures import Filters
from watchfloor.quality.queries.graders import graders
from watchfloor.quality.queries.marks import scores
from watchfloor.review.actions import looks
from watchfloor.review.models import Case, Decision, EdgeCase
from watchfloor.workforce.actions import save_reviewer, save_vendor
from watchfloor.workforce.models import Exposure

CARD = Card(
    parts=(Part(key="verdict", name="Verdict", weight=3, critical=True), Part(key="note", name="Note", scale=3))
)


def test_a_decision_is_marked_by_somebody_else_and_counts_as_it_was_drawn(floor: Floor) -> None:
    lead = someone(QUALITY)
    plan(lead)
    decider, _decision, look = drawn(floor)
    with pytest.raises(Conflict, match="no scorecard"):
        marking.mark(lead, look.pk, {})
    marking.save(lead, CARD, seen=0)
    with pytest.raises(Conflict, match="gone live meanwhile"):
        marking.save(lead, CARD, seen=0)
    with pytest.raises(Conflict, match="once it was looked at"):
        marking.mark(lead, look.pk, {"verdict": "1", "note": "2"})
    looked(floor, look, SPAM)
    with pytest.raises(BadInput, match="Note"):
        marking.mark(lead, look.pk, {"verdict": "1"})
    with pytest.raises(Forbidden, match="your own"):
        marking.mark(Actor(kind="user", id=decider.id, scopes=lead.scopes), look.pk, {"verdict": "1", "note": "2"})
    marking.mark(lead, look.pk, {"verdict": "1", "note": "2", "unknown": "9"})
    again = marking.mark(lead, look.pk, {"verdict": "1", "note": "0"})
    assert (again.score, again.passed, Marked.objects.count()) == (0.75, False, 1) and "unknown" not in again.marks
    assert Event.objects.filter(type="quality.card_marked").count() == 2
    _decider, _made, other = drawn(floor, CLEAN)
    looked(floor, other, CLEAN)
    marking.mark(lead, other.pk, {"verdict": "0", "note": "2"})
    Look.objects.filter(pk=other.pk).update(probability=0.5)
    whole = scores(lead, Filters(), "policy")[0]
    assert whole.key == "" and whole.score.share == pytest.approx(0.25) and (whole.marked, whole.failed) == (2, 1)
    assert scores(someone(QUALITY, markets=frozenset({"DE"})), Filters(), "policy") == []


def test_looks_are_looked_at(floor: Floor) -> None:
    """All that found the same are made again here: one of two turns out to be wrong, and so does the decision."""
    lead, checker = someone(QUALITY), someone(CHECKER)
    plan(lead, Document(weekly=100_000, certain_from=1, again=1.0))
    for right in (True, False):
        _decider, decision, look = drawn(floor)
        looked(floor, look, SPAM, checker)
        again = Look.objects.get(decision_id=decision.pk, purpose="again")
        assert (again.decider, again.verdict, again.state) == (str(checker), "violating", "waiting")
        second = someone(CHECKER)
        lease = floor.claim(second)
        looks.answer(second, lease.job_id, lease.token, SPAM if right else CLEAN)
        again.refresh_from_db()
        assert again.state == ("agreed" if right else "differs")
        if not right:
            settling.settle(lead, again.pk, verdict="clean", cause="context")
            settling.correct(lead, again.pk, "found wrong by a second look")
            assert Decision.objects.get(pk=decision.pk).superseded_at is not None
    assert Look.objects.filter(purpose="again").count() == 2  # a look at a look is not looked at
    [one] = graders(lead)
    assert (one.who, one.looks, one.checked, one.right.share) == (str(checker), 2, 2, 0.5)
    assert graders(someone(QUALITY, markets=frozenset({"DE"}))) == []


def test_a_session_from_its_beginning_to_policy(floor: Floor) -> None:
    boss, rita, sam = (
        member(QUALITY, "Lena Lead"),
        member({"review.work", "case.view"}, "Rita"),
        member({"review.work"}, "Sam"),
    )
    lead = actor_of(boss)
    with writing(system("test")) as w:
        save_vendor(w, key="birch", name="Birch")
        for person in (rita, sam):
            save_reviewer(w, person.pk, vendor_key="birch")
    plan(lead)
    chosen = []
    for finding in (SPAM, CLEAN):
        _decider, _decision, look = drawn(floor, finding)
        looked(floor, look, finding)
        chosen.append(look.pk)
    soon = clock.now() + timedelta(days=3)
    for more, said in (
        ({"title": " "}, "title"),
        ({"look_ids": []}, "between 1"),
        ({"vendors": []}, "people"),
        ({"due_at": clock.now()}, "future"),
    ):
        asked = {"title": "March", "look_ids": chosen, "vendors": ["birch"], "due_at": soon} | more
        with pytest.raises(BadInput, match=said):
            rounds.open_round(lead, **asked)  # type: ignore[arg-type]
    row = rounds.open_round(lead, title="March", look_ids=chosen, vendors=["birch"], due_at=soon)
    items = list(RoundItem.objects.filter(round=row).order_by("number"))
    states = set(Case.objects.values_list("pk", "state"))

    page = signed_in(rita)
    assert "March" in page.get("/quality/calibration").content.decode()
    assert "alpha" not in page.get(f"/quality/calibration/{row.pk}").content.decode()
    shown = page.get(f"/quality/calibration/items/{items[0].pk}")
    assert (
        shown.status_code == 200
        and "content-text" in shown.content.decode()
        and "Strikes" not in shown.content.decode()
    )
    _media_are_veiled_and_counted(rita, sam, items[0])
    refused = page.post(f"/quality/calibration/items/{items[0].pk}", {"found": "", "why": "kept"})
    assert refused.status_code == 422 and "kept" in refused.content.decode()
    for item in items:
        assert page.post(f"/quality/calibration/items/{item.pk}", {"found": "spam.bulk"}).status_code == 302
        rounds.answer(actor_of(sam), item.pk, verdict="clean")
    rounds.answer(actor_of(sam), items[0].pk, verdict="violating", violation_key="spam.bulk", why="after all")
    stranger = someone(QUALITY, vendors=frozenset({"other"}))
    with pytest.raises(NotFound):
        rounds.answer(stranger, items[0].pk, verdict="clean")
    with pytest.raises(NotFound):
        rounds.close(stranger, row.pk)
    assert signed_in(member({"review.work"}, "Nobody")).get(f"/quality/calibration/{row.pk}").status_code == 404
    assert set(Case.objects.values_list("pk", "state")) == states  # nothing is decided by it

    leads = signed_in(boss)
    whole = leads.get(f"/quality/calibration/{row.pk}").content.decode()
    assert "divides people" in whole and "Birch" in whole
    divided = items[1]
    assert (
        leads.post(
            f"/quality/calibration/{row.pk}", {"step": "ask", "item": divided.pk, "question": "Is this one?"}
        ).status_code
        == 302
    )
    assert EdgeCase.objects.get().question == "Is this one?"
    assert (
        leads.post(
            f"/quality/calibration/{row.pk}", {"step": "ask", "item": divided.pk, "question": "Again?"}
        ).status_code
        == 422
    )
    assert leads.post(f"/quality/calibration/{row.pk}", {"step": "close"}).status_code == 302
    with pytest.raises(Conflict, match="closed"):
        rounds.answer(actor_of(sam), items[0].pk, verdict="clean")
    assert "alpha" in page.get(f"/quality/calibration/{row.pk}").content.decode()
    assert _lines(leads.get(f"/quality/calibration/{row.pk}?format=csv")) == 3
    assert Round.objects.get().state == "closed" and UUID(str(rita.pk)) in Round.objects.get().people
    for address in ("/quality/card", "/quality/graders", "/quality/calibration/new", f"/quality/looks/{chosen[0]}"):
        assert leads.get(address).status_code == 200
    form = {
        "seen": "0",
        "passes": "0,8",
        "name-0": "Verdict",
        "weight-0": "3",
        "scale-0": "2",
        "when-0": "always",
        "critical-0": "1",
    }
    assert leads.post("/quality/card", form | {"weight-0": "x"}).status_code == 422
    assert leads.post("/quality/card", form).status_code == 302
    assert leads.post(f"/quality/looks/{chosen[0]}/mark", {"mark-verdict": "1"}).status_code == 302
    assert Marked.objects.get().passed and _lines(leads.get("/quality/card?format=csv")) == 3


def _media_are_veiled_and_counted(rita: User, sam: User, item: RoundItem) -> None:
    for clearance, field in (("", "image"), ("csam", "video")):
        medium = picture(field.encode())
        Media.objects.filter(pk=medium.pk).update(state="ready", kind="image", clearance=clearance)
        MediaLink.objects.create(item_version=item.item_version, field=field, media=medium)
    at = f"/quality/calibration/items/{item.pk}"
    for person in (rita, sam):  # each is counted for themselves, though the item is the same
        page = signed_in(person)
        text = page.get(at).content.decode()
        assert (
            text.count("data-viewer") == 1
            and "data-restricted" not in text
            and f"{at}/seen" in text
            and f"{at}/revealed" in text
        )
        line = {"kind": "image", "severity": 1, "ms": 4000, "reveals": 1, "filters": ["grey", "blur"]}
        sums = {"page": "k3f", "token": 1, "worked_ms": 5000, "lines": [line]}
        for _again in range(2):  # the sums since the page was loaded, said again, count once
            assert page.post(f"{at}/seen", sums, content_type="application/json").status_code == 204
        look = {"media": "med_x", "kind": "image", "how": "held", "filters": []}
        assert page.post(f"{at}/revealed", look, content_type="application/json").status_code == 204
        assert page.post(f"{at}/revealed", look | {"how": "?"}, content_type="application/json").status_code == 422
        [row] = Exposure.objects.filter(reviewer_id=person.pk)
        assert (row.kind, row.severity, row.ms, row.filtered_ms, row.reveals) == (
            "image",
            max(1, item.severity),
            4000,
            4000,
            1,
        )
    sent = {"found": "clean", "shown": json.dumps(sums | {"worked_ms": "x"})}
    assert page.post(at, sent).status_code == 302 and Exposure.objects.get(reviewer_id=sam.pk).ms == 4000
    other = signed_in(member({"review.work"}, "Nobody"))
    assert other.post(f"{at}/seen", sums, content_type="application/json").status_code == 404
    assert other.post(f"{at}/revealed", look, content_type="application/json").status_code == 404


def _lines(response: Any) -> int:
    return b"".join(response.streaming_content).decode().count("\n")


def test_what_is_said_outside_stands_beside_the_looks(floor: Floor) -> None:
    """Clean ones that are reported again and then found violating speak against us; restricted eyes hear only of what they may see."""
    since = clock.now() - timedelta(days=1)
    for finding in (CLEAN, SPAM, SPAM):
        item, version = floor.item()
        floor.report(item, version)
        floor.decide(someone(), CLEAN)
        with clock.at(clock.now() + timedelta(days=30)):
            assert floor.report(item, version).state == "open"
            floor.decide(someone(), finding)
    lead = someone(QUALITY)
    assert witnesses.reported_again(lead, since) == {"spam": (2, 3)}
    assert witnesses.reported_again(someone(QUALITY, markets=frozenset({"DE"})), since) == {}
    [row] = figures.outside(lead, Filters())
    assert (row.told[0].share, row.told[0].looks, row.says) == (pytest.approx(2 / 3), 3, "few")
