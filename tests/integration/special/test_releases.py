"""Restricted evidence leaves, and decisions on it fall, only when two cleared people agree; once."""

from __future__ import annotations

import hashlib
import json

import pytest
from tests.support.floor import LEAD, Floor, someone
from tests.support.people import member, signed_in

from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.actions import releases
from watchfloor.review.contracts import DecisionIn

CLEARED = {"clearances": frozenset({"child_safety"})}
MAY = LEAD | {"restricted.view"}
CSAM = DecisionIn(verdict="violating", violation_key="child-safety.csam", active_ms=1)
PURPOSE = "asked for by the prosecutor, letter of today"


def test_the_file_leaves_once_when_a_second_person_agreed(floor: Floor) -> None:
    case = floor.report(reason="child-abuse", note="look at this")
    one, two = someone(MAY, **CLEARED), someone(MAY, **CLEARED)
    row = releases.ask(one, case.pk, "authority", PURPOSE)
    with pytest.raises(Conflict):
        releases.take_out(one, row.pk)
    with pytest.raises(Forbidden):
        releases.judge(one, row.pk, agree=True)
    with pytest.raises(NotFound):
        releases.judge(someone(MAY), row.pk, agree=True)  # not cleared
    releases.judge(two, row.pk, agree=True)
    with pytest.raises(NotFound):
        releases.take_out(two, row.pk)  # only who asked
    name, body = releases.take_out(one, row.pk)
    told = json.loads(body)
    assert name.endswith(".authority.json") and told["reports"][0]["note"] == "look at this"
    assert "reporter-" not in body.decode()
    used = Event.objects.get(type="release.used")
    assert used.data["digest"] == hashlib.sha256(body).hexdigest()
    with pytest.raises(Conflict):
        releases.take_out(one, row.pk)


def test_taking_back_anothers_decision_takes_two(floor: Floor) -> None:
    floor.report(reason="child-abuse")
    decider, lead, second = (someone(MAY, **CLEARED) for _ in range(3))
    decision = floor.decide(decider, CSAM, queue="child-safety")
    with pytest.raises(Conflict, match="two cleared people"):
        actions.undo(lead, decision.pk, "it is a film")
    row = releases.ask(lead, decision.case_id, "reversal", PURPOSE)
    releases.judge(second, row.pk, agree=True)
    assert actions.undo(lead, decision.pk, "it is a film").supersedes_id == decision.pk


def test_a_refusal_and_what_needs_no_release(floor: Floor) -> None:
    one, two = someone(MAY, **CLEARED), someone(MAY, **CLEARED)
    with pytest.raises(BadInput, match="Only restricted"):
        releases.ask(one, floor.report().pk, "export", PURPOSE)
    case = floor.report(reason="child-abuse")
    with pytest.raises(BadInput):
        releases.ask(one, case.pk, "export", "because")
    row = releases.ask(one, case.pk, "export", PURPOSE)
    releases.judge(two, row.pk, agree=False)
    with pytest.raises(Conflict):
        releases.take_out(one, row.pk)
    releases.ask(one, case.pk, "export", PURPOSE)  # may be asked anew


def test_the_page(floor: Floor) -> None:
    case = floor.report(reason="child-abuse")
    address = f"/cases/{ids.encode('case', case.pk)}/release"
    one, two = (signed_in(member(MAY, name, clearances=["child_safety"])) for name in ("One", "Two"))
    assert one.post(address, {"step": "ask", "kind": "export", "purpose": "x"}).status_code == 422
    assert one.post(address, {"step": "ask", "kind": "export", "purpose": PURPOSE}).status_code == 302
    row = case.releases.get()  # type: ignore[attr-defined]
    assert "Agree" in two.get(address).content.decode()
    assert two.post(address, {"step": "agree", "release": str(row.pk)}).status_code == 302
    answer = one.post(f"{address}/{row.pk}/file")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert signed_in(member(MAY)).get(address).status_code == 404
    plain = ids.encode("case", floor.report().pk)
    assert one.get(f"/cases/{plain}/release").status_code == 404
