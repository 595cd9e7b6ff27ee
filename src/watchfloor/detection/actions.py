"""The only writers of rules, and the door of detection: ``screen``."""

from __future__ import annotations

from watchfloor.detection import domain, ruleset
from watchfloor.detection.events import RuleDeclared, RuleFileSaved, RuleStateChanged
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.detection.screening import screen
from watchfloor.engines import sml
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

__all__ = ["archive_rule_file", "save_rule_file", "screen", "set_rule_state"]


def save_rule_file(w: Writer, path: str, text: str, *, state: str = "draft", policy_key: str = "") -> RuleFile:
    """Store a file's new text if the whole set compiles with it; rules it newly names begin in ``state``.

    Raises:
        BadInput: the set does not compile; the message is the first problem with its place and hint.
    """
    texts = {**ruleset.sources(), path: text}
    try:
        compiled = ruleset.compile_sources(texts)
    except sml.RuleErrors as error:
        first = error.problems[0]
        raise BadInput(
            first.code, first.message, where=f"{first.file}:{first.line}:{first.column}", hint=first.hint
        ) from None
    row = RuleFile.objects.filter(path=path).first()
    if row is not None and row.text == text and row.archived_at is None:
        return row
    if row is None:
        row = w.create(RuleFile, path=path, text=text, changed_by=w.actor, changed_at=clock.now())
    else:
        w.update(
            row, text=text, revision=row.revision + 1, changed_by=w.actor, changed_at=clock.now(), archived_at=None
        )
    w.event(RuleFileSaved(path=path, revision=row.revision), row)
    _declare(w, compiled, state, policy_key)
    ruleset.forget()
    return row


def archive_rule_file(w: Writer, path: str) -> None:
    """Take a file out of the set; refused when the rest does not compile without it."""
    row = RuleFile.objects.filter(path=path, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_rule_file", f"There is no rule file {path!r}.")
    rest = {name: text for name, text in ruleset.sources().items() if name != path}
    if rest:
        try:
            ruleset.compile_sources(rest)
        except sml.RuleErrors as error:
            raise Conflict("still_needed", f"Other files need {path}: {error.problems[0].message}") from None
    w.update(row, archived_at=clock.now(), changed_by=w.actor, changed_at=clock.now())
    w.event(RuleFileSaved(path=path, revision=row.revision), row)
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
    domain.check_step(name, before, after)
    percent = percent if after == "partial" else 100
    w.update(rule, state=after, percent=percent, changed_at=clock.now(), changed_by=w.actor, why=why[:200])
    w.event(RuleStateChanged(rule=name, before=before, after=after, percent=percent), rule, reason=why)
    ruleset.forget()
    return rule


def _declare(w: Writer, compiled: sml.RuleSet, state: str, policy_key: str) -> None:
    known = set(Rule.objects.values_list("name", flat=True))
    for variable in compiled.program.rules():
        if variable.name not in known:
            rule = w.create(
                Rule, name=variable.name, path=variable.file, policy_key=policy_key, state=state,
                changed_at=clock.now(), changed_by=w.actor, why="declared",
            )  # fmt: skip
            w.event(RuleDeclared(rule=variable.name, state=state), rule)
