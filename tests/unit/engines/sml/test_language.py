"""What the language means: names, missing values, operators, rules, effects, files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.engines.sml.helpers import compiled, event, features, outcome, problems

from watchfloor.engines import sml
from watchfloor.engines.sml.stdlib.network import mail_lookup

# --- values and names ---------------------------------------------------------------------------------------------------


def test_literals_and_local_names_are_no_features() -> None:
    text = """
    Second: int = 1
    Words = ['a', 'b']
    _factor = Second * 60
    Minute: int = _factor
    Shown: ExtractLiteral[str] = 'x'
    Name = GetActionName()
    """
    assert features(text) == {"Minute": 60, "Shown": "x", "Name": "create_post"}


def test_secret_values_are_read_from_the_secret_part_and_hidden() -> None:
    text = """
    Ssn: Secret[str] = JsonData(path='$.ssn')
    Digest: ExtractSecret[str] = HashSha256(input=Ssn)
    Known = Ssn == '123'
    """
    found = features(text, {"ssn": "public"}, secret={"ssn": "123"})
    assert "Ssn" not in found
    assert found["Digest"].startswith("a665a459")
    assert found["Known"] is True


@pytest.mark.parametrize(
    "shown", ["A = [Ssn]", "A = StringToUpper(s=Ssn)", "A: str = Ssn", "A = Ssn + 'x'", "B: Secret[str] = Ssn\nA = B"]
)
def test_secret_content_cannot_become_a_feature(shown: str) -> None:
    (problem,) = problems(f"Ssn: Secret[str] = JsonData(path='$.ssn')\n{shown}")
    assert problem.code == "secret"
    assert "ExtractSecret[...]" in problem.hint


@pytest.mark.parametrize(("written", "fires"), [("90", True), ("80", False), ("None", False)])
def test_a_literal_that_is_declared_optional_is_met_as_such(written: str, fires: bool) -> None:
    text = f"""
    Limit: Optional[int] = {written}
    Over = Limit != None and Limit >= 85
    Text = 'x'
    Never = Text == None
    R = Rule(when_all=[Limit != None and Limit >= 85], description='x')
    """
    found = features(text)
    assert (found["Over"], found["R"], found["Never"]) == (fires, fires, False)


def test_mail_hosts_come_from_whoever_embeds_the_engine() -> None:
    text = "A = MXLookup(domain='mail.example')\nB = MXLookup(domain='none.example')"
    assert features(text) == {"A": None, "B": None}
    known = {"mail.example": "192.0.2.7"}
    rules = compiled(text, functions={**sml.STANDARD, "MXLookup": mail_lookup(known.get)})
    assert rules.evaluate(event()).features == {"A": "192.0.2.7", "B": None}


@pytest.mark.parametrize(
    ("declared", "value", "expected", "errors"),
    [
        ("str", "x", "x", 0),
        ("str", 5, "5", 0),
        ("int", "12", 12, 0),
        ("int", "twelve", None, 1),
        ("int", 3.7, 3, 0),
        ("int", True, None, 1),
        ("float", 2, 2, 0),
        ("float", "2.5", 2.5, 0),
        ("bool", 1, True, 0),
        ("str", None, None, 1),
        ("Optional[str]", None, None, 0),
        ("Optional[int]", "4", 4, 0),
        ("str | None", 4, "4", 0),
        ("Union[int, str]", [], "[]", 0),
        ("List[str]", ["a", 1], ["a", "1"], 0),
        ("List[int]", "12", None, 1),
        ("Any", {"a": 1}, {"a": 1}, 0),
    ],
)
def test_json_values_are_brought_to_the_declared_type(declared: str, value: Any, expected: Any, errors: int) -> None:
    got = outcome(f"X: {declared} = JsonData(path='$.x')", {"x": value})
    assert got.features == {"X": expected}
    assert len(got.errors) == errors


def test_without_coercion_types_must_match() -> None:
    got = outcome("X: str = JsonData(path='$.x', coerce_type=False)", {"x": 5})
    assert got.features == {"X": None}
    assert got.errors[0].message == "$.x is int, not str"


def test_missing_values_are_errors_only_when_required() -> None:
    text = "A: str = JsonData(path='$.a.b')\nB: str = JsonData(path='$.b', required=False)"
    got = outcome(text, {"a": "not an object"})
    assert got.features == {"A": None, "B": None}
    assert [error.message for error in got.errors] == ["there is nothing at $.a.b"]
    assert (got.errors[0].feature, got.errors[0].line) == ("A", 1)


def test_paths_with_indexes_and_odd_names() -> None:
    text = """
    A: str = JsonData(path="$.list[1]['odd name']")
    B: str = JsonData(path='$.list[9]', required=False)
    C: Any = JsonData(path='$')
    """
    data = {"list": [0, {"odd name": "x"}]}
    assert features(text, data) == {"A": "x", "B": None, "C": data}


def test_entities_stand_for_their_ids() -> None:
    text = """
    User: Entity[str] = EntityJson(type='User', path='$.id')
    Same = User == 'u1'
    Listed = User in ['u1', 'u2']
    Upper = StringToUpper(s=User)
    Made = Entity(type='Post', id=7)
    Next = Made + 1
    Both = User == User
    """
    expected = {"User": "u1", "Same": True, "Listed": True, "Upper": "U1", "Made": 7, "Next": 8, "Both": True}
    assert features(text, {"id": "u1"}) == expected


# --- missing values in operators ----------------------------------------------------------------------------------------

_GONE = "X: str = JsonData(path='$.x', required=False)\nN: int = JsonData(path='$.n', required=False)\n"
_NONE = "O: Optional[int] = JsonData(path='$.o', required=False)\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("X == None", True),
        ("X != None", False),
        ("X == 'a'", False),
        ("X != 'a'", True),
        ("X in ['a']", False),
        ("X not in ['a']", True),
        ("X in ['a', None]", True),
        ("X in 'abc'", False),
        ("'a' in X", None),
        ("N < 3", None),
        ("N + 1", None),
        ("-N", None),
        ("not (N < 3)", None),
        ("N < 3 or True", True),
        ("N < 3 and True", False),
        ("StringLength(s=X) > 2", None),
        ("f'{X}'", None),
        ("O != None and O > 3", False),
        ("O == None or O > 3", True),
        ("ResolveOptional(optional_value=O, default_value=4)", 4),
        ("ResolveOptional(optional_value=X, default_value='d')", "d"),
        ("ResolveOptional(optional_value=O)", None),
        ("O in [1]", False),
        ("O == 1", False),
    ],
)
def test_missing_values(expression: str, expected: Any) -> None:
    found = features(f"{_GONE}{_NONE}R = {expression}", {})["R"]
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 // 2", 3), ("7 % 4", 3), ("2 ** 10", 1024), ("1 << 4", 16), ("6 >> 1", 3), ("6 | 1", 7), ("6 & 3", 2), ("6 ^ 3", 5),
        ("1 / 4", 0.25), ("'a' + 'b'", "ab"), ("'ab' * 2", "abab"), ("-3 + 1", -2),
        ("I / 0", 0), ("I // 0", 0), ("I % 0", 0), ("I + 1.5", 6.5), ("I * 'ab'", "ab" * 5), ("I ** 2", 25), ("I << 2", 20),
        ("2 ** I", 32), ("I - -1", 6), ("I & 4", 4), ("-I", -5), ("I in [5, 6]", True), ("I not in [5]", False), ("I >= 5", True),
        ("not I < 5", True), ("'b' in 'abc'", True),
    ],
)  # fmt: skip
def test_operators(expression: str, expected: Any) -> None:
    found = features(f"I: int = JsonData(path='$.i')\nR = {expression}", {"i": 5})
    assert found.get("R") == expected


# --- rules and effects --------------------------------------------------------------------------------------------------

_RULES = """
User: Entity[str] = EntityJson(type='User', path='$.user', required=False)
Text: str = JsonData(path='$.text', required=False)
Spam = Rule(when_all=[RegexMatch(target=Text, pattern='buy')], description=f'{User} sells')
Always = Rule(when_all=[True, Text != 'zzz'], description='always')
Never = Rule(when_all=[Always, False], description='never')
"""


def test_rules_fire_in_order_with_descriptions_filled_in() -> None:
    got = outcome(_RULES, {"user": "u1", "text": "buy now"})
    assert got.fired == (sml.FiredRule("Spam", "u1 sells"), sml.FiredRule("Always", "always"))
    assert (got.features["Spam"], got.features["Never"]) == (True, False)


def test_a_failed_rule_costs_only_itself() -> None:
    text = (
        _RULES
        + """
