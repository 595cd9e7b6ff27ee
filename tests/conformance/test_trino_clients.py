"""Clients of others, unmodified, at the door for BI tools: ``trino`` (PyPI) and SQLAlchemy with its dialect, which Superset uses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest


@pytest.fixture
def door(transactional_db: None, live_server: Any) -> Iterator[tuple[str, int, str, str]]:
    """(host, port, a token that may ask in SQL, one that may not) of a floor with four cases."""
    from tests.support.floor import CLEAN, LEAD, SPAM, Floor, install, someone

    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.insight import facts, lake
    from watchfloor.ledger import sequencer
    from watchfloor.ledger.writer import writing

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    install()
    floor = Floor()
    for market in ("US", "US", "DE", "DE"):
        floor.report(market=market)
    floor.report(reason="child-abuse", market="KP")
    floor.decide(someone(LEAD), CLEAN)
    floor.decide(someone(LEAD), SPAM)
    sequencer.catch_up()
    facts.export()
    with writing(system("test")) as w:
        _, secret = tokens.create_token(w, system("test"), name="bi", source="bi", permissions=["insight.sql"])
        _, other = tokens.create_token(w, system("test"), name="other", source="other", permissions=["report.submit"])
    host, port = live_server.url.removeprefix("http://").split(":")
    yield host, int(port), secret, other
    lake.forget()


def test_sqlalchemy_and_the_trino_client(door: tuple[str, int, str, str]) -> None:
    trino = pytest.importorskip("trino", reason="pip install trino sqlalchemy")
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="pip install sqlalchemy")
    host, port, secret, other = door
    engine = sqlalchemy.create_engine(
        f"trino://bi:{secret}@{host}:{port}/watchfloor/star?allow_insecure_auth=true",
        connect_args={"http_scheme": "http"},
    )
    seen = sqlalchemy.inspect(engine)
    assert {"fact_case", "dim_market"} <= set(seen.get_table_names("star"))
    columns = {each["name"]: each for each in seen.get_columns("fact_case", schema="star")}
    assert str(columns["market_key"]["type"]) == "BIGINT" and columns["opened_at"]["type"].python_type is datetime
    assert columns["closed_at"]["comment"] == "Closed; null while open."

    def known(name: str, *columns: str) -> Any:
        return sqlalchemy.table(name, *map(sqlalchemy.column, columns), schema="star")

    case, market = known("fact_case", "market_key", "opened_at", "leases"), known("dim_market", "market_key", "market")
    n = sqlalchemy.func.count().label("n")
    asked = (
        sqlalchemy.select(market.c.market, n, sqlalchemy.func.max(case.c.opened_at), sqlalchemy.func.sum(case.c.leases))
        .join(market, market.c.market_key == case.c.market_key)
        .where(market.c.market.in_(["US", "DE", "KP", "it's"])).group_by(market.c.market).order_by(market.c.market)
    )  # fmt: skip
    with engine.connect() as connection:
        rows = connection.execute(asked).all()
        assert [tuple(row[:2]) for row in rows] == [("DE", 2), ("US", 2)]  # a restricted case is nobody's to count here
        assert isinstance(rows[0][2], datetime) and sum(row[3] for row in rows) == 2
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="fact_nothing"):
            connection.execute(sqlalchemy.text("SELECT * FROM star.fact_nothing"))

    given = {"host": host, "port": port, "user": "bi", "catalog": "watchfloor", "schema": "star", "http_scheme": "http"}
    plain = trino.dbapi.connect(**given, http_headers={"Authorization": f"Bearer {secret}"})
    cursor = plain.cursor()
    cursor.execute(
        "SELECT date_add('day', 1, TIMESTAMP '2026-11-02 09:00:00'), approx_distinct(case_id), 1.25, true, NULL "
        "FROM fact_case WHERE severity < ?",
        [6],
    )
    assert cursor.fetchall()[0][0].isoformat() == "2026-11-03T09:00:00"
    cursor.execute("SELECT r.range FROM range(25000) AS r")
    assert len(cursor.fetchall()) == 25_000  # in three parts
    for text, named in (("SELECT nothing FROM fact_case", "COLUMN_NOT_FOUND"), ("DROP TABLE fact_case", "SYNTAX_ERROR|NOT_SUPPORTED"),
                        ("SELECT * FROM read_text('/etc/passwd')", "PERMISSION_DENIED")):  # fmt: skip
        with pytest.raises(trino.exceptions.TrinoUserError, match=named):
            cursor.execute(text).fetchall()
    for header in (f"Bearer {other}", "Bearer nothing"):
        refused = trino.dbapi.connect(**given, http_headers={"Authorization": header})
        with pytest.raises(
            (trino.exceptions.TrinoUserError, trino.exceptions.HttpError), match=r"PERMISSION_DENIED|401"
        ):
            refused.cursor().execute("SELECT 1").fetchall()
        refused.close()
    plain.close()
    engine.dispose()
