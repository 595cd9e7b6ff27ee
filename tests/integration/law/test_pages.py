"""The law through its pages: an order from intake to answer, the registers, a person's request, holds, retention; each by who may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.law.conftest import LAWYER
from tests.integration.law.test_clocks import caught_up, whole
from tests.support.floor import CLEAN, SPAM, someone
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.law import authorities, documents, flaggers, keeping, orders, palette, queries, retention, witness
from watchfloor.law.models import Authority, Clock, Document, Flagger, Hold, Order, Request, RetentionRun
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Report

if TYPE_CHECKING:
    from tests.support.floor import Floor

ALL = LAWYER | {"case.view", "policy.view", "order.submit"}
EVERY = ("", "/table", "/table/new", "/orders", "/orders/new", "/authorities", "/flaggers", "/flaggers/new", "/requests", "/requests/new",
         "/erasures", "/holds", "/retention", "/clocks/new", "/table/dmca.counter_notice", "/calendars/us-business")  # fmt: skip


@pytest.fixture
def lawyer(floor: Floor) -> Any:
    caught_up()
    return member(ALL, "Lea Law")


def authority(actor: Any, *, verified: bool = True) -> Authority:
    row = authorities.save(
        actor, authorities.Entry(name="Court of Galway", kind="court", country="IE", email="x@example.org")
    )
    return authorities.verify(actor, row.pk) if verified else row


def test_every_page_opens_empty_and_full_and_only_for_who_may(floor: Floor, lawyer: Any) -> None:
    client, reader = signed_in(lawyer), signed_in(member({"law.view"}, "Rita Reader"))
    actor = actor_of(lawyer)
    for path in EVERY:
        assert client.get(f"/law{path}").status_code == 200, path
    for path in ("/orders/new", "/requests", "/erasures", "/clocks/new", "/table/new", "/flaggers/new"):
        assert reader.get(f"/law{path}").status_code == 403, path
    assert signed_in(member({"case.view"})).get("/law").status_code == 403
    item, _ = floor.item("words of the order")
    with writing(actor) as w:
        keeping.place(w, item=item, basis="litigation", why="a suit")
    court = authority(actor)
    row = orders.take_in(
        actor,
        orders.OrderIn(
            authority=court.pk, kind="court_order", reference="7/26", legal_basis="law", text="take it down",
            locations=(("message", item.external_id),), confidential=True,
        ),
    )  # fmt: skip
    flaggers.save(
        actor,
        flaggers.Entry(
            name="Watch e.V.", coordinator="Coordinator", country="DE", awarded_at=clock.now(), reporters=("watch",)
        ),
    )
    for path in EVERY:
        assert client.get(f"/law{path}").status_code == 200, path
    for path in ("", "/table", "/orders", "/authorities", "/flaggers", "/requests", "/holds"):
        csv = client.get(f"/law{path}?format=csv")
        assert csv.status_code == 200 and b"," in b"".join(csv), path  # type: ignore[arg-type]
    address = f"/law/orders/{ids.encode('ord', row.pk)}"
    assert "take it down" in client.get(address).content.decode()
    assert reader.get(address).status_code == 404 and "7/26" not in reader.get("/law/orders").content.decode()
    assert client.get("/law/orders/ord_nonsense").status_code == 404
    found = {each["title"] for each in palette.provide(actor, "7/26")}
    assert (
        found
        == {f"7/26 · {court.name}"}
        == {each["title"] for each in palette.provide(actor, ids.encode("ord", row.pk))}
    )
    assert {each["title"] for each in palette.provide(actor, "holds")} == {"Holds"}
    assert client.get("/law?page=2").status_code == 200
    knows = someone(frozenset({"law.view"}))
    assert not list(palette.provide(knows, "7/26")) and not list(
        palette.provide(someone(frozenset({"case.view"})), "holds")
    )


def test_an_order_comes_in_lacks_something_is_worked_and_answered(floor: Floor, lawyer: Any) -> None:
    client, actor = signed_in(lawyer), actor_of(lawyer)
    court = authority(actor, verified=False)
    item, _ = floor.item("words that are ordered away", id="m-ordered")
    form = {
        "authority": ids.encode("auth", court.pk), "kind": "tco_removal", "reference": "TCO 1", "legal_basis": "Regulation (EU) 2021/784",
        "text": "Remove it.", "locations": "message m-ordered", "reason": "extremism", "territory": "de",
    }  # fmt: skip
    wrong = client.post("/law/orders/new", {**form, "locations": "nothing"})
    assert wrong.status_code == 422 and "Regulation (EU) 2021/784" in wrong.content.decode()
    assert client.post("/law/orders/new", form).status_code == 302
    row = Order.objects.get()
    assert row.state == "incomplete" and row.missing == ["authority"] and not row.cases
    [running] = Clock.objects.filter(about="order")
    assert (running.rule_key, running.state, running.paused_for) == ("eu.tco.removal", "paused", "clarification")
    authorities.verify(actor, court.pk)
    client.post(f"/law/orders/{ids.encode('ord', row.pk)}", {"step": "complete"})
    row.refresh_from_db()
    running.refresh_from_db()
    assert row.state == "working" and len(row.cases) == 1 and running.state == "running"
    case = Case.objects.get(pk=row.cases[0])
    assert Report.objects.get(case=case).reporter_kind == "government" and case.due_at <= running.due_at
    hold = Hold.objects.get(item=item)
    assert hold.basis == "tco" and hold.until is not None and hold.until > clock.now() + timedelta(days=180)
    assert orders.waiting_for(row) == [case.pk] and orders.effect_of(row) == "none"
    bad = client.post(f"/law/orders/{ids.encode('ord', row.pk)}", {"step": "answer", "effect": "done", "answer": " "})
    assert bad.status_code == 422
    client.post(
        f"/law/orders/{ids.encode('ord', row.pk)}", {"step": "answer", "effect": "done", "answer": "It is gone."}
    )
    row.refresh_from_db()
    assert (row.state, row.effect) == ("answered", "done")
    told = Outbox.objects.get(topic="order.answered")
    assert "It is gone" not in str(told.payload) and told.payload["effect"] == "done"
    assert not Event.objects.filter(changes__icontains="Remove it").exists()
    whole()


def test_an_order_is_refused_with_grounds_and_its_clocks_are_void(floor: Floor, lawyer: Any) -> None:
    actor = actor_of(lawyer)
    court = authority(actor)
    given = orders.OrderIn(
        authority=court.pk, kind="provide_information", reference="R", legal_basis="L", text="T", channel="api", key="k-1"
    )  # fmt: skip
    row = orders.take_in(actor, given)
    assert orders.take_in(actor, given).pk == row.pk and Order.objects.count() == 1
    with pytest.raises(BadInput):
        orders.contest(actor, row.pk, "refused", " ")
    orders.contest(actor, row.pk, "challenged", "beyond its powers")
    orders.contest(actor, row.pk, "refused", "beyond its powers")
    assert Clock.objects.get(about="order").state == "ended"
    whole()


def test_the_register_decides_who_is_a_trusted_flagger(floor: Floor, lawyer: Any) -> None:
    before = floor.report(reporter_kind="trusted_flagger", reporter="self-styled")
    assert before.trusted_count == 1  # while the register is empty senders are believed
    client = signed_in(lawyer)
    form = {
        "name": "Watch e.V.",
        "coordinator": "Coordinator",
        "country": "de",
        "awarded_at": "2026-01-02",
        "reporters": "watch-1\nwatch-2",
    }
    assert client.post("/law/flaggers/new", form).status_code == 302
    row = Flagger.objects.get()
    assert client.post("/law/flaggers/new", {**form, "name": "Other"}).status_code == 422  # its ids are another's
    assert floor.report(reporter_kind="trusted_flagger", reporter="self-styled").trusted_count == 0
    for finding in (SPAM, CLEAN, CLEAN):
        case = floor.report(reporter="watch-1")
        assert case.trusted_count == 1
        with writing(system("test")) as w:
            w.update(Report.objects.get(case=case), outcome="upheld" if finding is SPAM else "rejected")
            w.event(_said(), case)
    figures = flaggers.figures(row)
    assert (figures.notices, figures.decided, figures.rejected) == (3, 3, 2)
    assert figures.low is not None and figures.high is not None and figures.low < 2 / 3 < figures.high
    page = client.get(f"/law/flaggers/{ids.encode('flg', row.pk)}").content.decode()
    assert "article 22(6)" in page
    client.post(
        f"/law/flaggers/{ids.encode('flg', row.pk)}",
        {"step": "state", "state": "suspended", "why": "by the coordinator"},
    )
    assert floor.report(reporter_kind="trusted_flagger", reporter="watch-1").trusted_count == 0
    whole()


def _said() -> Any:
    from watchfloor.law.events import RegisterChanged

    return RegisterChanged(register="test", step="test", country="")


def test_a_person_asks_what_is_held_and_is_answered(floor: Floor, lawyer: Any) -> None:
    floor.report(*floor.item("my own words", author="annabel"))
    floor.report(reporter="annabel", note="my own complaint")
    client = signed_in(lawyer)
    assert (
        client.post("/law/requests/new", {"kind": "access", "account_type": "account", "account_id": ""}).status_code
        == 422
    )
    client.post(
        "/law/requests/new",
        {"kind": "access", "account_type": "account", "account_id": "annabel", "contact": "a@example.org"},
    )
    row = Request.objects.get()
    address = f"/law/requests/{ids.encode('req', row.pk)}"
    running = Clock.objects.get(about="request")
    assert running.state == "paused" and running.paused_for == "identity"
    assert client.post(f"{address}/export").status_code == 409  # nobody knows yet who asks
    client.post(address, {"step": "identify", "how": "platform"})
    export = client.post(f"{address}/export")
    text = export.content.decode()
    assert "my own words" in text and "my own complaint" in text and "reporter-" not in text
    client.post(address, {"step": "extend", "why": "there is much of it"})
    assert Clock.objects.get(rule_key="eu.gdpr.request").state == "ended"
    assert client.post(address, {"step": "answer", "answer": ""}).status_code == 422
    client.post(address, {"step": "answer", "answer": "Here it is."})
    row.refresh_from_db()
    assert row.state == "answered" and Clock.objects.get(rule_key="eu.gdpr.request_extended").state == "met"
    assert client.get(address).status_code == 200
    whole()


def test_retention_is_previewed_agreed_on_and_leaves_what_is_held(floor: Floor, lawyer: Any) -> None:
    client, second = signed_in(lawyer), signed_in(member(ALL, "Sam Second"))
    old = clock.now() - timedelta(days=800)
    with clock.at(old):
        kept, _ = floor.item("old and held", id="held")
        gone, _ = floor.item("old and free", id="free")
        for item in (kept, gone):
            floor.report(item, note="an old note", reason="spam")
        worker = someone()
        floor.decide(worker, CLEAN)
        floor.decide(worker, CLEAN)
    floor.report(*floor.item("new and open"), note="a new note")
    with writing(actor_of(lawyer)) as w:
        keeping.place(w, item=kept, basis="litigation", why="a suit")
    assert retention.run(preview=True) is None
    draft = Document.objects.get(kind="retention")
    form = {f"days-{kind}": str(rule["days"]) for rule in draft.document["rules"] for kind in [rule["kind"]]} | {
        f"on-{rule['kind']}": "on" for rule in draft.document["rules"] if rule["kind"] not in ("logs", "exports")
    }  # fmt: skip
    assert client.post("/law/retention", {**form, "step": "save", "days-appeals": "9"}).status_code == 422
    client.post("/law/retention", {**form, "step": "save"})
    own = client.post("/law/retention", {"step": "approve", "number": draft.number})
    assert own.status_code == 422 and documents.rules()[0] == 0
    second.post("/law/retention", {"step": "approve", "number": draft.number})
    client.post("/law/retention", {"step": "preview"})
    counted = RetentionRun.objects.get(preview=True)
    assert counted.counts["content"] == 1 and counted.held["content"] == 1 and counted.counts["reports"] == 1
    assert ItemVersion.objects.get(item=gone).data["text"] == "old and free"
    done = retention.run(preview=False)
    assert done is not None and done.counts == counted.counts and len(done.digests["content"]) == 64
    assert (
        ItemVersion.objects.get(item=gone).data == {}
        and ItemVersion.objects.get(item=kept).data["text"] == "old and held"
    )
    assert sorted(Report.objects.values_list("note", flat=True)) == ["", "a new note", "an old note"]
    assert retention.run(preview=False).counts == {}  # type: ignore[union-attr]
    assert client.get("/law/retention").status_code == 200
    whole()


def test_a_rule_is_changed_on_its_page_and_a_colleague_approves_it(floor: Floor, lawyer: Any) -> None:
    client, second = signed_in(lawyer), signed_in(member(ALL, "Sam Second"))
    form = {
        "name": "Terrorist content", "instrument": "Regulation (EU) 2021/784", "on": "order", "when": "kinds: tco_removal",
        "start": "receipt",
        "amount": "2", "unit": "hours",
        "not_before": "0", "zone": "UTC", "warn": "25", "page": "5", "stops": "action_confirmed",
        "active": "on", "pauses": ["clarification"],
    }  # fmt: skip
    wrong = client.post("/law/table/eu.tco.removal", {**form, "zone": "Mars"})
    assert wrong.status_code == 422 and "Mars" in wrong.content.decode()
    assert client.post("/law/table/eu.tco.removal", form).status_code == 302
    assert client.post("/law/calendars/us-business", {"closed": "2026-01-01\nnever"}).status_code == 422
    page = second.get("/law/table").content.decode()
    assert "Approve" in page and "Approve: it is" not in client.get("/law/table").content.decode()
    draft = Document.objects.get(kind="clocks", state="draft")
    second.post("/law/table", {"step": "approve", "number": draft.number})
    assert documents.table().clocks["eu.tco.removal"].amount == 2
    with pytest.raises(NotFound):
        queries.clock_row(actor_of(lawyer), ids.new_id())
    client.post("/law/clocks/new", {"rule": "eu.tco.scrutiny"})
    row = Clock.objects.get()
    address = f"/law/clocks/{ids.encode('clk', row.pk)}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"step": "pause", "why": "suit"}).status_code == 422
    client.post(address, {"step": "stop", "proof": "decision 7"})
    row.refresh_from_db()
    assert row.state == "met" and Item.objects.count() == 0
    whole()


def test_an_order_on_what_was_found_clean_speaks_against_the_decision(floor: Floor, lawyer: Any) -> None:
    actor = actor_of(lawyer)
    court, since = authority(actor), clock.now() - timedelta(days=1)
    for name, finding in (("m-clean", CLEAN), ("m-spam", SPAM)):
        floor.report(*floor.item(f"words of {name}", id=name))
        floor.decide(someone(), finding)
    for name in ("m-clean", "m-spam"):
        row = orders.take_in(
            actor,
            orders.OrderIn(
                authority=court.pk, kind="court_order", reference=name, legal_basis="law", text="take it down",
                locations=(("message", name),), reason="extremism",
            ),
        )  # fmt: skip
        orders.answer(actor, row.pk, "done", "It is gone.")
        assert witness.against(actor, since) == {"spam": (1, 1 if name == "m-clean" else 2)}
    assert witness.against(someone(frozenset({"case.view"})), since) == {}