WhenRules(rules_any=[Spam, Always, Never], then=[
    LabelAdd(entity=User, label='x'),
    DeclareVerdict(verdict='look'),
    SignalAdd(policy='spam', score=2.0),
])
"""
    )
    got = outcome(text, {"text": "hello"})
    assert got.features["Spam"] is None
    assert [rule.name for rule in got.fired] == ["Always"]
    assert got.verdicts == ("look",)
    assert [error.message for error in got.errors] == ["SignalAdd failed: ValueError: score must lie between 0 and 1"]
    (entry,) = got.audit
    assert entry == sml.AuditEntry(
        rules_evaluated=("Always", "Never"), rules_matched=("Always",), rules_failed=("Spam",), effects_emitted=("verdict",),
        effects_failed=2, is_degraded=True,
    )  # fmt: skip


def test_effects_name_the_rules_that_caused_them() -> None:
    text = _RULES + "WhenRules(rules_any=[Spam, Always, Never], then=[DeclareVerdict(verdict='a')])"
    (effect,) = outcome(text, {"user": "u", "text": "buy"}).effects
    assert (effect.kind, effect.rules) == ("verdict", ("Spam", "Always"))


def test_audit_without_a_match_still_counts_what_is_lacking() -> None:
    text = _RULES + "WhenRules(rules_any=[Never], then=[LabelAdd(entity=User, label='x'), DeclareVerdict(verdict='a')])"
    (entry,) = outcome(text, {}).audit
    assert (entry.rules_matched, entry.effects_failed, entry.is_degraded) == ((), 1, True)
    (entry,) = outcome(text, {"user": "u"}).audit
    assert entry == sml.AuditEntry(rules_evaluated=("Never",))


@pytest.mark.parametrize(("condition", "applies"), [("Always", True), ("Never", False), ("Spam", False)])
def test_label_with_apply_if(condition: str, applies: bool) -> None:
    text = (
        _RULES
        + f"""
