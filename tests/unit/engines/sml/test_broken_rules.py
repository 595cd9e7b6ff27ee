# ruff: noqa: E501 - tables of cases read better unbroken
"""Broken rule files: each gives exactly one problem, with one clear sentence at the right place and, mostly, a way to mend it."""

from __future__ import annotations

import pytest
from tests.unit.engines.sml.helpers import problems

# (rule text, code, line, column, sentence, a part of the hint)
CASES = [
    ("A = (1", "syntax", 1, 5, "This cannot be read: '(' was never closed.", ""),
    ("A = 1 +", "syntax", 1, 8, "This cannot be read: invalid syntax.", ""),
    ("if True:\n    A = 1", "not_in_language", 1, 1, "There is no `if` in the rule language.", "Rule(when_all="),
    ("for x in [1]:\n    A = 1", "not_in_language", 1, 1, "There is no `for` in the rule language.", "no loops"),
    ("while True:\n    A = 1", "not_in_language", 1, 1, "There is no `while` in the rule language.", "no loops"),
    ("def f():\n    return 1", "not_in_language", 1, 1, "Functions cannot be defined in a rule file.", "watchfloor.rule_functions"),
    ("class A: pass", "not_in_language", 1, 1, "Classes cannot be defined in a rule file.", ""),
    ("import os", "not_in_language", 1, 1, "Python's `import` is not in the rule language.", "Import(rules="),
    ("A = lambda: 1", "not_in_language", 1, 5, "There is no `lambda` in the rule language.", ""),
    ("A = {'a': 1}", "not_in_language", 1, 5, "There are no dictionaries in the rule language.", "Lists"),
    ("A = (1, 2)", "not_in_language", 1, 5, "There are no tuples in the rule language.", "[A, B]"),
    ("A = [x for x in [1]]", "not_in_language", 1, 5, "There are no comprehensions in the rule language.", "no loops"),
    ("A = 1 if True else 2", "not_in_language", 1, 5, "There is no `... if ... else ...` in the rule language.", "`and`"),
    ("A = [1, 2]\nB = A[0]", "not_in_language", 2, 5, "Values cannot be indexed with `[...]`.", "ListRead"),
    ("A = 'x'\nB = A.upper", "not_in_language", 2, 5, "Values have no attributes.", "JsonData"),
    ("A = 'x'.upper()", "not_in_language", 1, 5, "Only a function's plain name can be called.", "Function(argument=...)"),
    ("A = 1\nA += 1", "not_in_language", 2, 1, "A name is given its value once; there is no `+=` and its like.", "new name"),
    ("A = b'x'", "not_in_language", 1, 5, "There are no bytes in the rule language.", "texts, numbers"),
    ("A = 1j", "not_in_language", 1, 5, "There are no complex numbers in the rule language.", "texts, numbers"),
    ("A = ...", "not_in_language", 1, 5, "There are no `...` in the rule language.", "texts, numbers"),
    ("A = 1 is None", "not_in_language", 1, 5, "There is no `is` in the rule language.", "== None"),
    ("A = ~1", "not_in_language", 1, 5, "This is not in the rule language.", "small part of Python"),
    ("A = 1 < 2 < 3", "chained", 1, 5, "Comparisons cannot be chained.", "`A < B and B < C`"),
    ("A = B = 1", "syntax", 1, 1, "One assignment gives a value to one name.", "Write one line"),
    ("A, B = [1, 2]", "syntax", 1, 1, "Only a name can be given a value.", "Name = ..."),
    ("A: int", "syntax", 1, 1, "`A` has a type but no value.", "A: ... = ..."),
    ("1 + 1", "no_effect", 1, 1, "This value is not used.", "Give it a name"),
    ("StringLength(s='x')", "no_effect", 1, 1, "The value of `StringLength` is not used.", "Give it a name"),
    ("A = f'{1 + 1}'", "bad_fstring", 1, 5, "Only names can stand in `{...}`.", "name first"),
    ("B = 1\nA = f'{B:>3}'", "bad_fstring", 2, 5, "`{...}` takes no format.", "`{B}`"),
    ("A = Txt", "unknown_name", 1, 5, "There is no `Txt` here.", ""),
    ("Text = 'x'\nA = Txt", "unknown_name", 2, 5, "There is no `Txt` here.", "Did you mean `Text`?"),
    ("A = B\nB = 1", "unknown_name", 1, 5, "There is no `B` here.", "further down"),
    ("A = A", "unknown_name", 1, 5, "There is no `A` here.", "further down"),
    ("A = StringLength", "unknown_name", 1, 5, "There is no `StringLength` here.", "It is a function"),
    ("A = RegexMach(target='x', pattern='y')", "unknown_function", 1, 5, "There is no function `RegexMach`.", "`RegexMatch`"),
    ("A = StringLength('x')", "positional", 1, 5, "Arguments are given by name.", "StringLength(s=...)"),
    ("A = StringLength(t='x')", "unknown_argument", 1, 18, "`StringLength` has no argument `t`.", "StringLength(s: str)"),
    ("A = RegexMatch(target='x', patern='y')", "unknown_argument", 1, 28, "`RegexMatch` has no argument `patern`.", "`pattern`"),
    ("A = RegexMatch(target='x')", "missing_argument", 1, 5, "`RegexMatch` needs `pattern`.", "It takes"),
    ("A = StringLength(s=**1)", "syntax", 1, 20, "This cannot be read: invalid syntax.", ""),
    ("A = StringLength(**B)", "not_in_language", 1, 20, "There is no `**` unpacking in the rule language.", ""),
    ("A = StringLength(s=1)", "wrong_type", 1, 20, "`s` of StringLength must be `str`, but this is `int`.", ""),
    ("A = RegexMatch(target='x', pattern='(')", "bad_argument", 1, 36, "The pattern is no regular expression: missing ), unterminated subpattern at character 1.", "Python's `re`"),
    ("A = RegexMatch(target='x', pattern='(a+)+$')", "bad_argument", 1, 36, "A repeat stands inside a repeat, as in `(a+)+`, with nothing that must come between: its time can explode.", ""),
    (r"A = RegexMatch(target='x', pattern=r'(a)\1')", "bad_argument", 1, 36, r"Back-references such as `\1` are not allowed: their time cannot be bounded.", ""),
    ("P = GetActionName()\nA = RegexMatch(target='x', pattern=P)", "not_constant", 2, 36, "`pattern` of RegexMatch must be written out here: it cannot depend on the event.", ""),
    ("A = JsonData(path='$.a')", "needs_type", 1, 5, "The type that JsonData should give must be said.", "A: str = JsonData(...)"),
    ("A: str = JsonData(path='a.b')", "bad_path", 1, 24, "A path begins with `$`, as in `$.post.text`.", ""),
    ("A: str = JsonData(path='$.a[*]')", "bad_path", 1, 24, "Wildcards and filters (`[*]`) are not part of the rule language: a path names one place.", ""),
    ("A: str = EntityJson(type='U', path='$.a')", "wrong_type", 1, 10, "EntityJson gives an entity, but `A` is declared `str`.", "Entity[str]"),
    ("A: strr = 'x'", "bad_type", 1, 4, "There is no type `strr`.", "`str`"),
    ("A: List = []", "bad_type", 1, 4, "`List` needs the type of what is in it.", "List[str]"),
    ("A: Entity[float] = EntityJson(type='U', path='$.a')", "bad_type", 1, 4, "The id of an entity is a `str` or an `int`.", ""),
    ("A: int = 'x'", "wrong_type", 1, 10, "`A` must be `int`, but this is `str`.", ""),
    ("A = []", "needs_type", 1, 1, "An empty list needs a type.", "A: List[str] = []"),
    ("A = [1, 'a']", "mixed_list", 1, 5, "The items of this list are of different types: `int`, `str`.", "one type"),
    ("A = 1 + 'a'", "wrong_type", 1, 5, "`+` does not work on `int` and `str`.", "{Number}"),
    ("A = 1 == 'a'", "wrong_type", 1, 5, "`int` and `str` are never equal, so this is always false.", ""),
    ("A = 1 in ['a']", "wrong_type", 1, 5, "A `int` is never in a list of `str`, so this is always false.", ""),
    ("A = not 1", "wrong_type", 1, 9, "What `not` turns around must be `bool`, but this is `int`.", ""),
    ("A = 1 and True", "wrong_type", 1, 5, "What `and` joins must be `bool`, but this is `int`.", ""),
    ("A = 'a' < 1", "wrong_type", 1, 5, "What `<` compares must be `int | float`, but this is `str`.", ""),
    ("A: Optional[int] = JsonData(path='$.a')\nB = A > 3", "wrong_type", 2, 5, "What `>` compares must be `int | float`, but this is `int | None`.", "X != None and"),
    ("A = 2 ** 999", "impossible", 1, 5, "This cannot be worked out: the number would have more than 256 bits.", ""),
    ("A = 'x' * 9999999", "impossible", 1, 5, "This cannot be worked out: the text would be longer than 1,000,000 characters.", ""),
    ("A = 1 << 9999999", "impossible", 1, 5, "This cannot be worked out: the number would have more than 256 bits.", ""),
    ("A = " + "9" * 100, "too_large", 1, 5, "This number needs more than 256 bits.", ""),
    ("A = " + "-" * 60 + "1", "too_deep", 1, 45, "This expression is nested more than 40 deep.", "names of their own"),
    ("A = " + "(" * 300 + "1" + ")" * 300, "syntax", 1, 205, "This is nested too deeply or holds too large a number.", ""),
    ("A = 1\nA = 2", "assigned_twice", 2, 1, "`A` is given a value twice.", "First in main.sml, line 1."),
    ("_a = 1", "unused", 1, 1, "`_a` is never used.", "Delete it"),
    ("Rule = 1", "function_name", 1, 1, "`Rule` is a function and cannot be given a value.", "another name"),
    ("_r = Rule(when_all=[True], description='x')\nB = _r", "rule_name", 1, 1, "A rule cannot have the file-local name `_r`.", "`r`"),
    ("A = [Rule(when_all=[True], description='x')]", "rule_name", 1, 6, "A rule needs a name.", "SomeRule = Rule(...)"),
    ("N = GetActionName()\nR = Rule(when_all=[True], description='by {N}')", "missing_f", 2, 39, "`{N}` is not filled in, because this text has no `f` before it.", "f'...'"),
    ("R = Rule(when_all=[1], description='x')", "wrong_type", 1, 20, "Each condition of a rule must be `bool`, but this is `int`.", ""),
    ("R = Rule(when_all=True, description='x')", "wrong_type", 1, 19, "`when_all` of Rule must be `List[bool]`, but this is `bool`.", ""),
    ("A = 1\nWhenRules(rules_any=[A], then=[DeclareVerdict(verdict='x')])", "wrong_type", 2, 22, "Each item of `rules_any` is the name of a rule, but this is `int`.", "SomeRule"),
    ("R = Rule(when_all=[True], description='x')\nWhenRules(rules_any=[R], then=[R])", "wrong_type", 2, 32, "Each item of `then` must be `Effect`, but this is `Rule`.", ""),
    ("A = WhenRules(rules_any=[], then=[])", "no_value", 1, 5, "`WhenRules` has no value.", "line of its own"),
    ("DeclareVerdict(verdict='x')", "no_effect", 1, 1, "The value of `DeclareVerdict` is not used.", "WhenRules(then=[...])"),
    ("Import(rules=['nope.sml'])", "no_such_file", 1, 15, "There is no rule file `nope.sml`.", ""),
    ("Import(rules=['man.sml'])", "no_such_file", 1, 15, "There is no rule file `man.sml`.", "`main.sml`"),
    ("Require(rule='nope.sml')", "no_such_file", 1, 14, "There is no rule file `nope.sml`.", ""),
    ("N = GetActionName()\nRequire(rule=f'acts/{N}.sml')", "no_such_file", 2, 14, "No rule file matches `acts/*.sml`.", ""),
    ("A = RandomBool(percentage=1.5)", "bad_argument", 1, 27, "`percentage` must lie between 0.0 and 1.0, both excluded.", "five per cent"),
    ("A = StringSlice(s='abc', start=3, end=1)", "bad_argument", 1, 39, "`end` cannot be less than `start`.", ""),
    ("U: Entity[str] = EntityJson(type='U', path='$.u')\nA = HasLabel(entity=U, label='x', status='gone')", "bad_argument", 2, 42, "`status` is 'added' or 'removed'.", "manual=True"),
    ("A = StringLength(s='x', s='y')", "twice", 1, 25, "`s` is given twice.", ""),
    ("S: Secret[str] = JsonData(path='$.s')\nA = f'{S}'", "secret", 2, 5, "`S` is secret and cannot be shown in a text.", ""),
    ("É = 1\nA = 'é' + Ë", "unknown_name", 2, 11, "There is no `Ë` here.", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "sentence", "hint"), CASES, ids=[case[0][:50] for case in CASES]
)
def test_one_clear_problem(text: str, code: str, line: int, column: int, sentence: str, hint: str) -> None:
    found = problems(text)
    assert [problem.message for problem in found] == [sentence]
    (problem,) = found
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert hint in problem.hint
    assert problem.rendered.startswith(f"error: {sentence}\n  --> main.sml:{line}:{column}\n")


