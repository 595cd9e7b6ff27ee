"""Drafts: who may, one for each account, filled from the floor, two people, the viewing log, preservation, the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.support import tips
from tests.support.cybertip import Service
from tests.support.floor import Floor, someone

from watchfloor.cybertip import access, drafts, house, outcomes, sending, watching
from watchfloor.cybertip.domain import machine
from watchfloor.cybertip.domain.drafts import Draft
from watchfloor.cybertip.models import Tip, TipCase
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import RestrictedRead
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media.models import Media
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall.models import Page
from watchfloor.review import actions
from watchfloor.review.contracts import DecisionIn


def seen(tip: Tip) -> list[tuple[str, bool | None]]:
    """Of each file: its kind, and whether it is told as viewed."""
    return [(each.kind, each.details.file_viewed_by_esp) for each in drafts.now_of(tip).files]


def test_one_draft_for_all_of_an_account(floor: Floor) -> None:
    tips.account(
        "mallory", display_name="Mal", handle="mal", bio="hello", email="mal@mail.example", device_id="secret-device",
        ip_events=[{"ip": "203.0.113.7", "event": "login", "at": "2026-11-01T09:00:00Z", "port": 443}, {"ip": "nonsense"}],
    )  # fmt: skip
    tip = tips.gathered(floor, names=("p1", "p2"))
    tips.decide(tips.case(floor, "other", "p3")[0])
    assert drafts.gather() == 1 and drafts.gather() == 0
    assert Tip.objects.count() == 2 and TipCase.objects.filter(tip=tip).count() == 2
    told = drafts.content(tip)
    reported = told.report.person_or_user_reported
    assert reported is not None and reported.person is not None
    assert (reported.esp_identifier, reported.screen_name, reported.display_name) == ("mallory", "mal", ("Mal",))
    assert [each.value for each in reported.person.email] == ["mal@mail.example"]
    [event] = reported.ip_capture_event
    assert (event.ip_address, event.event_name, event.port) == ("203.0.113.7", "Login", 443)
    assert told.withheld == 1  # the device, kept as a keyed hash only
    assert told.report.reporter.reporting_person.first_name == "Ada" and len(told.files) == 2
    assert {medium.clearance for medium in Media.objects.all()} == {"child_safety"}
    # One more of the account joins the draft; a person's words stay.
    words = msgspec.structs.replace(told, report=msgspec.structs.replace(told.report, additional_info="mine"))
    drafts.save(tips.cleared(), tip.pk, tip.edits, words)
    tips.decide(tips.case(floor, "mallory", "p4")[0])
    assert drafts.gather() == 1
    tip.refresh_from_db()
    told = drafts.content(tip)
    assert len(told.files) == 3 and told.report.additional_info == "mine"


def test_a_case_that_comes_while_the_report_is_on_its_way_gets_the_next_one(floor: Floor, service: Service) -> None:
    tip = tips.released(floor)
    tips.decide(tips.case(floor, "mallory", "p2")[0])
    assert drafts.gather() == 0
    sending.send_due()
    assert drafts.gather() == 1
    tip.refresh_from_db()
    told = drafts.content(Tip.objects.exclude(pk=tip.pk).get()).report.person_or_user_reported
    assert told is not None and told.prior_ct_reports == (tip.report_id,)


@pytest.mark.parametrize("who", ["uncleared", "without the role", "a token", "under another market"])
def test_for_everybody_else_there_is_nothing(floor: Floor, who: str) -> None:
    tip = tips.gathered(floor)
    actor: Actor = {
        "uncleared": someone(tips.ROLE),
        "without the role": someone(frozenset({"case.view", "restricted.view"}), **tips.CLEARED),
        "a token": msgspec.structs.replace(someone(tips.ROLE), kind="token"),
        "under another market": someone(tips.ROLE, markets=frozenset({"BR"}), **tips.CLEARED),
    }[who]
    assert list(access.visible(actor)) == []
    digest = tips.now_digest(tip)
    steps: list[Any] = [
        lambda: access.tip(actor, tip.pk, why="x"), lambda: drafts.prepare(actor, tip.pk, digest),
        lambda: drafts.drop(actor, tip.pk, "none"),
        lambda: drafts.release(actor, tip.pk, digest), lambda: outcomes.withdraw(actor, tip.pk, "none"),
        lambda: drafts.save(actor, tip.pk, 0, drafts.content(tip)), lambda: drafts.begin(actor, tip.case_id),
    ]  # fmt: skip
    for step in steps:
        with pytest.raises(NotFound):
            step()
    if who != "under another market":
        with pytest.raises(NotFound):
            house.save(actor, house.Plan(), tips.HOUSE)
    assert not RestrictedRead.objects.filter(subject=f"tip:{tip.pk}").exists()


def test_two_people_and_never_a_token(floor: Floor) -> None:
    one, two = tips.cleared(), tips.cleared()
    tip = tips.with_place(one, tips.gathered(floor))
    drafts.prepare(one, tip.pk, tips.now_digest(tip))
    programs = [msgspec.structs.replace(who, kind=kind) for who in (one, two) for kind in ("token", "rule", "system")]
    for same in (one, *programs):
        with pytest.raises(Forbidden):
            drafts.release(same, tip.pk, tips.now_digest(tip))
    with pytest.raises(Conflict, match="not what you saw"):
        drafts.release(two, tip.pk, "0" * 64)
    drafts.release(two, tip.pk, tips.now_digest(tip))
    tip.refresh_from_db()
    assert (tip.state, tip.prepared_by, tip.released_by) == ("sending", str(one), str(two))
    with pytest.raises(Conflict):
        drafts.release(two, tip.pk, tips.now_digest(tip))


def test_what_changes_after_it_was_prepared_is_prepared_anew(floor: Floor) -> None:
    one, two = tips.cleared(), tips.cleared()
    tip = tips.with_place(one, tips.gathered(floor))
    drafts.prepare(one, tip.pk, tips.now_digest(tip))
    tip.refresh_from_db()
    drafts.save(two, tip.pk, tip.edits, drafts.content(tip))
    tip.refresh_from_db()
    assert (tip.state, tip.prepared_by) == ("draft", "")
    with pytest.raises(Conflict, match="Somebody else changed"):
        drafts.save(one, tip.pk, tip.edits - 1, drafts.content(tip))
    drafts.prepare(one, tip.pk, tips.now_digest(tip))
    tips.decide(tips.case(floor, "mallory", "late")[0])
    drafts.gather()  # a further file: back to a draft
    tip.refresh_from_db()
    assert tip.state == "draft"


def test_viewed_is_what_the_log_says_and_nothing_else(floor: Floor) -> None:
    row, media = tips.case(floor, "mallory", "p1", b"the same bytes")
    viewer = tips.cleared(tips.WORK)
    elsewhere, _media = tips.case(floor, "eve", "e1", b"the same bytes")
    tips.look(viewer, elsewhere, media)  # the same bytes, on another account's case
    tips.look(viewer, row, media, filters=("blur", "grey"))
    tips.decide(row)
    drafts.gather()
    tip = Tip.objects.get(account__external_id="mallory")
    assert seen(tip) == [("image", False)]
    forged = drafts.content(tip)
    true = msgspec.structs.replace(forged.files[0].details, file_viewed_by_esp=True, exif_viewed_by_esp=True)
    file = msgspec.structs.replace(forged.files[0], details=true, whole=True)
    drafts.save(viewer, tip.pk, tip.edits, msgspec.structs.replace(forged, files=(file,)))
    assert seen(tip) == [("image", False)]
    tips.look(viewer, row, media, filters=("grey",))
    assert seen(tip) == [("image", True)]
    assert drafts.now_of(tip).files[0].details.exif_viewed_by_esp is False


def test_a_look_between_preparing_and_releasing_is_told(floor: Floor, service: Service) -> None:
    one, two = tips.cleared(), tips.cleared()
    tip = tips.with_place(one, tips.gathered(floor))
    drafts.prepare(one, tip.pk, tips.now_digest(tip))
    old = tips.now_digest(tip)
    file = drafts.content(tip).files[0]
    tips.look(two, tip.case, Media.objects.get(pk=file.media))
    with pytest.raises(Conflict, match="not what you saw"):
        drafts.release(two, tip.pk, old)
    drafts.release(two, tip.pk, tips.now_digest(tip))
    sending.send_due()
    [report] = service.of_state("finished")
    assert b"<fileViewedByEsp>true</fileViewedByEsp>" in next(iter(report.details.values()))
    assert b"<exifViewedByEsp>false</exifViewedByEsp>" in next(iter(report.details.values()))


def test_what_is_incomplete_does_not_leave(floor: Floor) -> None:
    one = tips.cleared()
    tip = tips.gathered(floor)
    with pytest.raises(BadInput) as caught:
        drafts.prepare(one, tip.pk, tips.now_digest(tip))
    assert caught.value.where == "place"
    with pytest.raises(Conflict, match="must be reported"):
        drafts.drop(one, tip.pk, "nothing in it")


def test_a_decision_that_was_taken_back_lets_the_draft_go(floor: Floor) -> None:
    row = tips.case(floor, "mallory", "p1")[0]
    reviewer = tips.cleared(tips.WORK)
    decision = tips.decide(row, reviewer)
    drafts.gather()
    actions.undo(reviewer, decision.pk, "it is a film")
    tip = Tip.objects.get()
    drafts.drop(tips.cleared(), tip.pk, "it is a film")
    assert drafts.gather() == 0 and not TipCase.objects.filter(ended_at__isnull=True).exists()


def test_what_is_not_reportable_makes_no_draft_but_a_person_may(floor: Floor) -> None:
    row = tips.case(floor, "mallory", "p1")[0]
    tips.decide(row, finding=DecisionIn(verdict="violating", violation_key="child-safety.privacy", active_ms=1))
    assert drafts.gather() == 0
    made = drafts.begin(tips.cleared(), row.pk)
    assert made.state == "draft"
    with pytest.raises(Conflict):
        drafts.begin(tips.cleared(), row.pk)
    with pytest.raises(BadInput):
        drafts.begin(someone(tips.ROLE | {"review.work"}, **tips.CLEARED), floor.report().pk)


def test_it_is_kept_for_a_year(floor: Floor, service: Service) -> None:
    tip = tips.released(floor)
    media = Media.objects.get()
    for when in (timedelta(0), timedelta(days=364)):
        with clock.at(clock.now() + when), pytest.raises(Conflict, match="kept"), writing(tips.cleared()) as w:
            media_actions.erase(w, media, why="asked for")
        sending.send_due()
    tip.refresh_from_db()
    assert tip.state == "finished" and timedelta(days=365) == machine.PRESERVED_FOR
    with clock.at(clock.now() + timedelta(days=366)), writing(tips.cleared()) as w:
        media_actions.erase(w, media, why="asked for")


def test_the_target_is_data_and_pages_once(floor: Floor) -> None:
    tips.somebody_on_call()
    tips.settle(target_minutes=30)
    tip = tips.gathered(floor)
    assert watching.watch() == 0
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert (watching.watch(), watching.watch()) == (1, 0)
    page = Page.objects.get(key=outcomes.late_key(tip))
    assert page.clearance == "child_safety" and "mallory" not in page.words


def test_credentials_are_sealed_and_a_new_password_is_not_asked_for_each_time(floor: Floor) -> None:
    from watchfloor.cybertip.models import Settings

    again = msgspec.structs.replace(tips.HOUSE, first_name="Benedikt", password="")
    house.save(tips.cleared(), house.Plan(), again)
    plan, answers = house.current()
    assert (plan.environment, answers.first_name, answers.password) == ("test", "Benedikt", "floor")
    stored = bytes(Settings.objects.get().content)
    assert b"floor" not in stored and b"Benedikt" not in stored
    for wrong in ({"email": "no address"}, {"legal_url": "http://a b"}, {"first_name": "x" * 101}):
        with pytest.raises(BadInput):
            house.save(tips.cleared(), house.Plan(), msgspec.structs.replace(tips.HOUSE, **wrong))
    with pytest.raises(BadInput):
        house.save(tips.cleared(), house.Plan(violations=("spam.bulk",)), tips.HOUSE)


def test_a_draft_is_itself_again() -> None:
    from tests.support.tip_documents import RICH

    from watchfloor.cybertip.domain import drafts as domain

    made = Draft(report=RICH)
    assert domain.decode(domain.encode(made)) == made
