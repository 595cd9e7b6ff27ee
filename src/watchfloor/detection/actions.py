"""The only writers of rules and of which model works, and the door of detection: ``screen``."""

from __future__ import annotations

from watchfloor.detection import domain, facts, meaning, models_in_force, revisions, ruleset
from watchfloor.detection.backtests import ask_backtest, run_backtest
from watchfloor.detection.events import (
    ModelSwitched,
    RuleDeclared,
    RuleFileArchived,
    RuleFileSaved,
    RuleStateChanged,
    RuleTextChanged,
    RuleTextWaits,
)
from watchfloor.detection.examples import add_example, remove_example
from watchfloor.detection.hold import hold_automation, lift_hold
from watchfloor.detection.life import approve, attest, pause, put_on_text, set_owner, set_rule_state
from watchfloor.detection.models import Rule, RuleFile, TextModel
from watchfloor.detection.screening import screen
from watchfloor.engines import sml
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

__all__ = [
    "add_example",
    "approve",
    "archive_rule_file",
    "ask_backtest",
    "attest",
    "hold_automation",
    "lift_hold",
    "pause",
    "put_on_text",
    "remove_example",
    "restore",
    "run_backtest",
    "save_rule_file",
    "screen",
    "set_model_live",
    "set_owner",
    "set_rule_state",
]


def save_rule_file(w: Writer, path: str, text: str, *, state: str = "draft", policy_key: str = "") -> RuleFile:
    """Store a file's new text if the whole set compiles with it; rules it newly names begin in ``state``.

    A rule that acts and means something else by the new text goes on by the old one: the new one waits until someone puts it on
    (``put_on_text``). A rule whose text is gone is retired, so that the same name, written anew, cannot act at once.

    Args:
        policy_key: for new rules whose effects name no policy.

    Raises:
        BadInput: the path is no name for a file, or (``sml.RuleErrors``, with every problem, its place and hint) the set does
            not compile; nothing is changed then.
    """
    domain.check_path(path)
    before = ruleset.sources()
    compiled = ruleset.compile_sources({**before, path: text})
    row = RuleFile.objects.select_for_update().filter(path=path).first()
    if row is not None and row.text == text and row.archived_at is None:
        return row
    was, pins = meaning.of_sources(before), revisions.numbers()
    now = clock.now()
    if row is None:
        row = w.create(RuleFile, path=path, text=text, changed_by=w.actor, changed_at=now)
    else:
        revisions.keep(row)
        revision = row.revision + 1
        w.update(row, text=text, revision=revision, changed_by=w.actor, changed_at=now, archived_at=None)
    revisions.keep(row, why=w.reason)
    w.event(RuleFileSaved(path=path, revision=row.revision), row)
    _follow(w, compiled, state, policy_key, was, pins)
    ruleset.forget()
    return row


def restore(w: Writer, path: str, revision: int) -> RuleFile:
    """Give a file the text it had at a revision, as a new one; like any new text it takes effect only through the gates."""
    return save_rule_file(w, path, revisions.text_of(path, revision))


