# ruff: noqa: E501 - tables of cases read better unbroken
"""Every code a problem with rules can have: what it means, and the shortest text that has it (tests hold it to that)."""

from __future__ import annotations

ERRORS: dict[str, tuple[str, str]] = {
    "assigned_twice": ("A name is given a value twice in the rule set.", "A = 1\nA = 2"),
    "bad_argument": ("A function does not take this constant.", "A = RegexMatch(target='x', pattern='(')"),
    "bad_fstring": ("Something other than a name stands in `{...}`.", "A = f'{1 + 1}'"),
    "bad_path": ("A JSON path cannot be read.", "A: str = JsonData(path='a.b')"),
    "bad_type": ("An annotation names no type.", "A: strr = 'x'"),
    "chained": ("Comparisons are chained.", "A = 1 < 2 < 3"),
    "function_name": ("A function's name is given a value.", "Rule = 1"),
    "import_circle": ("Files import each other in a circle.", "Import(rules=['main.sml'])"),
    "impossible": ("A constant expression has no result.", "A = 2 ** 999"),
    "missing_argument": ("A call lacks an argument.", "A = RegexMatch(target='x')"),
    "missing_f": ("A text with `{Name}` has no `f` before it.", "N = GetActionName()\nR = Rule(when_all=[True], description='{N}')"),
    "mixed_list": ("A list holds values of different types.", "A = [1, 'a']"),
    "needs_type": ("A value's type must be written down.", "A = JsonData(path='$.a')"),
    "no_effect": ("A value is worked out and not used.", "1 + 1"),
    "no_files": ("There are no rule files.", ""),
    "no_such_file": ("A path names no rule file.", "Import(rules=['nope.sml'])"),
    "no_value": ("A statement is used as a value.", "A = Import(rules=[])"),
    "not_constant": ("An argument that must be written out depends on the event.", "P = GetActionName()\nA = RegexMatch(target='x', pattern=P)"),
    "not_in_language": ("Python that is not part of the rule language.", "if True:\n    A = 1"),
    "positional": ("An argument is given without its name.", "A = StringLength('x')"),
    "rule_name": ("A rule has no name, or one that begins with `_`.", "A = [Rule(when_all=[True], description='x')]"),
    "secret": ("Secret content would become visible.", "S: Secret[str] = JsonData(path='$.s')\nA = f'{S}'"),
    "syntax": ("The text cannot be read at all.", "A = (1"),
    "too_deep": ("An expression is nested too deeply.", "A = " + "-" * 60 + "1"),
    "too_large": ("A number, list, text or file is larger than allowed.", "A = " + "9" * 100),
    "twice": ("An import stands twice.", "Import(rules=['other.sml', 'other.sml'])"),
    "unknown_argument": ("A function has no such argument.", "A = StringLength(t='x')"),
    "unknown_function": ("There is no such function.", "A = Nope()"),
    "unknown_label": ("A label is not declared.", "U: Entity[str] = EntityJson(type='U', path='$.u')\nA = HasLabel(entity=U, label='nope')"),
    "unknown_name": ("There is no such name here.", "A = Nope"),
    "unused": ("A name that begins with `_` is never used.", "_a = 1"),
    "wrong_type": ("A value of one type stands where another is asked for.", "A: int = 'x'"),
    "require_circle": ("Files require each other in a circle.", "T = GetActionName()\nRequire(rule='first.sml', require_if=T == 'x')"),
    "counter_name": ("A counter's name is no name.", "A = Count(name='', by='x', span='1h')"),
    "needs_rows": ("A query asks what cannot be worked out on columns.", ""),
    "no_such_path": ("A query names a path that no event has.", ""),
    "one_condition": ("A query is not one condition.", ""),
    "counter_twice": ("Two counters have one name.", ""),
}  # fmt: skip
"""code -> (meaning, example)"""

WARNINGS: dict[str, str] = {
    "always": "A condition is always true.",
    "always_matches": "A pattern is found in every text.",
    "duplicate": "Two rules have the same conditions.",
    "impossible": "A condition can never hold.",
    "never_matches": "A pattern can match no text.",
    "never_runs": "No file that runs imports or requires this one.",
    "outside_data": "A threshold lies outside of the values seen in data.",
    "regex_dialect": "A pattern cannot be run together with the others in time proportional to the text.",
    "shadowed": "Two names differ only in upper and lower case.",
    "unused": "A list or label is named by no rule.",
}
"""code -> meaning"""
