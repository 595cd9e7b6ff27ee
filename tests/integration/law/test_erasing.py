"""Nothing of an erased person is found again: canaries come in through every door, then every file of the data folder is read.

The files are those of the running server after a checkpoint. ``WATCHFLOOR_ERASE_STOPPED=1`` reads them once more with the server stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import psycopg
import pytest
from django.db import connection
from tests.integration.law.conftest import LAWYER, table
from tests.support.floor import PLATFORM, SPAM, Floor, install, someone
from tests.support.media import picture

from watchfloor.detection import lakes
from watchfloor.detection.lists import changing as lists
from watchfloor.detection.models import ListEntry, TextModel
from watchfloor.enforcement.models import Notice
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.domain import system
from watchfloor.insight import facts
from watchfloor.intake import drain, lake
from watchfloor.intake.models import Spooled
from watchfloor.items import actions as items
from watchfloor.items.holds import insist
from watchfloor.items.media import actions as media
from watchfloor.items.media.models import Media
from watchfloor.items.media.store import Incoming
from watchfloor.items.models import Item, ItemVersion
from watchfloor.items.protected import protect
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.kernel.ids import encode, new_id
from watchfloor.law import keeping, requests
from watchfloor.law.erasing import disk, rows, runs, who
from watchfloor.law.models import Erasure, Request
from watchfloor.ledger import rebuild, sequencer, verify
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.platform import config
from watchfloor.platform.postgres import Embedded
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.actions.edge import flag_edge_case
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Case, Decision, Job, Report

MARK = "kanarie"  # every canary begins so
PERSON, OTHER, REPORTER = f"{MARK}0account", "bystander", "neighbour"
ALL = frozenset({"case.view", "review.work", "policy.view", "investigate.view"})


@pytest.fixture
def floor(transactional_db: None) -> Iterator[Floor]:
    policies.forget()
    install()
    table()
    with writing(system("test")) as w:
        items.save_type(
            w, key="account", name="Account", kind="account", fields=[{"name": "display_name", "role": "displayName"}, {"name": "bio"}]
        )  # fmt: skip
        items.save_type(
            w, key="message", name="Message", kind="content",
            fields=[{"name": "text", "role": "text"}, {"name": "author", "role": "creatorId"}, {"name": "image", "type": "image"}],
        )  # fmt: skip
    before = set((config.home() / "lake" / "events").rglob("*.parquet"))
    yield Floor()
    for path in set((config.home() / "lake" / "events").rglob("*.parquet")) - before:
        path.unlink()
    lakes.forget()
    _call_them("kanarie")


def _call_them(mark: str) -> None:
    """Canaries of another name, for a test that may run beside the one that reads every file."""
    global MARK, PERSON
    MARK, PERSON = mark, f"{mark}0account"


def spool(kind: str, body: dict[str, Any] | bytes, key: str = "") -> UUID:
    """A row as the door commits it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    row = Spooled(
        id=new_id(), kind=kind, source="chirp", key=key or None, body_hash=b"x", received_at=clock.now(), body=raw
    )
    row.save(force_insert=True)
    return row.pk


def message(name: str, text: str, author: str = "", **data: Any) -> dict[str, Any]:
    author = author or PERSON
    return {
        "type": "message",
        "id": name,
        "data": {"text": text, "author": author, **data},
        "author": {"type": "account", "id": author},
    }


