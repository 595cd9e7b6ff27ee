"""The only writers of rules and of which model works, and the door of detection: ``screen``."""

from __future__ import annotations

from watchfloor.detection import domain, facts, models_in_force, ruleset
from watchfloor.detection.events import (
    ModelSwitched,
    RuleDeclared,
    RuleFileArchived,
    RuleFileSaved,
    RuleStateChanged,
    RuleTextChanged,
)
from watchfloor.detection.models import Rule, RuleFile, TextModel
from watchfloor.detection.screening import screen
from watchfloor.engines import sml
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

__all__ = ["archive_rule_file", "save_rule_file", "screen", "set_model_live", "set_rule_state"]


def save_rule_file(w: Writer, path: str, text: str, *, state: str = "draft", policy_key: str = "") -> RuleFile:
    """Store a file's new text if the whole set compiles with it; rules it newly names begin in ``state``.

    A rule whose text is gone is retired, so that the same name, written anew, cannot act at once.

    Args:
        policy_key: for new rules whose effects name no policy.

    Raises:
        BadInput: the path is no name for a file, or (``sml.RuleErrors``, with every problem, its place and hint) the set does
            not compile; nothing is changed then.
    """
    domain.check_path(path)
    compiled = ruleset.compile_sources({**ruleset.sources(), path: text})
    row = RuleFile.objects.select_for_update().filter(path=path).first()
    if row is not None and row.text == text and row.archived_at is None:
        return row
    now = clock.now()
    if row is None:
        row = w.create(RuleFile, path=path, text=text, changed_by=w.actor, changed_at=now)
    else:
        revision = row.revision + 1
        w.update(row, text=text, revision=revision, changed_by=w.actor, changed_at=now, archived_at=None)
    w.event(RuleFileSaved(path=path, revision=row.revision), row)
    _follow(w, compiled, state, policy_key)
    ruleset.forget()
    return row


def archive_rule_file(w: Writer, path: str) -> None:
    """Take a file out of the set; refused when the rest does not compile without it."""
    row = RuleFile.objects.filter(path=path, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_rule_file", f"There is no rule file {path!r}.")
    rest = {name: text for name, text in ruleset.sources().items() if name != path}
    compiled = None
    if rest:
        try:
            compiled = ruleset.compile_sources(rest)
        except sml.RuleErrors as error:
            raise Conflict("still_needed", f"Other files need {path}: {error.problems[0].message}") from None
    w.update(row, archived_at=clock.now(), changed_by=w.actor, changed_at=clock.now())
    w.event(RuleFileArchived(path=path, revision=row.revision), row)
    _follow(w, compiled, "draft", "")
    ruleset.forget()


def set_rule_state(w: Writer, name: str, after: str, *, why: str, percent: int = 100) -> Rule:
    """Take a rule one step on in its life; who and why are kept."""
    rule = Rule.objects.select_for_update().filter(name=name).first()
    if rule is None:
        raise NotFound("no_rule", f"There is no rule {name!r}.")
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    if after == "partial" and not 1 <= percent <= 99:
        raise BadInput("bad_percent", "A partial rule acts on 1 to 99 per cent of items.", where="percent")
    before = rule.state
    if not (before == after == "partial" and percent != rule.percent):  # another share is a step of its own
        domain.check_step(name, before, after)
    percent = percent if after == "partial" else 100
    w.update(rule, state=after, percent=percent, changed_at=clock.now(), changed_by=w.actor, why=why[:200])
    w.event(RuleStateChanged(rule=name, before=before, after=after, percent=percent), rule, reason=why)
    ruleset.forget()
    return rule


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


def _follow(w: Writer, compiled: sml.RuleSet | None, state: str, policy_key: str) -> None:
    """Bring the rows of rules in line with the text: new ones declared, moved ones followed, vanished ones retired."""
    known = {rule.name: rule for rule in Rule.objects.select_for_update().order_by("name")}
    found = facts.of_set(compiled)
    now = clock.now()
    for name, each in found.items():
        policy = each.policies[0] if each.policies else policy_key
        rule = known.get(name)
        if rule is None:
            rule = w.create(
                Rule, name=name, path=each.file, description=each.description, policy_key=policy[:60], state=state,
                changed_at=now, changed_by=w.actor, why="declared",
            )  # fmt: skip
            w.event(RuleDeclared(rule=name, state=state), rule)
            continue
        text = {"path": each.file, "description": each.description, "policy_key": policy[:60] or rule.policy_key}
        if any(getattr(rule, field) != value for field, value in text.items()):
            w.update(rule, **text)
            w.event(RuleTextChanged(rule=name, path=each.file), rule)
    for name, rule in known.items():
        if name not in found and rule.state != Rule.State.RETIRED:
            before, why = rule.state, f"its text is no longer in {rule.path}"
            w.update(rule, state=Rule.State.RETIRED, percent=100, changed_at=now, changed_by=w.actor, why=why[:200])
            w.event(RuleStateChanged(rule=name, before=before, after="retired"), rule, reason=why)
