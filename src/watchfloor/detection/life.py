"""Taking a rule on, stopping it, putting a waiting text on: every step through its gates, with who, why and what it rests on."""

from __future__ import annotations

from uuid import UUID

from watchfloor.detection import domain, ruleset, standing
from watchfloor.detection.domain import gates
from watchfloor.detection.events import EvidenceMade, RuleOwnerChanged, RuleStateChanged, RuleTextPutOn
from watchfloor.detection.models import Evidence, Rule
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer


def set_rule_state(w: Writer, name: str, after: str, *, why: str, percent: int = 100, alarm: str = "") -> Rule:
    """Take a rule one step on in its life; who, why and the evidence are kept.

    Raises:
        Conflict: the step does not exist, or (``gate_closed``) tests, backtest or a second person are missing.
    """
    rule = locked(name)
    why = said(why)
    if after == "partial" and not 1 <= percent <= 99:
        raise BadInput("bad_percent", "A partial rule acts on 1 to 99 per cent of items.", where="percent")
    before = rule.state
    if not (before == after == "partial" and percent != rule.percent):  # another share is a step of its own
        domain.check_step(name, before, after)
    percent = percent if after == "partial" else 100
    case = standing.case_of(rule, rule.meaning, asker=w.actor)
    gates.check(name, case, after, percent, standing.limits())
    changes = {"state": after, "percent": percent, "changed_at": clock.now(), "changed_by": w.actor, "why": why[:200]}
    if rule.pin is not None and after in ("draft", "retired"):  # begun anew: by the newest text
        changes |= {"pin": None, "meaning": rule.next_meaning, "next_meaning": "", "next_since": None}
    w.update(rule, **changes)
    step = RuleStateChanged(
        rule=name, before=before, after=after, percent=percent, evidence=standing.evidence_ids(name, rule.meaning),
        tests=case.must_fire + case.must_not, alarm=alarm,
    )  # fmt: skip
    w.event(step, rule, reason=why)
    ruleset.forget()
    return rule


def pause(w: Writer, name: str, *, why: str, alarm: str = "") -> Rule:
    """Stop a rule; it does nothing until someone puts it on again."""
    return set_rule_state(w, name, "paused", why=why, alarm=alarm)


def put_on_text(w: Writer, name: str, *, why: str) -> Rule:
    """Let the text that waits take the place of the one in force, through the same gates; the state stays as it is."""
    rule = locked(name)
    why = said(why)
    if rule.pin is None:
        raise Conflict("nothing_waits", f"No changed text of {name} waits.")
    case = standing.case_of(rule, rule.next_meaning, asker=w.actor)
    gates.check(name, case, rule.state, rule.percent, standing.limits())
    fact = standing.facts_of_newest(name)
    text = {"description": fact.description, "path": fact.file} if fact is not None else {}
    if fact is not None and fact.policies:
        text["policy_key"] = fact.policies[0][:60]
    means = rule.next_meaning
    w.update(rule, **text, meaning=means, pin=None, next_meaning="", next_since=None)
    w.update(rule, changed_at=clock.now(), changed_by=w.actor, why=why[:200])
    put = RuleTextPutOn(
        rule=name, meaning=means, evidence=standing.evidence_ids(name, means), tests=case.must_fire + case.must_not
    )
    w.event(put, rule, reason=why)
    ruleset.forget()
    return rule


def approve(w: Writer, name: str, *, why: str) -> Evidence:
    """A second person agrees that this very text (the waiting one, if there is one) may act on all it hits.

    Raises:
        Forbidden: who wrote the text cannot agree to it. Conflict: there is no backtest to judge by.
    """
    rule = locked(name)
    why = said(why)
    if w.actor == rule.text_by:
        raise Forbidden("own_text", "You wrote this text: someone else must agree to it.")
    means = rule.next_meaning or rule.meaning
    backtest = standing.newest_backtest(name, means)
    if backtest is None:
        raise Conflict(
            "gate_closed", "There is no backtest of this text to judge by.", where="backtest", hint="Run one."
        )
    return keep(w, rule, Evidence.Kind.APPROVAL, means, words=why, data={"backtest": str(backtest.pk)})


def attest(w: Writer, name: str, words: str) -> Evidence:
    """Say why the present text of a rule needs no evidence of this floor (it is shipped, say). Only the program itself may."""
    if not w.actor.startswith("system:"):
        raise Forbidden("no_attest", "People pass the gates: tests, a backtest, a second person.")
    rule = locked(name)
    return keep(w, rule, Evidence.Kind.ATTESTED, rule.next_meaning or rule.meaning, words=said(words))


def set_owner(w: Writer, name: str, owner: str) -> Rule:
    """Who looks after a rule: an actor's text (``user:...``), or nobody."""
    rule = locked(name)
    if owner == rule.owner:
        return rule
    w.update(rule, owner=owner[:120])
    w.event(RuleOwnerChanged(rule=name), rule)
    return rule


def keep(w: Writer, rule: Rule, kind: str, means: str, *, words: str = "", data: object = None) -> Evidence:
    """Freeze one piece of evidence."""
    row = w.create(
        Evidence, rule=rule.name, kind=kind, meaning=means, made_by=w.actor, made_at=clock.now(), words=words[:200],
        data=data or {},
    )  # fmt: skip
    w.event(EvidenceMade(rule=rule.name, kind=str(kind), meaning=means), row, reason=words)
    return row


def locked(name: str) -> Rule:
    """The rule's row, locked; ``NotFound`` otherwise."""
    rule = Rule.objects.select_for_update().filter(name=name).first()
    if rule is None:
        raise NotFound("no_rule", f"There is no rule {name[:60]!r}.")
    return standing.with_meaning(rule)


def said(why: str) -> str:
    """The reason, without which nothing is done."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    return why.strip()


def evidence(evidence_id: UUID) -> Evidence:
    """One piece of evidence; ``NotFound`` otherwise."""
    row = Evidence.objects.filter(pk=evidence_id).first()
    if row is None:
        raise NotFound("no_evidence", "There is no such evidence.")
    return row