def plant() -> Case:
    """The person's data, through every door there is."""
    file = Incoming(10**9)
    file.write(picture(comment=f"{MARK}1exif".encode()))
    file.finish()
    with writing(system("test")) as w:
        stored = media.received(w, file, how="upload", source="chirp")
    profile = {"type": "account", "id": PERSON, "data": {"display_name": f"{MARK}2name", "bio": f"{MARK}3bio"}}
    spool("event", {"name": "account_updated", "item": profile, "data": {"ip": f"{MARK}4ip"}})
    own = message(f"{MARK}5item", f"buy {MARK}6text now", image=encode("med", stored.pk), alt_text=f"{MARK}7alt")
    spool("event", {"name": "message_posted", "item": own, "data": {"device": f"{MARK}8device"}}, key=f"{MARK}9key")
    spool(
        "report",
        {
            "item": own,
            "reason": "spam",
            "note": f"{MARK}10note is at it again",
            "reporter": {"kind": "user", "id": REPORTER},
        },
    )
    theirs = message("theirs", "an ordinary word", OTHER)
    by_them = {"kind": "user", "id": PERSON}
    spool("report", {"item": theirs, "reason": "spam", "note": f"{MARK}11complaint", "reporter": by_them})
    while drain.drain():
        pass
    assert set(Spooled.objects.values_list("state", "error")) == {("done", "")}
    spool("event", b'{"name": "broken", "item": {"id": "' + PERSON.encode() + f'", "text": "{MARK}12poison"'.encode())
    Spooled.objects.filter(state="waiting").update(state="quarantined", error=f"at {MARK}13error")
    case = Case.objects.get(item__external_id=f"{MARK}5item")
    worker, senior = someone(ALL), someone(ALL | {"review.appeal"})
    review.note(worker, case.pk, f"I know {MARK}14colleague")
    with writing(worker) as w:
        flag_edge_case(w, case, f"may {MARK}15question do that?")
    lease = review.claim(worker)
    while lease is not None and lease.case_id != case.pk:
        review.decide(worker, lease.job_id, lease.token, SPAM)
        lease = review.claim(worker)
    assert lease is not None
    finding = {"rationale": f"{MARK}16rationale"}
    review.decide(
        worker, lease.job_id, lease.token, type(SPAM)(verdict="violating", violation_key="spam.bulk", **finding)
    )
    decision = Decision.objects.get(case=case)
    review.file_appeal(
        PLATFORM, AppealIn(decision_id=decision.pk, by="author", appellant=PERSON, grounds=f"{MARK}17grounds")
    )
    while lease := review.claim(senior):
        about = Job.objects.get(pk=lease.job_id).case_id
        again = f"{MARK}18second" if about == case.pk else ""
        review.decide(
            senior,
            lease.job_id,
            lease.token,
            type(SPAM)(verdict="violating", violation_key="spam.bulk", rationale=again),
        )
    account = Item.objects.get(external_id=PERSON)
    with writing(system("test")) as w:
        protect(w, account, tier="public", why=f"{MARK}19protected", review_at=clock.now() + timedelta(days=90))
        lists.create(w, "pests", "accounts", description="", owner="")
        lists.add(w, "pests", PERSON, reason=f"{MARK}20listed")
    Outbox.objects.filter(payload__contains={}).update(state="confirmed")
    model = OnlineClassifier()
    model.learn(f"buy {MARK}6text now", True)
    model.learn("an ordinary word", False)
    TextModel.objects.create(policy_key="spam", version=1, blob=model.to_bytes(), made_at=clock.now())
    return case


def in_files() -> dict[str, int]:
    """Files of the data folder in which the word stands, by their folder. Parquet is read, for it is compressed."""
    found: dict[str, int] = {}
    for path in sorted(config.home().rglob("*")):
        if not path.is_file():
            continue
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path, hive_partitioning=False)
            hit = MARK in str(frame.to_dicts())
        else:
            try:
                hit = MARK.encode() in path.read_bytes()
            except FileNotFoundError:  # the server has just let go of it
                continue
        if hit:
            place = _place(path)
            found[place] = found.get(place, 0) + 1
    return found