WhenRules(rules_any=[Always], then=[
    LabelAdd(entity=User, label='x', apply_if={condition}, expires_after=TimeDelta(days=7), delay_action_by=TimeDelta(hours=1)),
    LabelRemove(entity=User, label='y'),
])
"""
    )
    got = outcome(text, {"user": "u"})  # no text, so Spam cannot be decided
    first, second = got.effects
    assert first == sml.LabelEffect(
        entity=sml.Entity("User", "u"), label="x", status="added", apply_if=condition, applies=applies,
        expires_after=timedelta(days=7), delay_action_by=timedelta(hours=1), rules=("Always",),
    )  # fmt: skip
    assert got.labels == ((first, second) if applies else (second,))


def test_own_effects() -> None:
    text = (
        _RULES
        + """
WhenRules(rules_any=[Always], then=[
    SignalAdd(policy='spam', score=0.9),
    SendToReview(policy='spam', severity='high'),
    TakeAction(action='remove', policy='spam', entity=User),
])
"""
    )
    got = outcome(text, {"user": "u"})
    assert got.effects == (
        sml.SignalEffect(policy="spam", score=0.9, rules=("Always",)),
        sml.ReviewEffect(policy="spam", severity="high", rules=("Always",)),
        sml.ActionEffect(action="remove", policy="spam", entity=sml.Entity("User", "u"), rules=("Always",)),
    )


def test_effects_and_rules_by_other_names() -> None:
    text = (
        _RULES + "Other = Always\n_verdict = DeclareVerdict(verdict='v')\nWhenRules(rules_any=[Other], then=[_verdict])"
    )
    got = outcome(text, {})
    assert got.verdicts == ("v",)
    assert got.features["Other"] is True
    assert got.effects[0].rules == ("Always",)


# --- files --------------------------------------------------------------------------------------------------------------

_TREE = {
    "main.sml": """
        Import(rules=['base.sml'])
        Require(rule=f'actions/{Action}.sml')
        Require(rule='night.sml', require_if=Hour > 20)
        """,
    "base.sml": "Action = GetActionName()\nHour: int = JsonData(path='$.hour', required=False)",
    "actions/post.sml": """
        Import(rules=['base.sml', 'models/post.sml'])
        Posted = Rule(when_all=[Length > 3], description='posted')
        WhenRules(rules_any=[Posted], then=[DeclareVerdict(verdict='post')])
        """,
    "actions/login.sml": "Login = Rule(when_all=[True], description='login')",
    "models/post.sml": "Text: str = JsonData(path='$.text')\nLength = StringLength(s=Text)",
    "night.sml": "Import(rules=['base.sml'])\nNight = Rule(when_all=[Hour != 24], description='night')",
}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("post", {"text": "hello"}, {"Action": "post", "Hour": None, "Text": "hello", "Length": 5, "Posted": True}),
        ("login", {"hour": 22}, {"Action": "login", "Hour": 22, "Login": True, "Night": True}),
        ("other", {"hour": 3}, {"Action": "other", "Hour": 3}),
    ],
)
def test_only_required_files_run(name: str, data: dict[str, Any], expected: dict[str, Any]) -> None:
    assert features(_TREE, data, name=name) == expected


def test_rule_of_a_file_that_did_not_run_explains_so() -> None:
    explanation = compiled(_TREE).explain(event({}, name="login"), "Posted")
    assert explanation.fired is None
    assert explanation.because == "actions/post.sml did not run for this event: no Require included it."


def test_a_file_nobody_asks_for_is_checked_and_warned_about() -> None:
    rules = compiled({"main.sml": "A = GetActionName()", "lost.sml": "B = GetActionId()"})
    assert [warning.message for warning in rules.warnings] == ["lost.sml never runs."]
    assert rules.evaluate(event()).features == {"A": "create_post"}


def test_without_main_every_file_runs() -> None:
    assert features({"b.sml": "Import(rules=['a.sml'])\nB = A + 1", "a.sml": "A = GetActionId()"}) == {"A": 1, "B": 2}


def test_local_names_belong_to_their_file() -> None:
    found = features(
        {"main.sml": "Import(rules=['a.sml'])\n_x = GetActionId()\nB = _x", "a.sml": "_x = GetActionName()\nA = _x"}
    )
    assert found == {"A": "create_post", "B": 1}


# --- explanations and the reference -------------------------------------------------------------------------------------


def test_explanation_shows_the_values_met() -> None:
    text = """
    AgeDays: float = JsonData(path='$.age')
    Text: str = JsonData(path='$.text', required=False)
    Young = Rule(when_all=[AgeDays < 1.0, RegexMatch(target=Text, pattern='buy')], description='young seller')
    """
    rules = compiled(text)
    no = rules.explain(event({"age": 352.3, "text": "buy"}), "Young")
    assert (no.fired, no.because) == (False, "A condition is false: AgeDays < 1.0: false (AgeDays is 352.3).")
    assert [condition.value for condition in no.conditions] == [False, True]
    unknown = rules.explain(event({"age": 0.5}), "Young")
    assert unknown.fired is None
    assert (
        "could not be decided: RegexMatch(target=Text, pattern='buy'): undefined (Text is undefined)" in unknown.because
    )
    yes = rules.explain(event({"age": 0.5, "text": "buy"}), "Young")
    assert (yes.fired, yes.because, yes.description) == (True, "All 2 conditions hold.", "young seller")


def test_explaining_an_unknown_rule_suggests_one() -> None:
    from watchfloor.kernel.errors import NotFound

    with pytest.raises(NotFound) as caught:
        compiled(_RULES).explain(event(), "Spamm")
    assert caught.value.hint == "Did you mean `Spam`?"


def test_reference_is_json_and_names_every_function() -> None:
    import json

    reference = compiled("").reference()
    assert {entry["name"] for entry in json.loads(json.dumps(reference))["functions"]} == set(sml.STANDARD)
    assert all(entry["doc"] for entry in reference["functions"])


def test_a_thousand_rules_compile_into_one_function() -> None:
    text = "N: int = JsonData(path='$.n')\n" + "\n".join(
        f"R{i} = Rule(when_all=[N > {i}, N != {i * 2}], description=f'{{N}} over {i}')" for i in range(1000)
    )
    rules = compiled(text)
    assert len(rules.fired(event({"n": 500}))) == 499
