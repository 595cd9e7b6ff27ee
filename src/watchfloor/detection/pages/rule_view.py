"""What the page of one rule shows, gathered: strip, gates, text, and the open tab."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.detection import domain, examples, quality, queries, revisions, standing
from watchfloor.detection.contracts import BacktestFacts
from watchfloor.detection.domain.precision import Cut
from watchfloor.detection.hold import holding
from watchfloor.detection.models import BacktestRun, Evidence, Rule, RuleFile
from watchfloor.detection.pages import parts
from watchfloor.detection.screening import WAITING
from watchfloor.engines import sml
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.models import Event
from watchfloor.policy import queries as policies

HISTORY = 50
TABS = ("live", "tests", "backtest", "shadow", "history")
STEP_TAB = {"backtest": "backtest", "add_test": "tests", "remove_test": "tests", "restore": "history"}


def context(
    request: HttpRequest,
    rule: Rule,
    typed: dict[str, str],
    errors: dict[str, str],
    explanation: sml.Explanation | None,
) -> dict[str, Any]:
    """Everything the template needs."""
    actor = actor_of(request)
    facts = queries.facts_in_force().get(rule.name)
    hits = queries.hits_of([rule.name])[rule.name]
    means = rule.next_meaning or rule.meaning
    history = list(Event.objects.filter(subject=f"rule:{rule.pk}").order_by("-ordinal")[:HISTORY])
    strip, here = parts.steps(rule.state, rule.percent)
    words = parts.state_words()
    in_file = RuleFile.objects.filter(path=rule.path, archived_at__isnull=True).first()
    found = quality.of_rule(rule, 28)
    tests = examples.run(rule.name, standing.set_of(rule, means))
    case = standing.case_of(rule, means, asker=str(actor), tests=tests)
    backtest = standing.newest_backtest(rule.name, means)
    tab = STEP_TAB.get(typed["step"]) or request.GET.get("tab", "live")
    tab = tab if tab in TABS else "live"
    gates = standing.gates_of(case, "on", 100)
    shared: dict[str, Any] = {
        "rule": rule, "facts": facts, "hits": hits, "typed": typed, "errors": errors, "explanation": explanation,
        "strip": strip, "here": here, "words": words, "tabs": parts.tabs("rules"), "tab": tab,
        "inner": _tabs(rule, tab, len(tests)), "hold": holding(), "quality": found, "case": case, "gates": gates,
        "decided": queries.decided_by([rule.name])[rule.name], "tests": tests,
        "may_approve": any(gate.key == "approval" and not gate.open for gate in gates)
        and str(actor) != rule.text_by and backtest is not None and str(actor) not in case.approved_by,
        "source": _source(in_file.text, facts.line) if in_file is not None and facts is not None else "",
        "recent": [(ids.encode("itm", item.pk), f"{item.type_key} {item.external_id[:24]}: {text[:70]}")
                   for item, text in queries.recent_items(actor)],
        "history": history, "mine": rule.owner == str(actor),
        "allowed": [(after, words[after], _meaning(after, hits)) for after in domain.STEPS[rule.state]]
        + ([("partial", _("Another share"), "")] if rule.state == "partial" else []),
        "policies": {row.key: row.name for row in policies.all_policies()},
        "may_enable": actor.has("rule.enable"), "may_edit": actor.has("rule.edit"), "query": request.GET,
        "facts_of": _facts_of(backtest),
    }  # fmt: skip
    shared |= {"live": _live, "tests": _tests, "backtest": _backtest, "shadow": _shadow, "history": _history}[tab](
        request, rule, means
    )
    people = [rule.changed_by, rule.owner, *(event.actor for event in history), *shared.get("people", [])]
    return {**shared, "names": names_of(people)}


def _tabs(rule: Rule, tab: str, tests: int) -> list[dict[str, Any]]:
    names = {
        "live": _("Live"), "tests": _("Tests"), "backtest": _("Backtest"), "shadow": _("Shadow"), "history": _("Texts and evidence"),
    }  # fmt: skip
    address = reverse("rule-detail", args=[rule.name])
    return [
        {"label": names[key], "href": f"{address}?tab={key}#tabs", "current": key == tab,
         "count": tests if key == "tests" else None}
        for key in TABS
    ]  # fmt: skip


def _facts_of(row: Evidence | None) -> BacktestFacts | None:
    return msgspec.convert(row.data, BacktestFacts, strict=False) if row is not None else None


def _live(request: HttpRequest, rule: Rule, means: str) -> dict[str, Any]:
    actor = actor_of(request)
    found = queries.samples(actor, rule.name, limit=60)
    swept, problem = None, ""
    knobs = quality.knobs(rule.name)
    wanted = request.GET.get("wanted", "95")
    if knobs and request.GET.get("knob"):
        try:
            swept = quality.sweep_of(rule, int(request.GET["knob"]), float(wanted) / 100)
        except (WatchfloorError, ValueError) as error:
            problem = error.message if isinstance(error, WatchfloorError) else _("Give a number.")
    return {
        "samples": found[:12],
        "wrong": [row for row in found if row.verdict == "clean" and row.origin != "rule"][:8],
        "periods": list(quality.of_periods(rule, quality.PERIODS).items()),
        "knobs": [(str(knob.place), f"{knob.feature} {knob.op} {knob.value:g}") for knob in knobs],
        "sweep": swept, "sweep_problem": problem, "wanted": wanted,
        "curve": _curve(swept.cuts) if swept and swept.cuts else None,
    }  # fmt: skip


def _curve(cuts: list[Cut]) -> list[Cut]:
    """A dozen of the cuts, the ends among them."""
    if len(cuts) <= 12:
        return cuts
    return [cuts[round(place * (len(cuts) - 1) / 11)] for place in range(12)]


def _tests(request: HttpRequest, rule: Rule, means: str) -> dict[str, Any]:
    found = queries.samples(actor_of(request), rule.name, limit=8)
    return {
        "samples": found,
        "shown": {row.id: msgspec.json.format(msgspec.json.encode(row.event), indent=2).decode()
                  for row in examples.run(rule.name, standing.set_of(rule, means))},
        "people": [],
    }  # fmt: skip


def _backtest(request: HttpRequest, rule: Rule, means: str) -> dict[str, Any]:
    run = BacktestRun.objects.filter(rule=rule.name).order_by("-asked_at").first()
    rows = list(Evidence.objects.filter(rule=rule.name, kind=Evidence.Kind.BACKTEST).order_by("-made_at", "-pk")[:10])
    chosen = next((row for row in rows if str(row.pk) == request.GET.get("evidence")), rows[0] if rows else None)
    facts = _facts_of(chosen)
    actor = actor_of(request)
    forecast = facts.forecast if facts else None
    share = int(request.GET["share"]) if request.GET.get("share", "").isdecimal() else 100
    return {
        "run": run if run is not None and run.state in ("waiting", "running", "failed") else None,
        "name": rule.name, "backtests": [(row, _facts_of(row)) for row in rows], "chosen": chosen, "found": facts,
        "old_text": chosen is not None and chosen.meaning != means,
        "right": wilson(facts.right, facts.judged) if facts else Interval(0, 0, 1),
        "chart": _chart(facts.series, _("Hits")) if facts else None,
        "overlap": [{"name": name, "value": count} for name, count in sorted(facts.overlap.items(), key=lambda p: -p[1])[:8]]
        if facts else [],
        "to_read": queries.readable(actor, facts.samples) if facts else [],
        "to_read_wrong": queries.readable(actor, facts.wrong_items) if facts else [],
        "forecast": forecast, "share": max(1, min(100, share)) / 100,
        "people": [row.made_by for row in rows],
    }  # fmt: skip


def _shadow(request: HttpRequest, rule: Rule, means: str) -> dict[str, Any]:
    waiting = rule.name + WAITING
    names = [rule.name, waiting] if rule.pin is not None else [rule.name]
    daily = queries.daily(names, 28)
    series = [{"name": _("Text in force"), "values": [row.acted + row.shadow for row in daily[rule.name]]}]
    if rule.pin is not None:
        series.append({"name": _("Text that waits"), "values": [row.shadow for row in daily[waiting]]})
    else:
        series = [
            {"name": _("Counted only"), "values": [row.shadow for row in daily[rule.name]]},
            {"name": _("Acted"), "values": [row.acted for row in daily[rule.name]]},
        ]
    return {
        "chart": {"times": [int(row.day.timestamp()) for row in daily[rule.name]], "series": series},
        "any_shadow": any(any(one["values"]) for one in series),
        "samples": queries.samples(actor_of(request), waiting if rule.pin is not None else rule.name),
    }  # fmt: skip


def _history(request: HttpRequest, rule: Rule, means: str) -> dict[str, Any]:
    texts = revisions.of_file(rule.path)
    evidence = list(Evidence.objects.filter(rule=rule.name).order_by("-made_at", "-pk")[:HISTORY])
    newest = texts[0].number if texts else 0
    in_force = (rule.pin or {}).get(rule.path, newest)
    old = _revision(request.GET.get("from", ""), in_force if in_force != newest else newest - 1)
    new = _revision(request.GET.get("to", ""), newest)
    by_number = {row.number: row for row in texts}
    return {
        "texts": texts, "newest": newest, "in_force": in_force, "evidence": evidence, "from_": old, "to_": new,
        "old_text_of": by_number[old].text if old in by_number else "",
        "new_text_of": by_number[new].text if new in by_number else "",
        "people": [*(row.changed_by for row in texts), *(row.made_by for row in evidence)],
    }  # fmt: skip


def _revision(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


def _chart(series: list[tuple[str, int]], name: str) -> dict[str, Any]:
    days = [int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) for day, _count in series]
    return {"times": days, "series": [{"name": name, "values": [count for _day, count in series]}]}


def _meaning(after: str, hits: queries.Hits) -> str:
    """What a step will do, in numbers: a day's firings by the last week."""
    week = sum(hits.week[:2])
    fires = _("It did not fire in the last 7 days.")
    if week:
        fires = ngettext(
            "It fired %(num)s time in the last 7 days.", "It fired %(num)s times in the last 7 days.", week
        ) % {"num": f"{week:,}"}
    return {
        "draft": _("Nothing is evaluated for effect or counted."),
        "backtested": _("A backtest of this text is there; nothing is counted yet."),
        "shadow": _("Its firings are counted, nothing happens.") + " " + fires,
        "partial": _("It acts on a fixed share of items and is counted on the rest.") + " " + fires,
        "on": _("It acts whenever it fires.") + " " + fires,
        "paused": _("It does nothing until someone puts it on again."),
        "retired": _("It is out of use; it can only come back as a draft."),
    }[after]


def _source(text: str, line: int) -> str:
    """The lines of one statement: from its first to the one before the next that begins at the margin."""
    lines = text.splitlines()
    end = line
    while end < len(lines) and (lines[end].startswith((" ", "\t", ")")) or not lines[end].strip()):
        end += 1
    return "\n".join(lines[line - 1 : end]).rstrip()
