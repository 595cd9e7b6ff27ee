"""Metrics and dimensions are saved, archived and taken out again. The only writers of them, and what readers ask for them."""

from __future__ import annotations

import csv
import io
import re

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.dialects.expressions import Cases, Expr, In, Name, Value
from watchfloor.insight.events import OwnDimensionSaved, OwnMetricArchived, OwnMetricSaved
from watchfloor.insight.own_metrics.definition import Definition, metric_of
from watchfloor.insight.own_metrics.models import OwnDimension, OwnMetric, OwnMetricVersion
from watchfloor.insight.own_metrics.trying import prove
from watchfloor.insight.schema import DIMENSIONS, SCHEMA
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import writing

DEFINES = "metric.define"
MOST_VALUES = 2_000


def save_metric(actor: Actor, made: Definition, *, rows: str, expected: str, seen: int = 0) -> OwnMetric:
    """Save a metric, new (``seen`` 0) or the next version of the one that was seen; its example must hold.

    Raises:
        BadInput: the definition or its example is wrong, or the key is taken.
        Conflict: somebody saved another version meanwhile.
    """
    _may(actor)
    metric_of(made)
    if made.key in catalogue.shipped() or made.key in SCHEMA:
        raise BadInput(
            "key_taken", f"{made.key!r} is a name of the program's own.", where="key", hint="Choose another key."
        )
    prove(made, rows, expected)
    body = msgspec.to_builtins(made)
    with writing(actor) as w:
        row = OwnMetric.objects.select_for_update().filter(key=made.key).first()
        if row is not None and not seen:
            raise BadInput(
                "key_taken",
                f"There is a metric {made.key!r} already.",
                where="key",
                hint="Change that one, or choose another key.",
            )
        if row is not None and row.number != seen:
            raise Conflict(
                "saved_meanwhile",
                "Somebody saved this metric meanwhile.",
                hint="Open it again and look at what they wrote.",
            )
        values = {
            "body": body, "rows": rows[:20_000], "expected": expected.strip()[:40], "changed_by": w.actor, "changed_at": clock.now(),
            "number": 1 if row is None else row.number + 1,
        }  # fmt: skip
        row = w.create(OwnMetric, key=made.key, **values) if row is None else w.update(row, **values, archived_at=None)
        w.create(OwnMetricVersion, key=made.key, number=row.number, body=body, saved_by=w.actor, saved_at=clock.now())
        w.event(OwnMetricSaved(key=made.key, number=row.number, kind=made.kind), row)
    forget()
    return row


def archive_metric(actor: Actor, key: str, *, back: bool = False) -> OwnMetric:
    """Put a metric away, or (``back``) take it out again. Its versions stay."""
    _may(actor)
    with writing(actor) as w:
        row = OwnMetric.objects.select_for_update().filter(key=key).first()
        if row is None:
            raise NotFound("no_metric", "There is no such metric.")
        row = w.update(row, archived_at=None if back else clock.now())
        w.event(OwnMetricArchived(key=key, back=back), row)
    forget()
    return row


def save_dimension(
    actor: Actor,
    *,
    key: str,
    title: str,
    base: str,
    groups: dict[str, str],
    otherwise: str = "",
    archived: bool = False,
) -> OwnDimension:
    """Save a dimension whose values are groups of another's.

    Raises:
        BadInput: what is wrong, and where.
    """
    _may(actor)
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,39}", key) or key in SCHEMA or key in ("bucket", "hour"):
        raise BadInput(
            "bad_key", "A key is 3 to 40 small letters, digits and _, and no name of the program's own.", where="key"
        )
    if not title.strip() or len(title) > 80 or "%" in title:
        raise BadInput("no_title", "Give it a name of at most 80 letters, without a per cent sign.", where="title")
    if base not in DIMENSIONS:
        raise BadInput("unknown_dimension", f"{base[:40]!r} is no dimension.", where="base", hint=", ".join(DIMENSIONS))
    if not 0 < len(groups) <= MOST_VALUES:
        raise BadInput("no_groups", f"Give between one and {MOST_VALUES:,} values a group.", where="groups")
    if any(not value or not group or len(value) > 120 or len(group) > 80 for value, group in groups.items()):
        raise BadInput("bad_group", "Each value has a group of at most 80 letters.", where="groups")
    values = {
        "title": title.strip(), "base": base, "groups": groups, "otherwise": otherwise.strip()[:80],
        "archived_at": clock.now() if archived else None, "changed_at": clock.now(),
    }  # fmt: skip
    with writing(actor) as w:
        row = OwnDimension.objects.select_for_update().filter(key=key).first()
        if row is None:
            row = w.create(OwnDimension, key=key, changed_by=w.actor, **values)
        else:
            row = w.update(row, changed_by=w.actor, number=row.number + 1, **values)
        w.event(OwnDimensionSaved(key=key, base=base, values=len(groups), archived=archived), row)
    forget()
    return row


def read_groups(text: str) -> dict[str, str]:
    """``{value: group}`` from CSV lines ``value,group``; a first line ``value,group`` is a header."""
    found: dict[str, str] = {}
    for place, line in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff").strip())), start=1):
        cells = [cell.strip() for cell in line]
        if not any(cells) or (place == 1 and [cell.lower() for cell in cells] == ["value", "group"]):
            continue
        if len(cells) != 2 or not all(cells):
            raise BadInput("bad_line", f"Line {place} cannot be read.", where="groups", hint="For example: DE,Europe")
        if found.get(cells[0], cells[1]) != cells[1]:
            raise BadInput("two_groups", f"Line {place}: {cells[0]!r} has a group already.", where="groups")
        found[cells[0]] = cells[1]
    return found


def metrics() -> dict[str, Metric]:
    """Teams' metrics that are in use, by key."""
    return _metrics()


def dimensions() -> dict[str, OwnDimension]:
    """Teams' dimensions that are in use, by key."""
    return _dimensions()


def expressions() -> dict[str, Expr]:
    """Of each of teams' dimensions, its value in terms of a fact's columns."""
    return {key: _expression(row) for key, row in dimensions().items()}


def titles() -> dict[str, str]:
    """All dimensions by key, with their names: the shipped ones, then teams' own."""
    return {**DIMENSIONS, **{key: row.title for key, row in dimensions().items()}}


def forget() -> None:
    """What was remembered has changed."""
    _metrics.forget()
    _dimensions.forget()


def _expression(row: OwnDimension) -> Expr:
    groups: dict[str, list[str]] = {}
    for value, group in row.groups.items():
        groups.setdefault(group, []).append(value)
    cases = tuple((In(Name(row.base), tuple(values)), Value(group)) for group, values in groups.items())
    return Cases(cases, Value(row.otherwise) if row.otherwise else None)


def _may(actor: Actor) -> None:
    if not actor.has(DEFINES):
        raise Forbidden("no_permission", "Your roles do not include defining metrics.", hint="Ask a program manager.")


def _read_metrics() -> dict[str, Metric]:
    rows = OwnMetric.objects.filter(archived_at__isnull=True).order_by("key")
    return {row.key: metric_of(msgspec.convert(row.body, Definition)) for row in rows}


def _read_dimensions() -> dict[str, OwnDimension]:
    return {row.key: row for row in OwnDimension.objects.filter(archived_at__isnull=True).order_by("key")}


_metrics = Remembered(_read_metrics)
_dimensions = Remembered(_read_dimensions)
