"""How a text of a rule stands before its gates: its tests run now, its newest backtest, who agreed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

import msgspec

from watchfloor.detection import examples, facts, meaning, ruleset
from watchfloor.detection.domain.gates import (
    DAY_HITS,
    PROTECTED_HITS,
    Case,
    Gate,
    Limits,
    Radius,
    awaits_approval,
    gates,
)
from watchfloor.detection.models import Evidence, Rule
from watchfloor.engines import sml
from watchfloor.kernel.errors import BadInput


def limits() -> Limits:
    """From where on a second person must agree: ``WATCHFLOOR_APPROVE_HITS_PER_DAY``, ``WATCHFLOOR_APPROVE_PROTECTED_HITS``."""
    return Limits(
        _number("WATCHFLOOR_APPROVE_HITS_PER_DAY", DAY_HITS),
        _number("WATCHFLOOR_APPROVE_PROTECTED_HITS", PROTECTED_HITS),
    )


def with_meaning(rule: Rule) -> Rule:
    """The rule, its fingerprint filled in where its row is older than fingerprints."""
    if not rule.meaning:
        rule.meaning = meaning.of_set(ruleset.current().rules).get(rule.name, "")
    return rule


def case_of(rule: Rule, means: str, *, asker: str, tests: Sequence[examples.Result] | None = None) -> Case:
    """Everything the gates ask of the text of this meaning, for a step that ``asker`` wants to take.

    Args:
        tests: how the text's tests came out, where that is known; else they are run.
    """
    rows = list(Evidence.objects.filter(rule=rule.name, meaning=means).order_by("made_at", "pk"))
    results = examples.run(rule.name, set_of(rule, means)) if tests is None else tests
    return msgspec.structs.replace(
        _case(rule, rows, asker=asker),
        must_fire=sum(result.fires for result in results),
        must_not=sum(not result.fires for result in results),
        failing=tuple(result.name for result in results if result.failure),
    )


def _case(rule: Rule, rows: list[Evidence], *, asker: str) -> Case:
    """What the evidence of one text says, oldest first; nothing of its tests."""
    attested = next((row.words for row in rows if row.kind == Evidence.Kind.ATTESTED), "")
    backtest = next((row for row in reversed(rows) if row.kind == Evidence.Kind.BACKTEST), None)
    return Case(
        backtest_events=backtest.data["events"] if backtest is not None else None,
        radius=Radius(backtest.data["hits_per_day"], backtest.data["protected"]) if backtest is not None else None,
        attested=attested,
        approved_by=tuple(row.made_by for row in rows if row.kind == Evidence.Kind.APPROVAL),
        asker=asker,
        author=rule.text_by,
    )


def waiting_for_approval(rules: Collection[Rule]) -> set[str]:
    """Names of the rules whose newest text is not put on yet, hits more than one person may decide about, and has no second one.

    Their tests are not run for it: whoever is to agree may read the backtest before.
    """
    texts = {rule.name: rule.next_meaning if rule.pin is not None else rule.meaning for rule in rules}
    rows: dict[tuple[str, str], list[Evidence]] = {}
    for row in Evidence.objects.filter(rule__in=texts).order_by("made_at", "pk"):
        rows.setdefault((row.rule, row.meaning), []).append(row)
    open_steps = {Rule.State.BACKTESTED, Rule.State.SHADOW, Rule.State.PARTIAL, Rule.State.PAUSED}
    found = set()
    for rule in rules:
        if rule.pin is not None or rule.state in open_steps:
            case = _case(rule, rows.get((rule.name, texts[rule.name]), []), asker="")
            if awaits_approval(case, limits()):
                found.add(rule.name)
    return found


def gates_of(case: Case, after: str, percent: int) -> list[Gate]:
    """The gates of one step as they stand, for a page."""
    return gates(case, after, percent, limits())


def set_of(rule: Rule, means: str) -> sml.RuleSet | None:
    """The compiled set in which the rule has this meaning: the newest, or the one it is pinned to."""
    now = ruleset.current()
    if rule.pin is not None and means == rule.meaning:
        return now.pinned.get(rule.name, now.rules)
    return now.rules


def newest_backtest(name: str, means: str) -> Evidence | None:
    """The last backtest of this very text."""
    found = Evidence.objects.filter(rule=name, meaning=means, kind=Evidence.Kind.BACKTEST)
    return found.order_by("-made_at").first()


def evidence_ids(name: str, means: str) -> list[str]:
    """What a step rests on, by id, oldest first."""
    rows = Evidence.objects.filter(rule=name, meaning=means).order_by("made_at", "pk").values_list("pk", flat=True)
    return [str(pk) for pk in rows]


def facts_of_newest(name: str) -> facts.RuleFacts | None:
    """What the newest text says of the rule."""
    return facts.of_set(ruleset.current().rules).get(name)


def _number(name: str, default: float) -> float:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not number >= 0:
        raise BadInput("bad_setting", f"{name}={text!r} is no number of at least 0.", where=name)
    return number
