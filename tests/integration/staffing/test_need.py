"""A floor read from its facts, a what-if of it from the form to the result, and who may see which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import override_settings
from tests.support.people import actor_of, member, signed_in
from tests.support.staffed import END, contracted, staffed

from watchfloor.identity.actions import create_token, grant, save_role
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.insight import coming, lake
from watchfloor.insight.coming import Coming
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.staffing import bases, gathering, markets, rates, running, whatifs
from watchfloor.staffing.domain.whatif import Fields
from watchfloor.staffing.models import BaseRow, Run, WhatIf

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def floor(django_db_setup: None, django_db_blocker: object) -> Iterator[dict[str, list[User]]]:
    """The floor is made once; the tests change only what they add to it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        with clock.at(END):
            crew = staffed()
            bases.make()
        yield crew
        transaction.set_rollback(True)
    lake.forget()


def test_the_base_is_what_the_facts_say(floor: dict[str, list[User]]) -> None:
    base = bases.newest().base
    assert base is not None
    assert (base.monday, {queue.key for queue in base.queues}) == (
        END,
        {"hate.en", "live"},
    )  # restricted work stays out
    by_key = {queue.key: queue for queue in base.queues}
    means = [hour.value for hour in by_key["hate.en"].hours]
    day = [
        sum(means[at] for at in range(168) if (6 <= at % 24 < 22) is busy) / many
        for busy, many in ((True, 112), (False, 56))
    ]
    assert day == pytest.approx([12, 6], rel=0.2)
    assert by_key["hate.en"].handling.mean == pytest.approx(108, rel=0.05)
    assert (by_key["hate.en"].choice.why, by_key["live"].choice.why) == ("shared", "soon")
    assert by_key["live"].exposure == 1
    assert base.shrinkage is not None
    assert base.shrinkage.planned == pytest.approx(0.5 / 8, rel=0.05)
    pace = {each.group: each.pace for each in base.paces}
    assert pace["zeta"] / pace["acme"] == pytest.approx(1.4, rel=0.05)
    assert base.heads == {"acme": 6, "zeta": 3}
    assert base.there[10] == pytest.approx(6 - 2, abs=1.1)  # early people are on their break at ten
    assert base.fared is not None
    assert base.fared.ratio is not None
    assert base.fared.ratio < 1


