"""A token that is limited to markets, queues or vendors sees and does that only; "no" looks like "never was"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.integration.identity.test_people import make, signed_in
from tests.support.floor import LEAD, SPAM, Floor, install, someone

from watchfloor.identity import actions, defaults, programs
from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.identity.models import ApiToken
from watchfloor.identity.token_limits import LIMITED_BY, Within, within
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
BY = system("test")
MAPPING = "item.type=message,item.id=$.post_id,market=$.country"
READS = ["case.view", "item.read", "appeal.submit", "review.work", "enforcement.view"]


class Program:
    """A program with a token of its own."""

    def __init__(self, *permissions: str, **limits: Any) -> None:
        with writing(BY) as w:
            self.row, self.secret = create_token(
                w, BY, name="", source="chat", permissions=list(permissions), within=within(**limits)
            )

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        how = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(Client(), method)(path, headers={"authorization": f"Bearer {self.secret}", **more}, **how)


@pytest.fixture
def quiet_judge() -> Iterator[None]:
    """The thread that looks for changed rules ends."""
    from watchfloor.interop import judging

    yield
    judging.JUDGE.close()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    programs.buckets.forget()
    install()
    with writing(BY) as w:
        defaults.install(w)


def test_one_market_is_all_there_is_to_it() -> None:
    floor, person = Floor(), someone(LEAD)
    cases = {market: floor.report(market=market) for market in ("DE", "BR")}
    decided = {floor.decide(person, SPAM).case_id: None for _ in cases}
    assert set(decided) == {case.pk for case in cases.values()}
    case_of = {market: encode("case", case.pk) for market, case in cases.items()}
    program = Program(*READS, markets=["DE"])
    for case in cases.values():
        case.refresh_from_db()
    decision_of = {market: encode("dec", case.last_decision_id) for market, case in cases.items()}
    assert [each["id"] for each in program.ask("get", "/v1/cases").json()["cases"]] == [case_of["DE"]]
    assert {each["market"] for each in program.ask("get", "/v1/actions").json()["actions"]} == {"DE"}
    never = {"case": encode("case", uuid4()), "dec": encode("dec", uuid4())}
    for path, mine, other, ghost in (
        ("/v1/cases/{}", case_of["DE"], case_of["BR"], never["case"]),
        ("/v1/decisions/{}", decision_of["DE"], decision_of["BR"], never["dec"]),
    ):
        assert program.ask("get", path.format(mine)).status_code == 200
        answers = [program.ask("get", path.format(each)) for each in (other, ghost)]
        assert [each.status_code for each in answers] == [404, 404] and answers[0].content == answers[1].content
    appeal = {"by": "author", "appellant": "mallory", "grounds": "No."}
    answers = [
        program.ask("post", "/v1/appeals", {**appeal, "decision": each}) for each in (decision_of["BR"], never["dec"])
    ]
    assert [each.status_code for each in answers] == [404, 404] and answers[0].content == answers[1].content
    assert program.ask("post", "/v1/appeals", {**appeal, "decision": decision_of["DE"]}).status_code == 201
    me = program.ask("get", "/v1/me").json()
    assert (me["markets"], me["queues"], me["vendors"]) == (["DE"], None, None)


def test_one_queue_and_the_next_job_comes_from_it() -> None:
    floor = Floor()
    spam, scam = floor.report(language="en"), floor.report(reason="scam")
    queues = {str(case.pk): case.jobs.get().queue_key for case in (spam, scam)}
    assert len(set(queues.values())) == 2
    program = Program(*(name for name in READS if "queues" in LIMITED_BY[name]), queues=[queues[str(scam.pk)]])
    assert [each["id"] for each in program.ask("get", "/v1/cases").json()["cases"]] == [encode("case", scam.pk)]
    assert program.ask("post", "/v1/jobs/claim", {}).json()["case"] == encode("case", scam.pk)
    assert program.ask("get", f"/v1/cases/{encode('case', spam.pk)}").status_code == 404


def test_it_reports_for_its_market_by_every_door(quiet_judge: None) -> None:
    from watchfloor.intake import catalogue
    from watchfloor.intake.rows import REPORT, check

    sends = Program("report.submit", "event.submit", "verdict.ask", markets=["DE", "AT"])
    sender = catalogue.sender(sends.secret)
    assert sender is not None and sender.markets == {"AT", "DE"}
    row = {"item": {"type": "message", "id": "m1"}, "reason": "spam"}
    known = catalogue.load()
    check(REPORT, {**row, "market": "DE"}, b"{}", source="chat", known=known, markets=sender.markets)
    for market, said in (("BR", "another: BR"), ("", "none")):
        with pytest.raises(Forbidden, match=said) as wrong:
            check(
                REPORT, {**row, "market": market}, b"{}", source="chat", known=known, markets=sender.markets, where="x"
            )
        assert wrong.value.where == "x.market" and "AT, DE" in wrong.value.hint
    osprey = {
        "action_id": 1,
        "action_name": "create_post",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {"post_id": "p1", "country": "BR"},
    }
    refused = sends.ask("post", f"/v1/osprey/actions?mapping={quote(MAPPING)}", osprey)
    assert refused.status_code == 422
    assert refused.json()["results"][0]["error"]["code"] == "outside_limits", refused.content
    assert sends.ask("post", "/v1/moderations", {"input": "hello"}).status_code == 403
    assert Program("verdict.ask").ask("post", "/v1/moderations", {"input": "hello"}).status_code == 200


def test_who_may_give_it_and_what_cannot_be_limited() -> None:
    german = Actor(
        kind="user", id="x", scopes=(Scope(role="r", permissions=frozenset(READS), markets=frozenset({"DE"})),)
    )
    with writing(german) as w:
        row, _ = create_token(w, german, name="", source="a", permissions=["case.view"], within=Within(markets=("DE",)))
        for limits in (Within(), Within(markets=("BR",)), Within(queues=("scam",))):
            with pytest.raises(Forbidden):
                create_token(w, german, name="", source="a", permissions=["case.view"], within=limits)
        for limits in (Within(), Within(markets=("AT", "DE"))):  # nor let one reach further than themselves
            with pytest.raises(Forbidden):
                actions.limit_token(w, german, row.pk, networks=[], per_minute=None, expires_at=None, within=limits)
        actions.limit_token(w, german, row.pk, networks=["10.0.0.0/8"], per_minute=None, expires_at=None)
    row.refresh_from_db()
    assert (row.markets, row.networks) == (["DE"], ["10.0.0.0/8"])
    for permission, limits in (
        ("people.provision", Within(markets=("DE",))), ("installation.metrics", Within(vendors=("x",))),
        ("report.submit", Within(queues=("scam",))), ("item.read", Within(queues=("scam",))),
    ):  # fmt: skip
        with pytest.raises(BadInput, match="cannot be limited"), writing(BY) as w:
            create_token(w, BY, name="", source="a", permissions=[permission], within=limits)
    with pytest.raises(BadInput):
        within(markets=["a market with a long name"])


def test_the_page_and_the_command() -> None:
    from watchfloor.cli.tokens import token

    client = signed_in(make("ana", "administrator"))
    asked = {"source": "chat", "permissions": "case.view", "queues": "no-such"}
    refused = client.post("/settings/tokens", asked)
    assert refused.status_code == 422 and "no-such" in refused.content.decode()
    assert client.post("/settings/tokens", {**asked, "queues": "scam", "markets": "DE, AT"}).status_code == 200
    row = ApiToken.objects.get()
    assert (row.queues, row.markets, row.vendors) == (["scam"], ["AT", "DE"], None)
    assert "queues scam; markets AT, DE" in client.get("/settings/tokens").content.decode()
    page = f"/settings/tokens/{row.pk}"
    assert 'value="AT, DE"' in client.get(page).content.decode()
    assert client.post(page, {"markets": "DE"}).status_code == 302
    row.refresh_from_db()
    assert (row.queues, row.markets) == (None, ["DE"])
    made = CliRunner().invoke(
        token, ["add", "bi", "--permission", "insight.sql", "--market", "DE", "--market", "AT", "--json"]
    )
    assert json.loads(made.output)["markets"] == ["AT", "DE"]
    listed = CliRunner().invoke(token, ["list", "--json"])
    assert "markets AT, DE" in {each["where"] for each in json.loads(listed.output)}
    wrong = CliRunner().invoke(token, ["add", "x", "--permission", "people.provision", "--market", "DE"])
    assert isinstance(wrong.exception, BadInput)  # the program says it in a sentence
