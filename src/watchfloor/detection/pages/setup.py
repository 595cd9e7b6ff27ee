"""What the editor's script is told with the page: addresses, names to colour, words in the viewer's language."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.detection import functions
from watchfloor.engines.sml import types as t


def setup(path: str, saved: str, nonce: str, *, may_edit: bool, may_count: bool) -> dict[str, Any]:
    """For the JSON in the page.

    Args:
        saved: the stored text.
        nonce: what the style sheets that the script makes must carry.
        may_count: whether the viewer may query events.
    """
    addresses = {
        "check": "rule-check", "complete": "rule-complete", "hover": "rule-hover", "try": "rule-try",
        "form": "rule-form", "write": "rule-form-text", "diff": "rule-changes",
        "format": "rule-format",
    }  # fmt: skip
    if may_count:
        addresses["hits"] = "rule-hits"
    return {
        "path": path, "saved": saved, "nonce": nonce, "mayEdit": may_edit,
        "effects": [name for name, each in functions.known().items() if each.result == t.EFFECT],
        "urls": {key: reverse(name) for key, name in addresses.items()},
        "words": {**_editor_words(), **_form_words()},
    }  # fmt: skip


def _editor_words() -> dict[str, str]:
    return {
        "text": _("Text of the rules"),
        "fine": _("Nothing to mend"),
        "oneProblem": _("One thing to mend"),
        "problems": _("{0} things to mend"),
        "line": _("line {0}"),
        "failed": _("The server was not reached; try again."),
        "hint": _("Type to be offered names and functions; point at a word for help."),
        "why": _("Say why, in a sentence; then save."),
        "soFar": _("Among the newest {0} events, since {1}"),
        "noEvents": _("The lake has no events you may see yet."),
        "undecided": _("{0} undecided"),
        "next": _("Next problem"),
        "group": _("In the editor"),
        "Completions": _("Completions"),
    }


def _form_words() -> dict[str, str]:
    return {
        "rule": _("Rule"),
        "newRule": _("New rule"),
        "name": _("Name"),
        "nameHelp": _("A rule keeps its name: its life and its numbers hang on it."),
        "nameNew": _("One word that says what it finds."),
        "description": _("What it found, for reviewers"),
        "descriptionHelp": _("Shown on the case. {Name} in braces shows a value."),
        "when": _("It fires when all of these hold"),
        "then": _("Then"),
        "addCondition": _("Condition"),
        "addGroup": _("Any-of group"),
        "anyOf": _("Any of these"),
        "allOf": _("All of these"),
        "kind": _("How many must hold"),
        "remove": _("Remove"),
        "named": _("Named fields"),
        "seen": _("Seen in items"),
        "field": _("Field"),
        "operator": _("Comparison"),
        "value": _("Value"),
        "values": _("Values, one a line"),
        "true": _("true"),
        "false": _("false"),
        "shared": _("These actions belong to {0} as well."),
        "ownActions": _("Give this rule actions of its own"),
        "action": _("Action"),
        "addAction": _("Action"),
        "onlyCounts": _("Without an action it only counts."),
        "optionalField": _("{0} (optional)"),
        "choose": _("Choose"),
        "addCounter": _("Counter"),
        "countKind": _("How many events"),
        "uniqueKind": _("How many different"),
        "rateKind": _("More often than"),
        "countWhat": _("What is counted"),
        "countOf": _("Different values of"),
        "countMax": _("Times"),
        "countBy": _("by"),
        "countIn": _("in"),
        "countSpan": _("How long"),
        "countUnit": _("Unit"),
        "unit_m": _("minutes"),
        "unit_h": _("hours"),
        "unit_d": _("days"),
        "useCounter": _("Use it"),
        "cancel": _("Cancel"),
        "fillValues": _("Fill in the empty values; until then the text stays as it was."),
        "fillDescription": _("Say what the rule finds; until then the text stays as it was."),
        "fillActions": _("Fill in what the actions need; until then the text stays as it was."),
        "beyond": _("This rule is beyond the form: edit it as text."),
        "asText": _("Edit as text"),
    }
