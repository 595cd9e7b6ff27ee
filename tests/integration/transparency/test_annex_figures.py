"""A generated year: every figure of the eleven parts equals an independent query over the ledger's raw events.

``WATCHFLOOR_YEAR_CASES`` sets how many cases the year has (300).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.support import dsa
from tests.support.annex_sql import Raw
from tests.support.floor import Floor

from watchfloor.policy import queries as policies
from watchfloor.transparency import reading, reporting, submitting
from watchfloor.transparency.domain.annex import layout, report
from watchfloor.transparency.domain.annex.facts import Period
from watchfloor.transparency.models import Submission

pytestmark = pytest.mark.django_db
CASES = int(os.environ.get("WATCHFLOOR_YEAR_CASES", "300"))
DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")) / "dsa_annex1"
HALF = Period(first=date(2025, 3, 1), last=date(2025, 11, 30))


class Parts:
    """The files of a made report, read back, beside the raw events."""

    def __init__(self, made: reporting.Made, raw: Raw) -> None:
        self.made, self.raw = made, raw
        self.rows = {
            part: list(csv.DictReader(io.StringIO(made.files[report.file_name(part)].decode())))
            for part in report.PARTS
        }

    def line(self, part: int, **key: str) -> dict[str, str]:
        [row] = [row for row in self.rows[part] if all(row[name] == value for name, value in key.items())]
        return row

    def by_category(self, part: int) -> Iterator[tuple[str, str, dict[str, str]]]:
        """(category or "", sub-category or "", the row)."""
        category = ""
        column = next(name for name in self.rows[part][0] if name.startswith("Category"))
        for row in self.rows[part]:
            code = row[column]
            if code == "TOTAL":
                yield "", "", row
            elif code.startswith("KEYWORD"):
                yield category, code, row
            else:
                category = code
                yield category, "", row


@pytest.fixture
def parts(floor: Floor, tmp_path: Path) -> Parts:
    if not DATA.exists():
        pytest.skip("the official CSV parts are not here (WATCHFLOOR_DATA)")
    from tests.support.year import Year

    item, _ = floor.item()
    Year(item).live(CASES)
    made = reporting.make(HALF)
    start, end = reading.bounds(HALF)
    reasons = {each.key: each.dsa_category for each in policies.all_reasons()}
    [names] = DATA.glob("*_Part_2_*.csv")
    return Parts(made, Raw(tmp_path, names, start, end, reasons))


def test_every_figure_equals_the_independent_query(parts: Parts) -> None:
    assert parts.made.problems == []
    _own_initiative(parts)
    _notices(parts)
    _appeals(parts)
    _means(parts)
    _outside(parts)
    _statements_agree(parts)


def _own_initiative(parts: Parts) -> None:
    seen = 0
    for part, ground in ((5, "illegal"), (6, "terms")):
        for category, sub, row in parts.by_category(part):
            mine = "source = 'own_initiative' AND ground = ? AND (? = '' OR category = ?) AND (? = '' OR sub = ?)"
            given = (ground, category, category, sub, sub)
            total, detected = parts.raw.ask(
                f"SELECT count(*), count(*) FILTER (detected) FROM measure WHERE {mine}", *given
            )[0]
            assert (row["Number of measures taken at the provider's own initiative "]) == str(total), (
                part,
                category,
                sub,
            )
            assert row["Number of measures taken after detection with solely automated means "] == str(detected)
            columns = [name for name in row if " restriction " in name or name.startswith("Provision")]
            for name in columns:
                if name.startswith("Contextual"):
                    continue
                if not total:
                    assert row[name] == "0", (part, category, sub, name)
                    continue
                wanted = parts.raw.one(
                    f"SELECT count(*) FROM measure WHERE {mine} AND list_contains(columns, ?)", *given, name
                )
                assert row[name] == str(wanted), (part, category, sub, name)
            seen += total
    assert seen > 20


def _notices(parts: Parts) -> None:
    lines = {row["Category of illegal content"] for row in parts.rows[4]}
    known = ", ".join(repr(each) for each in lines)
    mapped = f"CASE WHEN category IN ({known}) THEN category ELSE 'STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE' END"
    for category, sub, row in parts.by_category(4):
        mine = f"(? = '' OR {mapped} = ?)" + (" AND ? = 'KEYWORD_OTHER'" if sub else " AND ? = ''")
        count, flagged, median, median_flagged = parts.raw.ask(
            f"SELECT count(*), count(*) FILTER (flagger), round(median(hours), 2), round(median(hours) FILTER (flagger), 2)"
            f" FROM notice WHERE {mine}", category, category, sub,
        )[0]  # fmt: skip
        assert row["Number of notices received "] == str(count), (category, sub)
        if not count and not parts.raw.one(
            f"SELECT count(*) FROM measure WHERE category = ? OR {mapped} = ?", category, category
        ):
            values = [value for name, value in row.items() if name.startswith(("Number", "Median"))]
            assert set(values) <= {"0", ""}, (category, sub)
            continue
        assert row["Number of notices received from Trusted flaggers"] == str(flagged)
        assert _near(row["Median time to take action"], median), (category, sub)
        assert _near(row["Median time to take action (Trusted Flagger notices)"], median_flagged)
        acts = f"source IN ('article_16', 'trusted_flagger') AND (? = '' OR {mapped} = ?) AND (? = '' OR sub = ?) AND ground = ?"
        for ground, name in (("illegal", "law"), ("terms", "terms and conditions of the service")):
            total, by_flaggers = parts.raw.ask(
                f"SELECT count(*), count(*) FILTER (source = 'trusted_flagger') FROM measure WHERE {acts}",
                category,
                category,
                sub,
                sub,
                ground,
            )[0]
            assert row[f"Number of actions taken on the basis of the {name}"] == str(total), (category, sub)
            assert row[f"Number of actions taken on the basis of the {name} (Trusted Flagger notices)"] == str(
                by_flaggers
            )


def _appeals(parts: Parts) -> None:
    base = """SELECT f.data->>'$.by' AS side, f.data->>'$.verdict' AS verdict, d.data->>'$.outcome' AS outcome,
        (d.data->>'$.age_ms')::DOUBLE / 3.6e6 AS hours, m.columns FROM e f JOIN span ON f.ts >= a AND f.ts < z
        LEFT JOIN e d ON d.subject = f.subject AND d.type = 'appeal.decided'
        LEFT JOIN (SELECT json_extract_string(c, '$[2].decision_id') AS decision, s.ordinal, list_transform(
            from_json(json_extract(c, '$[2].actions'), '["json"]'), lambda x: json_extract_string(x, '$.does')) AS columns
            FROM e s, unnest(from_json(s.changes, '["json"]')) AS u(c) WHERE s.type = 'statement.made') m
          ON m.decision = json_extract_string(f.changes, '$[0][2].decision_id')
        WHERE f.type = 'appeal.filed'"""
    kinds = {
        "": "true",
        "remove or disable": "side = 'author' AND list_has_any(columns,"
        " ['remove','geo_restrict','stop_stream','age_gate','reduce_reach','label','shadow_fold'])",
        "provision of the service": "side = 'author' AND list_has_any(columns, ['limit_features','revoke_app_token'])",
        "terminate an account": "side = 'author' AND list_has_any(columns, ['lock','suspend'])",
        "monetise": "false",
        "not to take action on a notice submitted in accordance": "side = 'reporter'",
    }  # fmt: skip
    for words, condition in kinds.items():
        name = words or "Number of complaints submitted"
        rows = {row["Scope"]: row["Value"] for row in parts.rows[7] if name in row["Indicator"]}
        count, upheld, partly, turned, hours = parts.raw.ask(
            f"SELECT count(*), count(*) FILTER (outcome = 'upheld'), count(*) FILTER (outcome = 'modified'),"
            f" count(*) FILTER (outcome = 'overturned'), round(median(hours), 2) FROM ({base}) WHERE {condition}"
        )[0]
        found = (
            rows["Total number"],
            rows["Decisions upheld"],
            rows["Decisions partially reversed"],
            rows["Decisions reversed"],
        )
        assert found == (str(count), str(upheld), str(partly), str(turned)), words
        assert _near(rows["Median time"], hours), words
        if "Decision omitted" in rows:
            assert int(rows["Decision omitted"]) == count - upheld - partly - turned > 0
    new = parts.raw.one(
        f"SELECT count(*) FROM ({base}) WHERE side = 'reporter' AND verdict = 'clean' AND outcome = 'overturned'"
    )
    assert parts.line(7, Indicator="Number of restrictions newly imposed as a result of an internal complaint")[
        "Value"
    ] == str(new)
    muted = parts.raw.one("SELECT count(*) FROM e, span WHERE type = 'reporter.muted' AND ts >= a AND ts < z")
    suspended = parts.raw.one(
        "SELECT count(*) FROM e, span WHERE type = 'action.taken' AND ts >= a AND ts < z AND (data->>'$.from_ladder')::BOOLEAN"
        " AND starts_with(data->>'$.kind', 'suspend')"
    )
    values = {
        row["Indicator"].strip(): row["Value"] for row in parts.rows[7] if row["Section"].startswith("Suspensions")
    }
    assert values["Number of suspensions enacted for the provision of manifestly unfounded notices"] == str(muted)
    assert values["Number of suspensions enacted for the provision of manifestly illegal content"] == str(suspended)


def _means(parts: Parts) -> None:
    judged = """SELECT r.data->>'$.verdict' AS said, h.verdict AS truth, r.data->>'$.language' AS language,
        EXISTS (SELECT 1 FROM e n WHERE n.type = 'report.received' AND n.case_id = r.case_id AND n.ordinal < r.ordinal) AS noticed
        FROM (SELECT e.* FROM e, span WHERE type = 'decision.made' AND data->>'$.origin' = 'rule' AND ts >= a AND ts < z) r
        ASOF JOIN (SELECT case_id, ordinal, data->>'$.verdict' AS verdict FROM e WHERE type = 'decision.made'
            AND data->>'$.origin' IN ('human', 'appeal') AND data->>'$.verdict' <> 'unsure') h
          ON h.case_id = r.case_id AND r.ordinal < h.ordinal"""
    scopes = {"Total number": "true", "Own-initiative ": "NOT noticed", "NAM Total": "noticed", "sv": "language = 'sv'"}
    for scope, condition in scopes.items():
        accuracy, precision, recall = parts.raw.ask(f"""SELECT round(avg((said = truth)::INT), 4),
            round(avg((truth = 'violating')::INT) FILTER (said = 'violating'), 4),
            round(avg((said = 'violating')::INT) FILTER (truth = 'violating'), 4) FROM ({judged}) WHERE {condition}""")[
            0
        ]
        for name, wanted in (("Accuracy", accuracy), ("Precision", precision), ("Recall", recall)):
            row = parts.line(8, Indicator=f"Accuracy of the automated means - {name}", Scope=scope)
            assert row["Value"] == _number(wanted), (scope, name)
    for scope, condition in (
        ("Total number", "true"),
        ("Own-initiative ", "source = 'own_initiative'"),
        ("fr", "language = 'fr'"),
    ):
        solely, rest = parts.raw.ask(
            f"SELECT count(*) FILTER (decided = 'fully'), count(*) FILTER (decided <> 'fully') FROM measure WHERE {condition}"
        )[0]
        assert parts.line(8, Indicator="Number of measures solely taken by automated means ", Scope=scope)[
            "Value"
        ] == str(solely)
        assert parts.line(8, Indicator="Number of measures not taken by automated means", Scope=scope)["Value"] == str(
            rest
        )
    for scope, condition in (("NAM Total", "true"), ("NAM Trusted Flagger", "flagger")):
        solely, count = parts.raw.ask(
            f"SELECT count(*) FILTER (origin = 'rule'), count(*) FROM notice WHERE {condition}"
        )[0]
        assert parts.line(8, Indicator="Number of notices solely processed by automated means ", Scope=scope)[
            "Value"
        ] == str(solely)
        assert parts.line(8, Indicator="Number of notices not processed by automated means", Scope=scope)[
            "Value"
        ] == str(count - solely)


def _outside(parts: Parts) -> None:
    """Orders of member states, disputes before out-of-court bodies, complainants who are suspended."""
    parts.raw.db.execute("""CREATE TABLE orders AS SELECT e.data->>'$.kind' = 'provide_information' AS information,
        e.data->>'$.country' AS state, (e.data->>'$.locations')::INT AS items, reason.category,
        CASE WHEN w.hours > 1 THEN w.hours ELSE 0 END AS confirm,
        CASE WHEN a.data->>'$.effect' <> 'none' THEN (a.data->>'$.after_ms')::DOUBLE / 3.6e6 END AS effect
        FROM e JOIN span ON ts >= a AND ts < z
        LEFT JOIN (SELECT ordinal, changes->>'$[0][2].reason_key' AS reason,
            (epoch_us(ts) - epoch_us((changes->>'$[0][2].received_at')::TIMESTAMPTZ)) / 3.6e9 AS hours FROM e) w USING (ordinal)
        LEFT JOIN reason ON reason.key = w.reason LEFT JOIN e a ON a.subject = e.subject AND a.type = 'order.answered'
        WHERE e.type = 'order.received'""")
    seen = 0
    for state in ("TOTAL", "DE", "SE", "AT"):
        for name in ("TOTAL", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"):
            row = parts.line(3, **{"Category of illegal content": name, "Scope": state})
            wanted = parts.raw.ask(
                "SELECT count(*) FILTER (NOT information), coalesce(sum(items) FILTER (NOT information), 0),"
                " round(median(confirm) FILTER (NOT information), 2), round(median(effect) FILTER (NOT information), 2),"
                " count(*) FILTER (information), round(median(confirm) FILTER (information), 2),"
                " round(median(effect) FILTER (information), 2)"
                " FROM orders WHERE (? = 'TOTAL' OR state = ?) AND (? = 'TOTAL' OR category = ? OR (category LIKE '%OTHER_VIOLATION_TC'"
                " AND ? LIKE '%NOT_SPECIFIED_ORDER'))", state, state, name, name, name,
            )[0]  # fmt: skip
            assert all(map(_near, list(row.values())[6:13], wanted)), (state, name)
            seen += wanted[0]
    assert seen > 5
    rows = {row["Scope"]: row["Value"] for row in parts.rows[7] if row["Section"].startswith("Out-of-court")}
    wanted = parts.raw.ask("""SELECT count(*), count(*) FILTER (o = 'upheld'), count(*) FILTER (o = 'modified'),
        count(*) FILTER (o = 'overturned'),
        round(median(h) FILTER (o <> 'settled'), 2), round(avg(c::INT) FILTER (o IN ('modified', 'overturned')), 4) FROM (
            SELECT d.data->>'$.outcome' AS o, (d.data->>'$.age_ms')::DOUBLE / 3.6e6 AS h, (d.data->>'$.carried_out')::BOOLEAN AS c
            FROM e JOIN span ON ts >= a AND ts < z LEFT JOIN e d ON d.subject = e.subject AND d.type = 'dispute.decided'
            WHERE e.type = 'dispute.opened' AND e.data->>'$.kind' = 'out_of_court')""")[0]
    names = (
        "Total number",
        "Decisions upheld",
        "Decisions partially reversed",
        "Decisions reversed",
        "Median time",
        "Percentage of outcomes implemented",
    )
    assert all(map(_near, [rows[name] for name in names], wanted))
    suspended = parts.raw.one(
        "SELECT count(*) FROM e, span WHERE type = 'complainant.suspended' AND ts >= a AND ts < z"
    )
    last = parts.line(7, Indicator="Number of suspensions enacted for the provision of manifestly unfounded complaints")
    assert last["Value"] == str(suspended)


def _statements_agree(parts: Parts) -> None:
    """Parts 5 and 6 count what goes to the EU's database as own initiative."""
    while submitting.take_up():
        pass
    start, end = reading.bounds(HALF)
    voluntary = Submission.objects.filter(
        number=1, payload__source_type="SOURCE_VOLUNTARY", made_at__gte=start, made_at__lt=end
    )
    due = voluntary.exclude(state=Submission.State.NOT_DUE).count()
    counted = sum(
        int(parts.rows[part][0]["Number of measures taken at the provider's own initiative "]) for part in (5, 6)
    )
    assert due == counted > 0
    assert not Submission.objects.filter(state=Submission.State.BLOCKED).exists()
    if not dsa.why_no_oracle():
        payloads = list(Submission.objects.filter(state=Submission.State.WAITING).values_list("payload", flat=True))
        assert all(answer["ok"] for answer in dsa.ask_oracle(payloads))


def _near(cell: str, value: Any) -> bool:
    """The same number; the last place of a median may fall either way, for the two compute with other fractions of an hour."""
    return cell == _number(value) or (
        bool(cell) and value is not None and abs(float(cell) - float(value)) < 0.0101 and "." in cell
    )


def _number(value: Any) -> str:
    return "" if value is None else layout.number(float(value))
