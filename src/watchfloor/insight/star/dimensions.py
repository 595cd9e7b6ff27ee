"""The tables of names: what the measures are split by. Each holds only what occurs in facts one may see, and a row 0 for "not known".

What the facts do not say of a name (a queue's title, a policy's versions) comes as ``Known``: rows read from the database and
written into the SQL as values, so that the same text runs in a process that has no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from watchfloor.insight.persons import TOLD
from watchfloor.insight.star.declaration import KEY, Column, Table, key_of, quoted

Known: TypeAlias = Mapping[str, Sequence[tuple[object, ...]]]

# name -> (columns, types) of what is read from the database.
KNOWN: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "queues": (("key", "VARCHAR"), ("title", "VARCHAR"), ("kind", "VARCHAR"), ("archived", "BOOLEAN")),
    "versions": (
        ("policy", "VARCHAR"), ("number", "INTEGER"), ("title", "VARCHAR"), ("harm_group", "VARCHAR"), ("severity", "SMALLINT"),
        ("valid_from", "TIMESTAMP"),
    ),
    "violations": (("key", "VARCHAR"), ("title", "VARCHAR"), ("clause", "VARCHAR"), ("policy", "VARCHAR"), ("severity", "SMALLINT")),
    "vendors": (("key", "VARCHAR"), ("title", "VARCHAR"), ("site", "VARCHAR")),
    "item_types": (("key", "VARCHAR"), ("title", "VARCHAR")),
}  # fmt: skip

_TOLD: Final = f"type IN {TOLD}"
PSEUDONYM: Final = "substr(sha256($salt || r.reviewer), 1, 12)"
# A reviewer at a vendor, in a team: another vendor or team is another row, so that what was done stays with whom one was then.
REVIEWER: Final = f"{PSEUDONYM} || '|' || coalesce(r.vendor, '') || '|' || coalesce(r.team, '')"


_VERSION: Final = key_of("r.policy || '#' || r.number")


def known_sql(name: str, rows: Sequence[tuple[object, ...]]) -> str:
    """Rows of ``KNOWN`` as a SELECT, typed also where there are none."""
    columns = KNOWN[name]
    named = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in columns)
    names = ", ".join(column for column, _kind in columns)
    given = [*rows] or [tuple(None for _ in columns)]
    values = ", ".join("(" + ", ".join(quoted(each) for each in row) + ")" for row in given)
    return f"SELECT {named} FROM (VALUES {values}) AS v({names})" + ("" if rows else " WHERE false")


def _names(dimension: str, what: str, more: tuple[Column, ...] = (), join: str = "") -> Table:
    """One row for each value of a column of facts, and row 0."""
    columns = (
        Column(f"{dimension}_key", KEY, "The key: the same in every export.", key_of("r.name")),
        Column(dimension, "VARCHAR", f"{what}; (none) where it is not known.", "coalesce(r.name, '(none)')"),
        *more,
    )
    source = (
        f"SELECT s.name, x.* FROM (SELECT DISTINCT nullif({dimension}, '') AS name FROM facts UNION SELECT NULL) AS s {join}"
        if join
        else f"SELECT DISTINCT nullif({dimension}, '') AS name FROM facts UNION SELECT NULL"
    )
    return Table(name=f"dim_{dimension}", doc=f"{what}.", columns=columns, source=source)


def _joined(known: str, on: str = "key") -> str:
    return f"LEFT JOIN {known} AS x ON x.{on} = s.name"


_TITLE: Final = Column(
    "title", "VARCHAR", "As it is called now; the name where nothing is known.", "coalesce(r.title, r.name, '(none)')"
)

_DATE = Table(
    name="dim_date",
    doc="One row for each day (UTC) from the first fact to the last.",
    columns=(
        Column("date_key", "INTEGER", "YYYYMMDD.", "CAST(strftime(r.day, '%Y%m%d') AS INTEGER)"),
        Column("date", "DATE", "The day.", "r.day"),
        Column("year", "INTEGER", "Year.", "year(r.day)"),
        Column("quarter", "INTEGER", "1 to 4.", "quarter(r.day)"),
        Column("month", "INTEGER", "1 to 12.", "month(r.day)"),
        Column("day_of_month", "INTEGER", "1 to 31.", "day(r.day)"),
        Column("iso_year", "INTEGER", "The year its ISO week belongs to.", "isoyear(r.day)"),
        Column("iso_week", "INTEGER", "ISO week, 1 to 53; weeks begin on Monday.", "weekofyear(r.day)"),
        Column("weekday", "INTEGER", "1 Monday to 7 Sunday.", "isodow(r.day)"),
        Column("weekday_name", "VARCHAR", "In English.", "dayname(r.day)"),
        Column("weekend", "BOOLEAN", "Saturday or Sunday.", "isodow(r.day) > 5"),
    ),
    source=(
        "SELECT CAST(unnest(generate_series(s.first, s.last, INTERVAL 1 DAY)) AS DATE) AS day FROM (SELECT "
        "date_trunc('day', min(moment))::TIMESTAMP AS first, date_trunc('day', greatest(max(moment), max(due_at)))::TIMESTAMP AS last "
        "FROM facts HAVING count(*) > 0) AS s"
    ),
)
_HOUR = Table(
    name="dim_hour",
    doc="The 24 hours of a day (UTC).",
    columns=(
        Column("hour_key", "INTEGER", "0 to 23.", "CAST(r.hour AS INTEGER)"),
        Column("label", "VARCHAR", "As it is written: 09:00.", "printf('%02d:00', CAST(r.hour AS INTEGER))"),
        Column("part", "VARCHAR", "night (0-5), morning, afternoon or evening: six hours each.",
               "['night', 'morning', 'afternoon', 'evening'][CAST(floor(r.hour / 6) AS INTEGER) + 1]"),
    ),
    source="SELECT unnest(range(24)) AS hour",
)  # fmt: skip
_POLICY = Table(
    name="dim_policy",
    doc="One row for each version of a policy that was in force (kept apart over time): measures lead to the version in force then.",
    columns=(
        Column("policy_key", KEY, "The key of policy and version; 0: no policy.",
               f"CASE WHEN r.policy IS NULL THEN 0 ELSE {_VERSION} END"),
        Column("policy", "VARCHAR", "The policy's key.", "coalesce(r.policy, '(none)')"),
        Column("version", "INTEGER", "The version's number; 0: before any was in force.", "r.number"),
        Column("title", "VARCHAR", "The policy's name now.", "coalesce(r.title, r.policy, '(none)')"),
        Column("harm_group", "VARCHAR", "What cases are opened under.", "r.harm_group"),
        Column("severity", "SMALLINT", "0 nuisance to 5 threat to life.", "r.severity"),
        Column("valid_from", "TIMESTAMP", "In force from (UTC); null: before any version.", "r.valid_from"),
        Column("valid_until", "TIMESTAMP", "Until the next version came into force; null: it is in force.", "r.valid_until"),
        Column("is_current", "BOOLEAN", "It is in force.", "r.policy IS NOT NULL AND r.valid_until IS NULL"),
    ),
    source=(
        "SELECT p.policy, v.number, v.title, v.harm_group, v.severity, v.valid_from, "
        "lead(v.valid_from) OVER (PARTITION BY p.policy ORDER BY v.valid_from) AS valid_until "
        "FROM (SELECT DISTINCT policy FROM facts WHERE policy <> '') AS p JOIN versions AS v ON v.policy = p.policy "
        "UNION ALL SELECT p.policy, 0, NULL, NULL, NULL, NULL, (SELECT min(valid_from) FROM versions AS v WHERE v.policy = p.policy) "
        "FROM (SELECT DISTINCT policy FROM facts WHERE policy <> '') AS p UNION ALL SELECT NULL, 0, NULL, NULL, NULL, NULL, NULL"
    ),
)  # fmt: skip
_REVIEWER = Table(
    name="dim_reviewer",
    doc=(
        "One row for each reviewer at a vendor in a team (kept apart over time: who changes either gets a new row), without a name: "
        "a pseudonym made with a secret of this installation. Only who decided is here."
    ),
    columns=(
        Column("reviewer_key", KEY, "The key of person, vendor and team; 0: nobody.", key_of("r.who")),
        Column(
            "reviewer", "VARCHAR", "The pseudonym: the same person has one in all rows.", "coalesce(r.person, '(none)')"
        ),
        Column("vendor_key", KEY, "To dim_vendor.", key_of("r.vendor")),
        Column("team_key", KEY, "To dim_team.", key_of("r.team")),
        Column("valid_from", "TIMESTAMP", "The first decision there (UTC).", "r.valid_from"),
        Column("valid_until", "TIMESTAMP", "The last one.", "r.valid_until"),
    ),
    source=(
        f"SELECT {REVIEWER} AS who, {PSEUDONYM} AS person, r.vendor AS vendor, r.team AS team, min(r.moment) AS valid_from, "
        f"max(r.moment) AS valid_until FROM facts AS r WHERE {_TOLD} AND r.reviewer IS NOT NULL GROUP BY 1, 2, 3, 4 "
        "UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL"
    ),
)

DIMENSIONS: Final[tuple[Table, ...]] = (
    _DATE,
    _HOUR,
    _names("queue", "Where jobs wait", (
        _TITLE, Column("kind", "VARCHAR", "review, appeal or escalation.", "r.kind"),
        Column("archived", "BOOLEAN", "It is no longer used.", "coalesce(r.archived, false)"),
    ), _joined("queues")),
    _names("market", "Jurisdiction (not the language)"),
    _POLICY,
    _names("violation", "What a reviewer picked", (
        _TITLE, Column("clause", "VARCHAR", "Its clause of the policy.", "r.clause"),
        Column("policy", "VARCHAR", "The policy's key.", "r.policy"),
        Column("severity", "SMALLINT", "0 nuisance to 5 threat to life.", "r.severity"),
    ), _joined("violations")),
    _names("language", "Language of the item"),
    _names("vendor", "Company that supplies reviewers", (
        _TITLE, Column("site_key", KEY, "To dim_site.", key_of("r.site")),
    ), _joined("vendors")),
    Table(
        name="dim_site", doc="Places where vendors work.",
        columns=(
            Column("site_key", KEY, "The key: the same in every export.", key_of("r.site")),
            Column("site", "VARCHAR", "The place; (none) where it is not known.", "coalesce(r.site, '(none)')"),
        ),
        source="SELECT DISTINCT x.site AS site FROM facts JOIN vendors AS x ON x.key = facts.vendor WHERE x.site <> '' UNION SELECT NULL",
    ),
    Table(
        name="dim_team", doc="Teams of reviewers, of decisions only.",
        columns=(
            Column("team_key", KEY, "The key: the same in every export.", key_of("r.team")),
            Column("team", "VARCHAR", "The team; (none) where it is not known.", "coalesce(r.team, '(none)')"),
        ),
        source=f"SELECT DISTINCT nullif(team, '') AS team FROM facts WHERE {_TOLD} UNION SELECT NULL",
    ),
    _REVIEWER,
    _names("channel", "Through what a report or signal came"),
    _names("item_type", "Kind of item", (_TITLE,), _joined("item_types")),
)  # fmt: skip