_TRY = """U: Entity[str] = EntityJson(type='U', path='$.u')
T = Experiment(entity=U, buckets=['control', 'warm'], bucket_sizes=[50.0, 50.0], version=1, revision=1)
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A = ExperimentWhen(experiment=T, control=[True])", "The conditions for bucket `warm` are missing."),
        (
            "A = ExperimentWhen(experiment=T, control=[True], warm=[True], cold=[True])",
            "The experiment has no bucket `cold`.",
        ),
        (
            "A = ExperimentWhen(experiment=U, control=[True])",
            "`experiment` must be the name of an Experiment, but this is `Entity[str]`.",
        ),
        ("A = ExperimentWhen(control=[True])", "ExperimentWhen needs an experiment and its buckets, by name."),
        (
            "A = ExperimentWhen(experiment=T, control=[True], warm=[1])",
            "Each item of `warm` of ExperimentWhen must be `bool`, but this is `int`.",
        ),
    ],
)
def test_experiment_when_refusals(text: str, sentence: str) -> None:
    assert [problem.message for problem in problems(_TRY + text)] == [sentence]


def test_rendered_with_carets_and_hint() -> None:
    (problem,) = problems("Text = 'x'\nLong = StringLength(s=Txt) > 5")
    assert problem.rendered == (
        "error: There is no `Txt` here.\n"
        "  --> main.sml:2:23\n"
        "   |\n"
        " 2 | Long = StringLength(s=Txt) > 5\n"
        "   |                       ^^^\n"
        "   = hint: Did you mean `Text`?"
    )


def test_all_problems_are_found_at_once_and_in_order() -> None:
    found = problems({"main.sml": "A = Nope\nB = 1 + 'x'\nif B: pass\n", "other.sml": "C = Nix"})
    assert [(problem.file, problem.line) for problem in found] == [
        ("main.sml", 1),
        ("main.sml", 2),
        ("main.sml", 3),
        ("other.sml", 1),
    ]


def test_one_mistake_does_not_echo() -> None:
    found = problems("A = Nope\nB = StringLength(s=A) + 1\nR = Rule(when_all=[B > 1, A == 3], description=f'{A}')")
    assert len(found) == 1


def test_names_of_an_unreadable_file_are_not_blamed_on_others() -> None:
    found = problems({"main.sml": "Import(rules=['base.sml'])\nB = A", "base.sml": "A = (1"})
    assert [problem.code for problem in found] == ["syntax"]


def test_name_in_another_file_says_what_to_import() -> None:
    (problem,) = problems({"main.sml": "B = A", "base.sml": "A = GetActionName()"})
    assert problem.hint == "It is assigned in base.sml: add `Import(rules=['base.sml'])`."


def test_circles_are_refused() -> None:
    (problem,) = problems({"main.sml": "Import(rules=['a.sml'])", "a.sml": "Import(rules=['main.sml'])"})
    assert problem.message == "These files import each other in a circle: main.sml -> a.sml -> main.sml."
    (problem,) = problems(
        {
            "main.sml": "T = GetActionName()\nRequire(rule='a.sml', require_if=T == 'x')",
            "a.sml": "Require(rule='b.sml')",
            "b.sml": "Require(rule='a.sml')",
        }
    )
    assert problem.code == "require_circle"


def test_unknown_label_with_a_suggestion() -> None:
    text = "U: Entity[str] = EntityJson(type='U', path='$.u')\nA = HasLabel(entity=U, label='spamer')"
    (problem,) = problems(text, known_labels=["spammer", "trusted"])
    assert (problem.message, problem.hint) == ("There is no label `spamer`.", "Did you mean `spammer`?")


def test_no_files() -> None:
    (problem,) = problems({})
    assert problem.code == "no_files"


def test_error_is_bad_input_with_a_place() -> None:
    from watchfloor.engines import sml
    from watchfloor.kernel.errors import BadInput

    with pytest.raises(BadInput) as caught:
        sml.compile_rules({"main.sml": "A = B"})
    assert caught.value.as_dict() == {"code": "bad_rules", "message": "There is no `B` here.", "where": "main.sml:1:5"}