def archive_rule_file(w: Writer, path: str) -> None:
    """Take a file out of the set; refused when the rest does not compile without it."""
    row = RuleFile.objects.filter(path=path, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_rule_file", f"There is no rule file {path!r}.")
    before = ruleset.sources()
    rest = {name: text for name, text in before.items() if name != path}
    compiled = None
    if rest:
        try:
            compiled = ruleset.compile_sources(rest)
        except sml.RuleErrors as error:
            raise Conflict("still_needed", f"Other files need {path}: {error.problems[0].message}") from None
    was, pins = meaning.of_sources(before), revisions.numbers()
    w.update(row, archived_at=clock.now(), changed_by=w.actor, changed_at=clock.now())
    w.event(RuleFileArchived(path=path, revision=row.revision), row)
    _follow(w, compiled, "draft", "", was, pins)
    ruleset.forget()


def set_model_live(w: Writer, policy: str, version: int | None, *, why: str) -> None:
    """Put one version of a policy's model to work, or (None) none. Versions learned later stay aside until the newest is chosen.

    Raises:
        NotFound: there is no such version. Conflict: it has not seen enough of both kinds yet.
    """
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    rows = list(TextModel.objects.select_for_update().filter(policy_key=policy).defer("blob").order_by("version"))
    chosen = next((row for row in rows if row.version == version), None)
    if not rows or (version is not None and chosen is None):
        raise NotFound("no_model", f"There is no version {version or ''} of the model for {policy[:60]!r}.")
    if chosen is not None and not chosen.report.get("ready", False):
        raise Conflict("not_ready", "This version has not seen enough decisions of both kinds to be put to work.")
    before = next((row.version for row in rows if row.live), None)
    if before == version:
        return
    TextModel.objects.filter(policy_key=policy, live=True).update(live=False)
    if chosen is not None:
        TextModel.objects.filter(pk=chosen.pk).update(live=True)
    event = ModelSwitched(policy=policy, before=before, after=version)
    w.event(event, ("text_model", policy), reason=why)
    models_in_force.forget()


def _follow(
    w: Writer,
    compiled: sml.RuleSet | None,
    state: str,
    policy_key: str,
    was: dict[str, str],
    pins: dict[str, int],
) -> None:
    """Bring the rows of rules in line with the text: new ones declared, changed ones followed or made to wait, vanished ones retired.

    Args:
        was: what each rule meant before; ``pins``: the revisions it was read from.
    """
    known = {rule.name: rule for rule in Rule.objects.select_for_update().order_by("name")}
    found, means = facts.of_set(compiled), meaning.of_set(compiled)
    now = clock.now()
    for name, each in found.items():
        policy = each.policies[0] if each.policies else policy_key
        rule = known.get(name)
        if rule is None:
            rule = w.create(
                Rule, name=name, path=each.file, description=each.description, policy_key=policy[:60], state=state,
                changed_at=now, changed_by=w.actor, why="declared", meaning=means[name], text_by=w.actor,
                owner=w.actor if w.actor.startswith("user:") else "",
            )  # fmt: skip
            w.event(RuleDeclared(rule=name, state=state), rule)
            continue
        if _waits(w, rule, means[name], was.get(name, ""), pins):
            continue
        text = {
            "path": each.file, "description": each.description, "policy_key": policy[:60] or rule.policy_key,
            "meaning": means[name], "text_by": w.actor if means[name] != was.get(name) else rule.text_by,
        }  # fmt: skip
        if any(getattr(rule, field) != value for field, value in text.items()):
            w.update(rule, **text)
            w.event(RuleTextChanged(rule=name, path=each.file), rule)
    for name, rule in known.items():
        if name not in found and rule.state != Rule.State.RETIRED:
            before, why = rule.state, f"its text is no longer in {rule.path}"
            gone = {"state": Rule.State.RETIRED, "percent": 100, "pin": None, "next_meaning": "", "next_since": None}
            w.update(rule, **gone, changed_at=now, changed_by=w.actor, why=why[:200])
            w.event(RuleStateChanged(rule=name, before=before, after="retired"), rule, reason=why)


def _waits(w: Writer, rule: Rule, means: str, was: str, pins: dict[str, int]) -> bool:
    """Whether the rule goes on by a former text because it acts; its row then says which, and since when the new one waits."""
    if rule.pin is None and (rule.state not in domain.ACTING or means == was or not was):
        return False
    if rule.pin is not None and means == rule.meaning:  # the change was taken back
        w.update(rule, pin=None, next_meaning="", next_since=None)
        w.event(RuleTextWaits(rule=rule.name, meaning=""), rule)
        return False
    if rule.pin is None:
        w.update(rule, pin=pins, meaning=was)
    if means != rule.next_meaning:
        w.update(rule, next_meaning=means, next_since=clock.now(), text_by=w.actor)
        w.event(RuleTextWaits(rule=rule.name, meaning=means), rule)
    return True
