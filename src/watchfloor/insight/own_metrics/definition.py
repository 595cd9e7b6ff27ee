"""What a team's own metric may be made of, and how it becomes one of the catalogue's. Pure: no Django, no database.

There is no SQL in a definition: a population from a list, conditions of field, operator and values, a field to add up. Values become
quoted literals of the dialect, field names must be in the list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from watchfloor.insight.catalogue import THEMES, Metric
from watchfloor.insight.schema import DIMENSIONS, SCHEMA
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_


class Population(msgspec.Struct, frozen=True):
    """Rows one can start from; ``given`` is what each of them has."""

    title: str
    where: str
    given: Mapping[str, Any]
    clock_words: str


POPULATIONS: dict[str, Population] = {
    "reports": Population(
        N_("Reports received"), "type = 'report.received'", {"type": "report.received"}, "reports received in the interval"
    ),
    "opened": Population(
        N_("Cases opened or reopened"), "type IN ('case.opened', 'case.reopened')", {"type": "case.opened"},
        "cases opened or reopened in the interval",
    ),
    "solved": Population(
        N_("Cases solved"), "(type = 'job.decided' AND solves) OR (type = 'case.closed' AND how IN ('auto', 'bulk'))",
        {"type": "job.decided", "solves": True}, "cases closed in the interval",
    ),
    "ready": Population(N_("Jobs made ready"), "type = 'job.ready'", {"type": "job.ready"}, "jobs made ready in the interval"),
    "taken": Population(N_("Jobs taken"), "type = 'job.leased'", {"type": "job.leased"}, "jobs taken in the interval"),
    "given_back": Population(
        N_("Jobs given back"), "type = 'job.released' AND why <> 'stepped_back'", {"type": "job.released", "why": "skipped"},
        "jobs given back in the interval",
    ),
    "decided": Population(N_("Jobs decided"), "type = 'job.decided'", {"type": "job.decided"}, "jobs decided in the interval"),
    "decisions": Population(N_("Decisions"), "type = 'decision.made'", {"type": "decision.made"}, "decisions made in the interval"),
    "appeals": Population(N_("Appeals filed"), "type = 'appeal.filed'", {"type": "appeal.filed"}, "appeals filed in the interval"),
    "appeals_decided": Population(
        N_("Appeals decided"), "type = 'appeal.decided'", {"type": "appeal.decided"}, "appeals decided in the interval"
    ),
    "escalations": Population(
        N_("Escalations"), "type = 'escalation.raised'", {"type": "escalation.raised"}, "escalations raised in the interval"
    ),
    "actions": Population(N_("Actions taken"), "type = 'action.taken'", {"type": "action.taken"}, "actions taken in the interval"),
    "pages": Population(N_("Pages"), "type = 'page.raised'", {"type": "page.raised"}, "pages raised in the interval"),
}  # fmt: skip
MORE_FIELDS: dict[str, str] = {
    "cause": N_("Cause"), "why": N_("Why"), "how": N_("How"), "outcome": N_("Outcome"), "joined": N_("What the report did"),
    "detail": N_("Reason for giving back"), "reporter_kind": N_("Kind of reporter"), "harm_group": N_("Harm group"),
}  # fmt: skip
NUMBERS: dict[str, str] = {
    "age_ms": N_("Age (seconds)"), "wait_ms": N_("Wait (seconds)"), "active_ms": N_("Active time of the touch (seconds)"),
    "active_total_ms": N_("Active time of the job (seconds)"), "late_ms": N_("Lateness (seconds)"), "touches": N_("Touches"),
    "severity": N_("Severity"),
}  # fmt: skip
TEXTS: dict[str, str] = {name: title for name, title in {**DIMENSIONS, **MORE_FIELDS}.items() if name != "severity"}
# What some fields can hold at all; of others the floor decides.
KNOWN: dict[str, tuple[str, ...]] = {
    "verdict": ("violating", "clean", "unsure"), "kind": ("review", "second", "appeal", "escalation", "qa", "golden"),
    "origin": ("human", "rule", "appeal", "undo"), "outcome": ("upheld", "overturned", "modified"),
    "cause": ("new", "reopened", "transfer", "appeal", "escalation", "second"), "how": ("manual", "auto", "bulk"),
    "joined": ("opened", "reopened", "open", "cooling", "muted"),
    "detail": ("language", "expertise", "conflict", "wellbeing", "technical", "other"),
}  # fmt: skip
OPERATORS: dict[str, str] = {
    "in": N_("is one of"), "not_in": N_("is none of"), "known": N_("is known"), "unknown": N_("is not known"),
    "at_least": N_("is at least"), "at_most": N_("is at most"),
}  # fmt: skip
KINDS: dict[str, str] = {
    "count": N_("How many"), "share": N_("Which share"), "mean": N_("The mean of a field"), "sum": N_("The sum of a field"),
    "quantile": N_("A percentile of a field"),
}  # fmt: skip
MOST = 6
_KEY = re.compile(r"[a-z][a-z0-9_]{2,39}")


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition: ``values`` are texts, or one number for ``at_least`` and ``at_most`` (seconds for times)."""

    field: str
    op: str
    values: tuple[str, ...] = ()


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metric of a team's own. ``of`` says which share of the rows is meant; ``q`` which percentile (0.9)."""

    key: str
    title: str
    kind: str
    population: str
    where: tuple[Condition, ...] = ()
    of: tuple[Condition, ...] = ()
    field: str = ""
    q: float = 0.5
    direction: str = "neutral"
    theme: str = "volume"
    owner: str = ""
    formula: str = ""
    pitfalls: str = ""


