"""The star schema as a page: every table with its columns, from the declaration that makes them."""

from __future__ import annotations

from docs_tools.text import code, prose, table


def page() -> str:
    """The page as Markdown."""
    from watchfloor.insight.star.making import TABLES

    lines = [
        "# Star schema", "",
        "Written from the declaration (`insight/star`). `watchfloor export star DIR` writes these tables as Parquet; `POST /v1/sql` and",
        "[BI tools](../how-to/bi-tools.md) ask them. Times are UTC. `..._key` columns lead to the table `dim_...`; a key is made from the name",
        "alone, so it is the same in every export; 0 is a name that is not known.", "",
    ]  # fmt: skip
    for title, measures in (("Tables of measures", True), ("Tables of names", False)):
        lines += [f"## {title}", ""]
        for each in TABLES.values():
            if each.measures == measures:
                lines += [f"### {each.name}", "", prose(each.doc), ""]
                lines += table(("column", "type", ""), [(code(c.name), c.type, c.doc) for c in each.columns])
    return "\n".join(lines)
