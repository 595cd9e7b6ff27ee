"""The facts in SQL: an answer holds only what one may see, escapes find nothing even past the first wall, and time and memory end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.insight.boards.models import SqlQuestion
from watchfloor.insight.boards.sql import reading, runs
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound


def ask(actor: Actor, text: str) -> runs.Answer:
    answer = runs.wait(actor, runs.start(actor, text), 60).answer
    assert answer is not None
    return answer


def test_one_sees_ones_own_rows_in_every_table(actor: Actor, german: Actor) -> None:
    asked = "SELECT {} FROM facts WHERE type = 'case.opened' GROUP BY ALL ORDER BY ALL"
    assert ask(actor, asked.format("market, count(*)")).rows == [["DE", 2], ["US", 4]]
    every = " UNION ALL ".join(
        f"SELECT '{name}' AS t, market FROM {name}"
        for name in ("facts", "spans", "jobs", "cases", "solves", "decisions")
    )
    found = ask(german, f"SELECT t, market, count(*) FROM ({every}) GROUP BY ALL ORDER BY ALL")
    assert {row[0] for row in found.rows} == {"facts", "spans", "jobs", "cases", "solves", "decisions"}
    assert {row[1] for row in found.rows} == {"DE"}


def test_the_second_wall_holds_when_the_first_is_taken_away(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it in one process of its own: what passes reading is still refused there, and gives nothing away."""
    ways = [
        "SELECT * FROM read_text('/etc/passwd')", "COPY facts TO '/tmp/stolen.csv'", "ATTACH '/tmp/x.db'", "INSTALL httpfs", "LOAD httpfs",
        "SET enable_external_access = true", "SET memory_limit = '50GB'", "SELECT * FROM glob('/*')", "SELECT * FROM '/etc/passwd'",
    ]  # fmt: skip
    monkeypatch.setattr(reading, "read", lambda text, _tables: reading.Read(text=text, tables=frozenset()))
    monkeypatch.setattr(runs, "EACH", 99)
    monkeypatch.setattr(runs, "AT_ONCE", 99)
    started = [(way, runs.start(actor, way)) for way in ways]
    for way, run_id in started:
        answer = runs.wait(actor, run_id, 60).answer
        assert answer is not None and answer.error and not answer.rows, way
        assert "root:" not in answer.error


def test_what_takes_too_long_is_stopped_and_what_is_too_big_fails(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SECONDS", 1)
    slow = runs.start(actor, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    big = runs.start(actor, "SELECT list(range) FROM range(100000000000)")
    answers = [runs.wait(actor, each, 60).answer for each in (slow, big)]
    assert [answer.code for answer in answers if answer] in (["too_slow", "too_big"], ["too_slow", "too_slow"])


def test_a_question_can_be_cancelled_and_is_nobody_elses(actor: Actor, german: Actor) -> None:
    run_id = runs.start(actor, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    with pytest.raises(NotFound):
        runs.cancel(german, run_id)
    runs.cancel(actor, run_id)
    answer = runs.wait(actor, run_id, 30).answer
    assert answer is not None and answer.code == "stopped"


def test_who_may_not_ask_and_what_is_no_question(worked: None) -> None:
    reader = actor_of(member({"insight.view"}))
    with pytest.raises(Forbidden):
        runs.start(reader, "SELECT 1")
    with pytest.raises(BadInput):
        runs.start(actor_of(member({"insight.sql"})), "SELECT 1", days=0)


def test_the_page_and_the_endpoint(mona: User, actor: Actor) -> None:
    browser = signed_in(mona)
    sent = browser.post(
        "/insight/sql", {"sql": "SELECT market, count(*) AS n FROM cases GROUP BY 1", "days": "28", "do": "ask"}
    )
    run_id = UUID(sent["Location"].partition("run=")[2])
    runs.wait(actor, run_id, 60)
    body = browser.get(sent["Location"]).content.decode()
    assert "SELECT market" in body and 'class="bars"' in body
    file = browser.get(f"/insight/sql/runs/{run_id}?format=csv").getvalue().decode("utf-8-sig")
    assert sorted(file.splitlines()[1:]) == ["DE,2", "US,4"]
    assert browser.get(f"/insight/sql/runs/{run_id}?format=parquet").content.startswith(b"PAR1")
    refused = browser.post("/insight/sql", {"sql": "DROP TABLE facts", "days": "28", "do": "ask"})
    assert refused.status_code == 422 and "DROP TABLE facts" in refused.content.decode()
    browser.post("/insight/sql", {"sql": "SELECT 1", "days": "7", "do": "keep", "name": "One"})
    kept = SqlQuestion.objects.get(name="One")
    assert f"?question={kept.pk}" in browser.get("/insight/sql").content.decode()
    answer: Any = ask_api(mona, "SELECT market, count(*) AS n FROM cases GROUP BY 1 ORDER BY 1")
    assert answer["rows"] == [["DE", 2], ["US", 4]] and answer["columns"][1][0] == "n"


def ask_api(person: User, sql: str) -> Any:
    from django.test import RequestFactory

    from watchfloor.insight.boards.api import SqlIn, ask_sql

    request = RequestFactory().post("/v1/insight/sql")
    request.actor = actor_of(person)  # type: ignore[attr-defined]
    return ask_sql(request, SqlIn(sql=sql))
