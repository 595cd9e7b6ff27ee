"""SQL over HTTP: one's own rows in every table, no way out of them, each form of answer, and a question that stops with its client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.test import Client
from tests.support.people import actor_of, member

from watchfloor.identity import tokens
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.token_limits import within
from watchfloor.insight import facts
from watchfloor.insight.boards.sql import reading, runs
from watchfloor.insight.star import asking
from watchfloor.insight.star.making import TABLES
from watchfloor.interop.sql import answering
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import sequencer
from watchfloor.ledger.writer import writing

ESCAPES = [
    "SELECT * FROM read_parquet('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM star.'/etc/passwd'",
    "COPY fact_case TO '/tmp/x'",
    "ATTACH '/tmp/x.db'", "PRAGMA database_list", "INSTALL httpfs", "LOAD httpfs", "SELECT * FROM glob('/*')", "SELECT getenv('HOME')",
    "WITH fact_case AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM fact_case", "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM watchfloor.main.fact_case", "SELECT * FROM memory.star.fact_case", "SELECT * FROM system.information_schema.tables",
    "SELECT 1; DROP TABLE fact_case", "SELECT (SELECT content FROM read_blob('/etc/passwd'))", "EXPORT DATABASE '/tmp/x'",
    "SET enable_external_access = true", "FROM duckdb_settings()", "SELECT * FROM watchfloor.star.read_text('/etc/passwd')",
    "CREATE TABLE x AS SELECT 1", "DESCRIBE fact_case", "CALL pragma_version()", "SELECT * FROM information_schema.tables",
]  # fmt: skip


@pytest.fixture
def canary(worked: None) -> None:
    """A case of child safety, in a market nobody else has, in the facts."""
    from tests.support.floor import Floor

    Floor().report(reason="child-abuse", market="KP", channel="canary")
    sequencer.catch_up()
    facts.export()


def token(*permissions: str, **limits: Any) -> Client:
    with writing(system("test")) as w:
        _, secret = tokens.create_token(
            w, system("test"), name="bi", source="bi", permissions=list(permissions), within=within(**limits)
        )
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client: Client, sql: str, **more: Any) -> Any:
    return client.post("/v1/sql", json.dumps({"sql": sql, **more}), content_type="application/json")


def whole(actor: Actor) -> dict[str, str]:
    """Every table's every row as text, in two questions."""
    told = {}
    names = list(TABLES)
    for some in (names[: len(names) // 2], names[len(names) // 2 :]):
        asked = " UNION ALL ".join(
            f"SELECT '{name}' AS t, CAST(x AS VARCHAR) AS row FROM (SELECT {name} AS x FROM {name})" for name in some
        )
        answer = runs.wait(actor, asking.start(actor, asked, seconds=60), 90).answer
        assert answer is not None and not answer.error, answer
        for name, row in answer.rows:
            told[name] = told.get(name, "") + row + "\n"
    return told


def test_one_sees_ones_own_rows_in_every_table(canary: None) -> None:
    everything = whole(system("test"))
    seen = {name for name, text in everything.items() if "KP" in text or "child" in text or "canary" in text}
    assert {"dim_market", "dim_queue", "dim_policy", "dim_channel"} <= seen
    german = whole(actor_of(member({"insight.sql"}, name="Gerda", markets=["DE"])))
    for text in german.values():
        assert "KP" not in text and "child" not in text and "canary" not in text and "US" not in text
    assert "DE" in german["dim_market"] and german["fact_case"].count("\n") == 2
    open_to_tokens = whole(actor_of(member({"insight.sql"}, name="Olga")))
    for text in open_to_tokens.values():
        assert "KP" not in text and "child" not in text and "canary" not in text
    assert "US" in open_to_tokens["dim_market"]


def test_no_way_out(canary: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_of(member({"insight.sql"}))
    for way in ESCAPES:
        with pytest.raises(BadInput):
            asking.start(actor, way)
    monkeypatch.setattr(reading, "read", lambda text, _tables, _place: reading.Read(text=text, tables=frozenset()))
    monkeypatch.setattr(runs, "EACH", 99)
    monkeypatch.setattr(runs, "AT_ONCE", 99)
    for run_id in [asking.start(actor, way) for way in (ESCAPES[0], ESCAPES[3], ESCAPES[6])]:
        answer = runs.wait(actor, run_id, 60).answer
        assert answer is not None and answer.error and not answer.rows and "root:" not in answer.error


def test_the_endpoint(worked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "AT_ONCE", 60.0)
    client = token("insight.sql")
    counted = "SELECT market, count(*) AS n FROM star.fact_case JOIN dim_market USING (market_key)"
    by_market = f"{counted} WHERE market <> $no GROUP BY 1 ORDER BY 1"
    told = post(client, by_market, parameters={"no": "FR"}, seconds=20.5).json()
    assert (
        told["rows"] == [["DE", 2], ["US", 4]]
        and told["columns"][1] == {"name": "n", "type": "BIGINT"}
        and told["more"] is False
    )
    german = token("insight.sql", markets=["DE"])
    assert post(german, by_market, parameters={"no": "FR"}).json()["rows"] == [["DE", 2]]
    lines = post(client, "SELECT range AS n, ? AS who FROM range(5)", parameters=["Ann"], format="ndjson", rows=3)
    assert (
        lines.content == b'{"n":0,"who":"Ann"}\n{"n":1,"who":"Ann"}\n{"n":2,"who":"Ann"}\n'
        and lines["X-More-Rows"] == "true"
    )
    assert post(client, "SELECT '=1+1' AS a, 2 AS b", format="csv").content == b"a,b\r\n'=1+1,2\r\n"
    wrong = [
        ("SELECT nothing FROM fact_case", {}),
        ("SELECT 1", {"seconds": 0}),
        ("SELECT 1", {"rows": 10**9}),
        ("SELECT 1", {"format": "xls"}),
    ]
    for sql, more in [*wrong, ("SELECT ?", {"parameters": [[1]]}), ("DROP TABLE x", {})]:
        refused = post(client, sql, **more)
        assert refused.status_code == 422 and refused.json()["error"]["message"], (sql, more)
    assert post(token("report.submit"), "SELECT 1").status_code == 403
    assert Client().post("/v1/sql", "{}", content_type="application/json").status_code == 401
    tables = {each["name"]: each for each in client.get("/v1/sql/tables").json()}
    assert tables.keys() == TABLES.keys() and all(
        column["doc"] for each in tables.values() for column in each["columns"]
    )


def test_it_stops_when_the_client_goes(db: None) -> None:
    actor = system("test")
    endless = asking.start(actor, "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b")

    async def read_a_little() -> None:
        parts = answering.later(actor, endless, "json")
        assert await anext(parts) == b"\n"
        await parts.aclose()

    asyncio.run(read_a_little())
    answer = runs.wait(actor, endless, 30).answer
    assert answer is not None and answer.code == "stopped"