def test_what_is_coming_to_a_market_lifts_the_queues_it_feeds(
    floor: dict[str, list[User]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bases.newest().base
    assert before is not None
    vote = Coming(kind="election", title="A vote", market="FR", start=END, end=END + timedelta(days=1), uplift=1.0)
    launch = Coming(kind="launch", title="Of which nobody knows what it brings", start=END, end=END + timedelta(days=7))
    monkeypatch.setattr(coming, "_sources", [lambda _actor, _start, _end: [vote, launch]])
    with clock.at(END):
        base = gathering.gather()
    assert base.coming == [vote]
    for was, now in zip(before.queues, base.queues, strict=True):
        lifts = [now.hours[hour].value / was.hours[hour].value for hour in (2, 10, 30)]
        share = markets.shares(base.begin, base.end)[was.key]["FR"]
        assert 0.2 < share < 0.5
        assert lifts == pytest.approx([1 + share, 1 + share, 1.0])
    assert sum(base.paid[:24]) >= sum(before.paid[:24])
    assert base.paid[24:] == pytest.approx(before.paid[24:], abs=1.0)


def no_compiler(*_given: object, **_named: object) -> None:
    raise MissingExtra("compute", "The compiled simulation")


def test_a_what_if_from_the_form_to_its_cards(floor: dict[str, list[User]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        running, "replications", no_compiler
    )  # as on an install without the extra; its figures are the same
    monkeypatch.setattr(running, "PLAIN", 2)
    manager = signed_in(member({"staffing.view", "staffing.plan"}, "Mara"))
    assert b"150 is half as much again" in manager.get("/staffing/what-if/new").content
    refused = manager.post("/staffing/what-if/new", {"name": "Nothing"})
    assert refused.status_code == 422
    assert b"Nothing is changed" in refused.content
    assert b"This is no number" in manager.post("/staffing/what-if/new", {"name": "x", "volume": "much"}).content
    answer = manager.post(
        "/staffing/what-if/new",
        {"name": "Zeta fails", "outage_vendor": "zeta", "volume": "130", "volume_queue": "hate.en"},
    )
    assert answer.status_code == 302
    row = WhatIf.objects.get(name="Zeta fails")
    assert Event.objects.get(type="staffing.whatif").data["name"] == "Zeta fails"
    assert running.work() == 1
    run = running.latest("whatif", row.pk)
    assert run is not None
    assert (run.state, run.problem) == ("done", "")
    found = running.found(run)
    assert found is not None
    assert found.turned.all.arrived.value > 0  # three in ten more of one queue
    assert found.other.cost.value < found.base.cost.value  # who is out is not paid
    page = manager.get(answer["Location"]).content.decode()
    assert "zeta is out for 24 hours" in page
    assert "130 % of the forecast" in page
    assert "Shadow price" in page
    assert "watchfloor[compute]" in page
    assert manager.get(answer["Location"] + "?format=csv").status_code == 200
    again = whatifs.save(system("test"), "New market", Fields(new_queue="pl", new_rate=3))
    running.work()
    both = manager.get(f"/staffing/compare?with={row.pk}&with={again.pk}").content.decode()
    assert both.count("New market") >= 1
    assert "Cost, EUR" not in page + both  # no contract says what an hour costs
    _money_stands_beside_hours(row, answer["Location"], again.pk, found)
    home = manager.get("/staffing").content.decode()
    assert "Zeta fails" in home
    assert 'class="cover"' in home
    assert "Items are due within minutes" in home


def _money_stands_beside_hours(row: WhatIf, url: str, other: UUID, found: running.Found) -> None:
    contracted("zeta", "10"), contracted("acme", "600", "PHP")
    hours = {team.name: team.paid_hours.value for team in found.other.teams}
    with override_settings(HOUSE_HOURLY=(Decimal(30), "EUR")):
        buyer = member({"staffing.view", "vendor.view"}, "Bea")
        priced = rates.of_whatif(actor_of(buyer), row.base_id, found)
        assert priced is not None
        assert {name: each.value for name, each in priced.then.money.items()} == {
            "EUR": pytest.approx(hours["zeta"] * 10), "PHP": pytest.approx(hours["acme"] * 600),
        }  # fmt: skip
        assert priced.turned.money["EUR"].value == pytest.approx(
            priced.then.money["EUR"].value - priced.now.money["EUR"].value
        )
        assert priced.turned.money["EUR"].value < 0  # who is out is not paid
        client = signed_in(buyer)
        page = client.get(url).content.decode()
        assert "Cost, EUR" in page and "Cost, PHP" in page and "are in no sum of money" not in page
        csv = b"".join(client.get(url + "?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert "all,cost_PHP," in csv and "all,paid_hours," in csv
        assert "Cost, PHP" in client.get(f"/staffing/compare?with={row.pk}&with={other}").content.decode()
        with writing(system("test")) as w:
            _, secret = create_token(
                w, system("test"), name="t", source="t", permissions=["staffing.view", "vendor.view"]
            )
        answer = client.get(f"/v1/staffing/what-if/{row.pk}", headers={"authorization": f"Bearer {secret}"}).json()
        assert answer["money"]["PHP"]["value"] == pytest.approx(hours["acme"] * 600)
        assert (answer["money_difference"].keys(), answer["unpriced_hours"]) == ({"EUR", "PHP"}, 0)
        # Of two vendors one may read one's contract only: the other's hours have no rate.
        part = member({"staffing.view"}, "Paul")
        with writing(system("test")) as w:
            save_role(w, key="one-vendor", name="One vendor", permissions=["vendor.view"])
            grant(w, system("test"), part, "one-vendor", vendors=["zeta"])
        page = signed_in(part).get(url).content.decode()
        assert "Cost, EUR" in page and "Cost, PHP" not in page and "are in no sum of money" in page
        unpriced = rates.of_whatif(actor_of(part), row.base_id, found)
        assert unpriced is not None and unpriced.then.unpriced.value == pytest.approx(hours["acme"])


def test_a_failed_run_says_why_and_a_dead_worker_is_taken_over(floor: dict[str, list[User]]) -> None:
    row = whatifs.save(system("test"), "Lost", Fields(volume=120))
    BaseRow.objects.create(asked_at=END)
    with clock.at(END):
        Run.objects.filter(subject=row.pk).update(state="running", seen_at=END - running.STALE * 2)
        WhatIf.objects.filter(pk=row.pk).update(fields={"volume": 120.0, "volume_queue": "gone"})
        assert running.work() == 1
    run = running.latest("whatif", row.pk)
    assert run is not None
    assert (run.state, "gone" in run.problem) == ("failed", True)


def test_who_may_see_a_part_only_is_not_told_of_the_whole(floor: dict[str, list[User]]) -> None:
    part = member({"staffing.view", "staffing.plan"}, "Vera", vendors=["zeta"])
    with pytest.raises(NotFound):
        whatifs.listed(actor_of(part))
    assert signed_in(part).get("/staffing/what-if/new").status_code == 404
    assert signed_in(member({"floor.view"})).get("/staffing").status_code == 403
    with pytest.raises(BadInput, match="name"):
        whatifs.save(system("test"), " ", Fields(volume=110))
