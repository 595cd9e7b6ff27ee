"""The figures of a transparency report a second time: DuckDB over the ledger's raw events as JSON lines, sharing no code with ours."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

EEA = (
    "'AT','BE','BG','CY','CZ','DE','DK','EE','ES','FI','FR','GR','HR','HU','IE','IS','IT','LI','LT','LU','LV','MT','NL','NO','PL',"
    "'PT','RO','SE','SI','SK','EU'"
)
_COLUMN = """CASE json_extract_string(a, '$.does')
  WHEN 'remove' THEN 'Visibility restriction Removal' WHEN 'geo_restrict' THEN 'Visibility restriction Disable'
  WHEN 'stop_stream' THEN 'Visibility restriction Disable' WHEN 'reduce_reach' THEN 'Visibility restriction Demoted'
  WHEN 'age_gate' THEN 'Visibility restriction Age restricted' WHEN 'label' THEN 'Visibility restriction Labelled '
  WHEN 'limit_features' THEN 'Provision of the service Suspension' WHEN 'revoke_app_token' THEN 'Provision of the service Suspension'
  WHEN 'lock' THEN 'Account restriction Suspension'
  WHEN 'suspend' THEN CASE WHEN json_extract_string(a, '$.ends_at') IS NULL THEN 'Account restriction Termination'
    ELSE 'Account restriction Suspension' END
  WHEN 'warn' THEN NULL ELSE 'Visibility restriction Other' END"""


class Raw:
    """Raw events of a period, and the questions to them."""

    def __init__(
        self, folder: Path, categories_csv: Path, start: datetime, end: datetime, reasons: dict[str, str]
    ) -> None:
        self.db = duckdb.connect()
        path = folder / "events.jsonl"
        with connection.cursor() as cursor, path.open("w") as out:
            cursor.execute(
                "SELECT ordinal, type, at, subject, case_id, data::text, changes::text FROM ledger_event ORDER BY ordinal"
            )
            for ordinal, type_, at, subject, case, data, changes in cursor.fetchall():
                row = {"ordinal": ordinal, "type": type_, "ts": at.strftime("%Y-%m-%d %H:%M:%S.%f"), "subject": subject,
                       "case_id": str(case), "data": json.loads(data), "changes": json.loads(changes)}  # fmt: skip
                out.write(json.dumps(row) + "\n")
        self.db.execute(
            "CREATE TABLE e AS SELECT ordinal, type, ts::TIMESTAMP AS ts, subject, case_id, data::JSON AS data,"
            " changes::JSON AS changes FROM read_json(?, format='newline_delimited', columns={"
            "ordinal: 'BIGINT', type: 'VARCHAR', ts: 'VARCHAR', subject: 'VARCHAR', case_id: 'VARCHAR', data: 'JSON', changes: 'JSON'})",
            [str(path)],
        )
        self.db.execute("CREATE TABLE reason (key VARCHAR, category VARCHAR)")
        self.db.executemany("INSERT INTO reason VALUES (?, ?)", list(reasons.items()))
        self.db.execute(
            "CREATE TABLE names AS SELECT * FROM read_csv(?, header=true, all_varchar=true, names=['label', 'name', 'code', 'note'])",
            [str(categories_csv)],
        )
        self.db.execute(
            "CREATE TABLE word AS SELECT c.code AS category, k.code AS keyword FROM"
            " names k JOIN names c"
            " ON regexp_matches(k.label, '^' || c.label || '[a-z]$') WHERE k.code LIKE 'KEYWORD%' AND c.code LIKE 'STATEMENT%'"
        )
        self.db.execute(
            f"CREATE TABLE span AS SELECT TIMESTAMP '{start:%Y-%m-%d}' AS a, TIMESTAMP '{end:%Y-%m-%d}' AS z"
        )
        self._measures()
        self._notices()

    def _measures(self) -> None:
        self.db.execute(f"""
            CREATE TABLE measure AS WITH row AS (
              SELECT e.ordinal, json_extract(c, '$[2]') AS v FROM e, span,
                unnest(from_json(e.changes, '["json"]')) AS u(c)
              WHERE e.type = 'statement.made' AND e.ts >= a AND e.ts < z AND json_extract_string(c, '$[0]') = 'enforcement_statement'
            ), flat AS (
              SELECT ordinal, json_extract_string(v, '$.decision_id') AS decision, json_extract_string(v, '$.dsa_category') AS category,
                coalesce(json_extract_string(v, '$.dsa_keywords[0]'), '') AS keyword, json_extract_string(v, '$.ground') AS ground,
                json_extract_string(v, '$.source') AS source, (v->>'$.detected_automatically')::BOOLEAN AS detected,
                json_extract_string(v, '$.decided') AS decided, lower(left(json_extract_string(v, '$.content_language'), 2)) AS language,
                from_json(json_extract(v, '$.territory'), '["varchar"]') AS territory,
                list_filter(list_transform(from_json(json_extract(v, '$.actions'), '["json"]'), lambda a: {_COLUMN}),
                  lambda x: x IS NOT NULL) AS columns
              FROM row
            )
            SELECT flat.* REPLACE (CASE WHEN list_contains(columns, 'Account restriction Termination')
                THEN list_filter(columns, lambda x: x <> 'Account restriction Suspension') ELSE columns END AS columns),
              CASE WHEN EXISTS (SELECT 1 FROM word WHERE word.category = flat.category AND word.keyword = flat.keyword)
                THEN keyword ELSE 'KEYWORD_OTHER' END AS sub
            FROM flat WHERE len(columns) > 0 AND (len(territory) = 0 OR list_has_any(territory, [{EEA}]))
        """)

    def _notices(self) -> None:
        self.db.execute(f"""
            CREATE TABLE notice AS
            SELECT r.ordinal, r.kind = 'trusted_flagger' AS flagger, coalesce(reason.category, '') AS category, d.verdict, d.origin,
              CASE WHEN d.verdict = 'violating' THEN (epoch_us(d.ts) - epoch_us(r.ts) + r.wait * 1000) / 3.6e9 END AS hours
            FROM (SELECT ordinal, ts, case_id, data->>'$.reporter_kind' AS kind, data->>'$.market' AS market, data->>'$.reason' AS reason,
                    (data->>'$.wait_ms')::BIGINT AS wait FROM e, span WHERE type = 'report.received' AND ts >= a AND ts < z) r
            LEFT JOIN reason ON reason.key = r.reason
            ASOF LEFT JOIN (SELECT ordinal, case_id, ts, data->>'$.verdict' AS verdict, data->>'$.origin' AS origin FROM e
                WHERE type = 'decision.made' AND data->>'$.verdict' <> 'unsure' AND data->>'$.origin' <> 'undo') d
              ON r.case_id = d.case_id AND r.ordinal < d.ordinal
            WHERE r.kind = 'trusted_flagger' OR (r.kind = 'user' AND (r.market = '' OR r.market IN ({EEA})))
        """)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.db.execute(query, list(values)).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The only value of a query."""
        [[value]] = self.ask(query, *values)
        return value
