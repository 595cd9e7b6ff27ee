"""Programs meet a vendor as people do: scorecard and contract, questions with one answer, invoices held against the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from django.test import Client
from tests.integration.vendors.conftest import House

from watchfloor.cli.vendors import vendor as command
from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.identity.token_limits import within
from watchfloor.ledger.writer import writing

SHEET = "kind,name,clause,value,credits\ntarget,sla_completed,4.1,96,0:2 5:4\nrate,reviewer,,2 x 15.10,\n"
BILL = "person,role,from,to,hours,rate,amount\nnobody@birch.example,reviewer,2026-11-02,2026-11-06,8,14.50,116.00\n"


class Program:
    """A program with a token that may do exactly this."""

    def __init__(self, name: str, *permissions: str, vendors: tuple[str, ...] = ()) -> None:
        with writing(system("test")) as w:
            _, self.secret = create_token(
                w, system("test"), name=name, source=name, permissions=list(permissions), within=within(vendors=vendors)
            )

    def get(self, path: str) -> Any:
        return Client().get(f"/v1/vendors{path}", headers={"authorization": f"Bearer {self.secret}"})

    def post(self, path: str, body: Any) -> Any:
        return Client().post(
            f"/v1/vendors{path}", json.dumps(body), content_type="application/json",
            headers={"authorization": f"Bearer {self.secret}"},
        )  # fmt: skip


def test_the_house_reads_and_writes(house: House) -> None:
    manages, looks = Program("erp", "vendor.view", "vendor.manage"), Program("bi", "vendor.view")
    found = looks.get("").json()["vendors"]
    assert [(each["key"], each["contract"]) for each in found] == [("alder", 0), ("birch", 1)]
    theirs = Program("alder", "vendor.view", vendors=("alder",))
    assert [each["key"] for each in theirs.get("").json()["vendors"]] == ["alder"]
    answers = [theirs.get(f"/{key}/contract") for key in ("birch", "nothing")]
    assert [each.status_code for each in answers] == [404, 404] and answers[0].content == answers[1].content
    card = looks.get("/birch/scorecard?start=2026-11-02&end=2026-11-20").json()
    assert [(each["figure"], each["clause"], each["outcome"]) for each in card["targets"]] == [
        ("sla_completed", "4.1", "nothing")
    ]
    assert (card["credit_capped"], card["people"]["now"], card["people"]["seats"]) == ("0", 1, 2)
    assert looks.get("/birch/scorecard?start=2026-11-20&end=2026-11-02").json()["error"]["where"] == "end"

    written = manages.post("/birch/contract", {"starts_on": "2026-12-01", "sheet": SHEET, "seen": 1, "cap": "12"})
    assert written.status_code == 201, written.content
    assert (written.json()["number"], written.json()["cap"], written.json()["least"]) == (
        2,
        "12",
        "20",
    )  # the rest stays
    assert looks.get("/birch/contract?number=1").json()["cap"] == "15"
    assert manages.post("/birch/contract", {"starts_on": "2026-12-01", "sheet": SHEET, "seen": 1}).status_code == 409
    wrong = manages.post("/birch/contract", {"starts_on": "2026-12-01", "sheet": "target,aht,4,x", "seen": 2}).json()
    assert "Line 1" in wrong["error"]["message"] and wrong["error"]["where"] == "sheet"
    assert looks.post("/birch/contract", {"starts_on": "2026-12-01", "sheet": SHEET, "seen": 2}).status_code == 403

    taken = manages.post(
        "/birch/invoices", {"reference": "B-7", "starts_on": "2026-11-02", "ends_on": "2026-11-06", "lines": BILL}
    ).json()
    assert (taken["total"], taken["agreed"]) == ("116.00", "0.00")
    assert [(each["line"], each["kind"]) for each in taken["differences"]] == [(2, "unknown_person")]
    assert looks.get("/birch/invoices").json()["invoices"][0]["reference"] == "B-7"


def test_questions_have_one_answer(house: House) -> None:
    theirs, manages = Program("desk", "vendor.work"), Program("erp", "vendor.manage", "vendor.view")
    for path in ("/nothing/scorecard", "/nothing/questions", "/inhouse/invoices", "/nothing/contract"):
        assert theirs.get(path).status_code == 404, path
    asked = theirs.post("/birch/questions", {"text": "Does a reply count as a post?", "policy": "spam"})
    assert asked.status_code == 201
    assert manages.get("/birch/questions?state=open").json()["questions"][0]["text"].startswith("Does a reply")
    path = f"/birch/questions/{asked.json()['id']}/answer"
    assert theirs.post(path, {"answer": "Yes."}).status_code == 403
    assert manages.post(path, {"answer": "It does."}).json()["answer"] == "It does."
    assert manages.post(path, {"answer": "It does not."}).status_code == 409
    assert manages.get("/birch/questions?state=open").json()["questions"] == []


def test_the_command(house: House, tmp_path: Path) -> None:
    def run(*argv: str, fails: bool = False) -> Any:
        done = CliRunner().invoke(command, argv)
        assert (done.exception is not None) == fails, done.output
        return done.exception if fails else done.output

    assert [each["key"] for each in json.loads(run("list", "--json"))] == ["alder", "birch"]
    assert "sla_completed" in run("scorecard", "birch", "--from", "2026-11-02", "--to", "2026-11-20")
    sheet = tmp_path / "contract.csv"
    sheet.write_text(run("contract", "birch"))
    sheet.write_text(sheet.read_text().replace(",95,", ",97.5,"))
    assert run("contract", "birch", str(sheet), "--from", "2026-12-01").startswith("Version 2 holds from 2026-12-01")
    assert ",97.5," in run("contract", "birch")
    assert run("invoices", "birch").strip() == "No invoices."
    assert "no day" in str(run("scorecard", "birch", "--from", "soon", fails=True))
    assert "from which day" in str(run("contract", "birch", str(sheet), fails=True))
    assert "no such vendor" in str(run("scorecard", "nobody", fails=True))