def _place(path: Path) -> str:
    """The first two folders; of a table's file in the database the table's name, so that one sees which it is."""
    from django.db import connection

    parts = path.relative_to(config.home()).parts
    if parts[:2] == ("pg", "base"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_filenode_relation(0, %s)::text", [int(path.name.split(".")[0].split("_")[0])])
            return f"pg/base {cursor.fetchone()[0] or 'not in this database'}"
    return "/".join(parts[:2])


def checkpoint() -> None:
    from watchfloor.law.erasing.disk import _superuser

    with _superuser() as db:
        db.execute("ANALYZE")
        db.execute("CHECKPOINT")


def test_nothing_of_an_erased_person_is_found_in_any_file(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    case = plant()
    (config.home() / "log").mkdir(exist_ok=True)
    log = config.home() / "log" / "worker.jsonl"
    log.write_text(f'{{"message": "about {PERSON}"}}\n{{"message": "about nobody"}}\n')
    (config.home() / "exports").mkdir(exist_ok=True)
    (config.home() / "exports" / "cases.csv").write_text(f"case,author\n1,{PERSON}\n")
    sequencer.catch_up()
    lake.export()
    facts.export()
    checkpoint()
    before = in_files()
    assert {
        "pg/base items_version",
        "pg/base intake_spool",
        "pg/base review_report",
        "pg/base pg_statistic",
        "pg/pg_wal",
        "lake/events",
        "log/worker.jsonl",
        "exports/cases.csv",
    } <= before.keys(), before
    assert "lake/facts" not in before  # the ledger never held any of it
    assert (
        not Event.objects.filter(changes__icontains=MARK).exists()
        and not Event.objects.filter(data__icontains=MARK).exists()
    )

    account = Item.objects.get(external_id=PERSON)
    first, second = someone(LAWYER), someone(LAWYER)
    words = {"name": f"{MARK}21asks", "contact": f"{MARK}22@example.org"}
    asked = requests.take_in(
        first, requests.RequestIn(kind="erasure", account_type="account", account_id=PERSON, **words)
    )
    with pytest.raises(Conflict):
        requests.erase(first, asked.pk)  # nobody has made sure who asks
    requests.identify(first, asked.pk, "platform")
    told = runs.preview(first, account)
    assert told["review_report"] >= 2 and told["items_version"] == 2 and told["held"] == 0
    erasure = requests.erase(first, asked.pk)
    with pytest.raises(Forbidden):
        runs.judge(first, erasure.pk, agree=True)
    runs.judge(second, erasure.pk, agree=True)
    assert runs.run_due() == 1 and runs.run_due() == 0
    requests.answer(first, asked.pk, "Everything is erased.")
    erasure.refresh_from_db()
    assert erasure.state == "erased" and erasure.left in ({}, {"law_request": 1}), erasure.left
    assert erasure.counts["items_version"] == 2 and erasure.counts["items_media"] == 1 and erasure.counts["lake"] >= 3
    with closing(_another_transaction()) as other:
        other.execute("SELECT pg_current_xact_id()")
        monkeypatch.setattr(disk, "PATIENCE_S", 0)
        assert runs.scrub() == 0, "somebody may still see what was erased"
    monkeypatch.undo()
    assert any(runs.scrub() for _ in range(20))  # each waits some seconds for what other tests have begun

    after = in_files()
    assert after == {}, after
    assert Media.objects.get().key is None and not list((config.home() / "media").rglob(f"{Media.objects.get().pk}/*"))
    # What is somebody else's, and that it happened, stays.
    about = Report.objects.get(case=case)
    assert (about.reporter, about.note) == (REPORTER, "") and about.seal is not None
    theirs = Report.objects.get(item__external_id="theirs")
    assert (theirs.reporter, theirs.note) == ("", "") and ItemVersion.objects.filter(
        item=theirs.item, erased_at=None
    ).exists()
    assert (
        Decision.objects.filter(case=case).count() >= 1
        and Notice.objects.exclude(body="").filter(item=about.item).count() == 0
    )
    assert OnlineClassifier.from_bytes(bytes(TextModel.objects.get().blob)).labels == (1, 0)
    assert ListEntry.objects.get().value.startswith("erased:")
    assert log.read_text() == '{"message": "about nobody"}\n'
    assert Request.objects.get().name == "" and Request.objects.get().state == "answered"
    # The proof is in the ledger, and the ledger is whole.
    proof = Event.objects.get(type="erasure.done")
    assert proof.data["counts"]["review_report"] == 2 and len(proof.data["digests"]["review_report"]) == 64
    sequencer.catch_up()
    assert verify.verify().problems == []
    assert rebuild.check().differences == []
    # The person may come back as somebody new, and later changes of erased rows are still ledger's.
    items_before = Item.objects.count()
    floor.item("hello again", author=PERSON)
    assert Item.objects.count() == items_before + 2
    if os.environ.get("WATCHFLOOR_ERASE_STOPPED"):
        _stopped(floor)


def _another_transaction() -> psycopg.Connection[Any]:
    """A connection to the same database that ends nothing by itself."""
    return psycopg.connect(Embedded(config.home()).dsn(database=connection.settings_dict["NAME"]))


def _stopped(floor: Floor) -> None:
    """Once more with the server stopped; the person has come back meanwhile, so they go again first."""
    from django.db import connections

    row = runs.ask(someone(LAWYER), Item.objects.get(external_id=PERSON), "again")
    runs.judge(someone(LAWYER), row.pk, agree=True)
    runs.run_due()
    assert any(runs.scrub() for _ in range(20))
    connections.close_all()
    server = Embedded(config.home())
    server.stop()
    try:
        assert in_stopped() == []
    finally:
        server.start()


def in_stopped() -> list[str]:
    return [
        str(path.relative_to(config.home())) for path in sorted(config.home().rglob("*"))
        if path.is_file() and MARK.encode() in path.read_bytes()
    ]  # fmt: skip


def test_what_is_held_stays_and_the_rest_goes_when_the_hold_does(floor: Floor) -> None:
    _call_them("zeisig")
    plant()
    account = Item.objects.get(external_id=PERSON)
    kept = Item.objects.get(external_id=f"{MARK}5item")
    floor.item(f"{MARK}30 other", id=f"{MARK}31free", author=PERSON)
    lawyer, second = someone(LAWYER), someone(LAWYER)
    with writing(lawyer) as w:
        hold = keeping.place(w, item=kept, basis="litigation", why=f"case of {PERSON}")
        assert hold is not None
        assert keeping.place(w, item=kept, basis="cybertip", source="report:1") is not None
        assert keeping.place(w, item=kept, basis="cybertip", source="report:1") is None
    with pytest.raises(Conflict, match="legal hold"):
        insist([kept.pk])
    person = who.of(account)
    assert person.held == [kept.pk] and kept.pk not in person.items
    row = runs.ask(lawyer, account, "terms")
    runs.judge(second, row.pk, agree=True)
    done = runs.run(row.pk)
    assert done.held == 1 and ItemVersion.objects.get(item=kept).data["text"] == f"buy {MARK}6text now"
    assert Report.objects.get(item=kept).note.startswith(MARK)
    assert ItemVersion.objects.get(item__external_id=f"erased:{_free(account).pk}").data == {}
    assert Item.objects.get(pk=account.pk).external_id == PERSON  # its name is needed while something of theirs is held
    assert done.left  # and the proof says so
    for each in keeping.in_force():
        keeping.lift(lawyer, each.pk, "settled")
    again = runs.ask(lawyer, account, "terms")
    runs.judge(second, again.pk, agree=True)
    assert runs.run(again.pk).left in ({}, {"law_hold": 1}) and ItemVersion.objects.get(item=kept).data == {}
    sequencer.catch_up()
    assert rebuild.check().differences == []
    assert Erasure.objects.count() == 2


def _free(account: Item) -> Item:
    return Item.objects.filter(author=account, external_id__startswith="erased:").get()


def test_no_table_with_private_columns_is_forgotten(floor: Floor) -> None:
    nobody = Item.objects.create(type_key="account", external_id="x" * 9, kind="account", first_seen_at=clock.now())
    person = who.of(nobody)
    forgotten = [
        table
        for table, model in rows.private_models().items()
        if rows.reached(model, person) is None and table not in rows.NOT_THEIRS
    ]
    assert not forgotten, (
        f"say in law.erasing.rows how a person's rows of these are found, or why they hold none: {forgotten}"
    )