def check(made: Definition) -> None:
    """Refuse what is no metric.

    Raises:
        BadInput: with the field and how to mend it.
    """
    if not _KEY.fullmatch(made.key):
        raise BadInput(
            "bad_key", "A key is 3 to 40 small letters, digits and _.", where="key", hint="For example: late_spam"
        )
    if not made.title.strip() or len(made.title) > 80:
        raise BadInput("no_title", "Give it a name of at most 80 letters.", where="title")
    for name in ("title", "formula", "pitfalls", "owner"):
        if "%" in getattr(made, name):
            raise BadInput(
                "per_cent", "Write per cent in words: the sign has another meaning in these texts.", where=name
            )
        if len(getattr(made, name)) > 400:
            raise BadInput("too_long", "That is longer than 400 letters.", where=name)
    for name, known in (("kind", KINDS), ("population", POPULATIONS), ("theme", THEMES)):
        if getattr(made, name) not in known:
            raise BadInput(
                f"unknown_{name}", f"{getattr(made, name)[:40]!r} is not known.", where=name, hint=", ".join(known)
            )
    if made.direction not in ("up", "down", "neutral"):
        raise BadInput("unknown_direction", "The good direction is up, down or neutral.", where="direction")
    if made.kind in ("mean", "sum", "quantile") and made.field not in NUMBERS:
        raise BadInput("no_field", "Choose the field to compute with.", where="field", hint=", ".join(NUMBERS))
    if made.kind == "quantile" and not 0 < made.q < 1:
        raise BadInput(
            "bad_percentile", "A percentile is between 0 and 1.", where="q", hint="0.9: nine of ten are below it."
        )
    if made.kind == "share" and not made.of:
        raise BadInput("no_share", "Say which of the rows are meant.", where="of.0.field")
    for name, conditions in (("where", made.where), ("of", made.of)):
        if len(conditions) > MOST:
            raise BadInput("too_many", f"At most {MOST} conditions.", where=name)
        for place, condition in enumerate(conditions):
            _check(condition, f"{name}.{place}")


def _check(one: Condition, where: str) -> None:
    if one.field not in TEXTS and one.field not in NUMBERS:
        raise BadInput(
            "unknown_field",
            f"{one.field[:40]!r} is no field.",
            where=f"{where}.field",
            hint=", ".join((*TEXTS, *NUMBERS)),
        )
    if one.op not in OPERATORS:
        raise BadInput(
            "unknown_operator", f"{one.op[:20]!r} is no operator.", where=f"{where}.op", hint=", ".join(OPERATORS)
        )
    at = f"{where}.values"
    if one.op in ("at_least", "at_most"):
        if one.field not in NUMBERS or len(one.values) != 1 or not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", one.values[0]):
            raise BadInput(
                "bad_number", "This compares a number: choose a field of numbers and write one number.", where=at
            )
    elif one.op in ("in", "not_in"):
        if one.field not in TEXTS:
            raise BadInput("bad_operator", "Numbers are compared with at least and at most.", where=f"{where}.op")
        if not one.values or len(one.values) > 100 or any(not value or len(value) > 120 for value in one.values):
            raise BadInput("no_values", "Write at least one value, at most a hundred, separated by commas.", where=at)
        unknown = [value for value in one.values if one.field in KNOWN and value not in KNOWN[one.field]]
        if unknown:
            raise BadInput(
                "unknown_value", f"{unknown[0][:40]!r} is no value of it.", where=at, hint=", ".join(KNOWN[one.field])
            )


def metric_of(made: Definition) -> Metric:
    """The metric as the catalogue has them."""
    check(made)
    population = POPULATIONS[made.population]
    where = " AND ".join([f"({population.where})", *(_text(each) for each in made.where)])
    unit = "count"
    if made.kind == "share":
        unit = "share"
    elif made.kind in ("mean", "sum", "quantile"):
        unit = "ms" if made.field.endswith("_ms") else "number"
    return Metric(
        key=made.key, title=made.title.strip(), formula=made.formula.strip() or made.title.strip(), grain=population.title,
        cohort=population.clock_words, kind=made.kind, unit=unit, direction=made.direction, pitfalls=made.pitfalls.strip() or "-",
        theme=made.theme, where=where, of=" AND ".join(_text(each) for each in made.of), field=made.field if made.kind not in
        ("count", "share") else "", q=made.q, owner=made.owner.strip() or "-", own=True,
    )  # fmt: skip


def _text(one: Condition) -> str:
    """A condition in the catalogue's language."""
    match one.op:
        case "known":
            return f"({one.field} IS NOT NULL)"
        case "unknown":
            return f"({one.field} IS NULL)"
        case "at_least" | "at_most":
            number = float(one.values[0]) * (1000 if one.field.endswith("_ms") else 1)
            return f"({one.field} {'>=' if one.op == 'at_least' else '<='} {number:g})" if number < 1e6 else (
                f"({one.field} {'>=' if one.op == 'at_least' else '<='} {int(number)})"
            )  # fmt: skip
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in one.values)
    if one.op == "in":
        return f"({one.field} IN ({values}))"
    return f"({one.field} IS NULL OR NOT {one.field} IN ({values}))"


def example_columns(made: Definition) -> list[str]:
    """The columns example rows need: what the definition speaks of."""
    found = [each.field for each in (*made.where, *made.of)] + (
        [made.field] if made.field and made.kind not in ("count", "share") else []
    )
    return list(dict.fromkeys(found)) or ["queue"]


def column_kind(name: str) -> Any:
    """The type of a fact's column."""
    return SCHEMA[name]
