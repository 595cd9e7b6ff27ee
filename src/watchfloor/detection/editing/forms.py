"""The rule form as the page draws it: one rule of a draft, the fields it may use, operators and actions in the viewer's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from watchfloor.detection import functions, ruleset
from watchfloor.engines.sml.complete import Known, Vocabulary
from watchfloor.engines.sml.form import Beyond, RuleForm
from watchfloor.engines.sml.formread import read_rule, rules_in
from watchfloor.engines.sml.formwords import ACTIONS, OPERATORS
from watchfloor.engines.sml.outline import Named, in_scope

EXACT = 2**53  # larger whole numbers do not survive the browser
_CHOICES = ("policy", "action", "severity", "queue", "label", "verdict", "list", "bank")
_REQUIRED = {
    "SendToReview": ("policy",), "TakeAction": ("action", "policy"), "LabelAdd": ("entity", "label"),
    "LabelRemove": ("entity", "label"), "DeclareVerdict": ("verdict",), "SignalAdd": ("policy", "score"),
}  # fmt: skip


class FieldOut(msgspec.Struct, frozen=True):
    """A name the rule may look at; ``examples`` are values met in real items."""

    name: str
    type: str
    doc: str
    examples: tuple[str, ...] = ()


class PathOut(msgspec.Struct, frozen=True):
    """A path of real items that no name reads yet, and the name it would get."""

    path: str
    type: str
    examples: tuple[str, ...]
    name: str


class FormOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the page needs to draw the form of one rule; ``form`` is None where ``beyond`` says why."""

    rules: tuple[str, ...]
    form: RuleForm | None
    beyond: str = ""
    line: int = 0
    fields: tuple[FieldOut, ...]
    paths: tuple[PathOut, ...]
    operators: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    choices: Mapping[str, tuple[Known, ...]]
    counters: bool


def form_of(path: str, text: str, rule: str, words: Vocabulary) -> FormOut:
    """The form of one rule of a draft (the first where none is named)."""
    known = rules_in(text)
    name = rule or (known[0] if known else "")
    found: RuleForm | Beyond = (
        read_rule(text, name) if name else Beyond(_("There is no rule in this text yet: begin one."))
    )
    if isinstance(found, RuleForm) and _too_large(msgspec.to_builtins(found)):
        found = Beyond(_("It holds a number that is too large for a form."))
    scope = in_scope(text, path, ruleset.sources(), functions.known())
    fields = tuple(_field(each, words) for each in scope if each.name != name and each.type != "TimeDelta")
    form = found if isinstance(found, RuleForm) else None
    return FormOut(
        rules=known, form=form, beyond="" if form else getattr(found, "reason", ""), line=getattr(found, "line", 0),
        fields=fields, paths=tuple(_paths(scope, words)), operators=operators(), actions=actions(),
        choices={key: words.of("", key) for key in _CHOICES if words.of("", key)},
        counters="Count" in functions.known(),
    )  # fmt: skip


def operators() -> list[dict[str, Any]]:
    """Those whose functions this installation has, in the order of the menu."""
    labels = {
        "is": _("is true"), "is_not": _("is not true"), "missing": _("is missing"), "present": _("is there"),
        "equals": _("is"), "differs": _("is not"), "below": _("is below"), "at_most": _("is at most"),
        "above": _("is above"), "at_least": _("is at least"), "one_of": _("is one of"), "none_of": _("is none of"),
        "contains": _("contains"), "contains_not": _("does not contain"), "matches": _("matches the pattern"),
        "matches_not": _("does not match the pattern"), "starts": _("starts with"), "ends": _("ends with"),
        "longer": _("is longer than (characters)"), "shorter": _("is shorter than (characters)"),
        "more_items": _("has more items than"), "in_list": _("is in the list"), "not_in_list": _("is not in the list"),
        "in_bank": _("is like a text of the bank"), "has_label": _("has the label"),
        "lacks_label": _("does not have the label"),
    }  # fmt: skip
    extras = {
        "case_sensitive": _("capitals matter"),
        "case_insensitive": _("capitals do not matter"),
        "distance": _("how far"),
    }
    known = functions.known()
    order = ("contains", "contains_not", "equals", "differs", "is", "is_not", *OPERATORS)
    return [
        {
            "key": key, "label": labels[key], "types": each.types, "value": each.value, "function": bool(each.function),
            "choices": each.choices,
            "extras": [{"name": name, "kind": kind, "label": extras[name]} for name, kind in each.extras.items()],
        }
        for key, each in ((key, OPERATORS[key]) for key in dict.fromkeys(order))
        if not each.function or each.function in known
    ]  # fmt: skip


def actions() -> list[dict[str, Any]]:
    """The actions in the order of the menu: the gentlest first."""
    labels = {
        "SendToReview": _("Send to review"), "LabelAdd": _("Put a label on"), "LabelRemove": _("Take a label off"),
        "SignalAdd": _("Add a signal"), "DeclareVerdict": _("Answer with a verdict"), "TakeAction": _("Take an action by itself"),
    }  # fmt: skip
    words = {
        "policy": _("Policy"), "severity": _("Severity"), "queue": _("Queue"), "action": _("Action"), "entity": _("On"),
        "label": _("Label"), "expires_after": _("For days"), "verdict": _("Verdict"), "score": _("Score, 0 to 1"), "reason": _("Reason"),
    }  # fmt: skip
    return [
        {
            "name": name, "label": labels[name],
            "fields": [
                {"name": argument, "kind": kind, "label": words[argument], "required": argument in _REQUIRED[name],
                 "choices": argument if argument in _CHOICES else ""}
                for argument, kind in ACTIONS[name].items()
            ],
        }
        for name in labels
    ]  # fmt: skip


def _field(each: Named, words: Vocabulary) -> FieldOut:
    path = _path_read(each)
    seen = next((one for one in words.paths if one.path == path), None) if path else None
    return FieldOut(each.name, each.type, each.comment or each.value, seen.examples if seen else ())


def _path_read(each: Named) -> str:
    match = re.search(r"path=(['\"])(.*?)\1[,)]", each.value) if each.function in ("JsonData", "EntityJson") else None
    return match[2] if match else ""


def _paths(scope: Iterable[Named], words: Vocabulary) -> Iterable[PathOut]:
    taken = {each.name for each in scope}
    named = {_path_read(each) for each in scope}
    for seen in words.paths:
        if seen.path in named or seen.type not in ("str", "int", "float", "bool", "List[str]", "List[int]"):
            continue
        name = name_for(seen.path, taken)
        taken.add(name)
        yield PathOut(seen.path, seen.type, seen.examples, name)


def name_for(path: str, taken: Iterable[str]) -> str:
    """A name for what stands at a path: ``$.item.data.client_app`` -> ``ClientApp``, numbered where that is taken."""
    steps = [step for step in re.split(r"[^\w]+|_", re.sub(r"\[\d+\]", "", path)) if step]
    steps = [step for step in steps if step not in ("item", "data")] or steps
    last = path.rstrip("']\"").rpartition(".")[2].rpartition("'")[2]
    parts = [part for part in re.split(r"[\W_]+", last) if part] or steps
    base = "".join(part[:1].upper() + part[1:] for part in parts)
    base = base if base[:1].isalpha() else f"Field{base}"
    known = {*taken, *functions.known()}
    if base in known and len(steps) > len(parts):
        base = steps[0][:1].upper() + steps[0][1:] + base
    name, number = base, 2
    while name in known:
        name, number = f"{base}{number}", number + 1
    return name


def _too_large(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_too_large(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_too_large(each) for each in value)
    return isinstance(value, int) and abs(value) >= EXACT
