# ruff: noqa: E501 - tables of cases read better unbroken
"""The generated rows and the plain interpreter must agree on any rules and any events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchfloor.engines import sml

# --- events: every field may be missing, null, of the wrong type, or of the right one -----------------------------------

texts = st.sampled_from(
    ["", "a", "viagra", "VIAGRA now", "héllo ſtraße", "7", "-3", "2.5", "x" * 40, "buy cheap", "İstanbul K"]
)
numbers = st.one_of(
    st.integers(-3, 12), st.floats(allow_nan=False, allow_infinity=False, width=16), st.just(2**70), st.just(10**400)
)
scalars = st.one_of(texts, numbers, st.booleans(), st.none())
lists = st.lists(scalars, max_size=3)
values = st.one_of(scalars, lists, st.dictionaries(st.sampled_from("ab"), scalars, max_size=2))
FIELDS = ("s1", "s2", "i1", "i2", "f1", "b1", "b2", "l1", "o1", "o2", "any", "e1")
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=len(FIELDS))
right = st.fixed_dictionaries(
    {
        "s1": texts, "s2": texts, "i1": st.integers(-3, 12), "i2": st.integers(-3, 12), "f1": st.floats(-5, 5), "b1": st.booleans(),
        "b2": st.booleans(), "l1": st.lists(texts, max_size=3), "o1": texts, "o2": st.integers(-3, 12), "any": scalars, "e1": texts,
    }
)  # fmt: skip
data = st.one_of(
    st.fixed_dictionaries({"n": right}),
    st.fixed_dictionaries({"n": objects}),
    st.fixed_dictionaries({"n": values}),
    st.just({}),
)

_DECLARED = """
S1: str = JsonData(path='$.n.s1')
S2: str = JsonData(path='$.n.s2', required=False, coerce_type=False)
I1: int = JsonData(path='$.n.i1')
I2: int = JsonData(path='$.n.i2', required=False)
F1: float = JsonData(path='$.n.f1')
B1: bool = JsonData(path='$.n.b1', coerce_type=False)
B2: bool = JsonData(path='$.n.b2', required=False)
L1: List[str] = JsonData(path='$.n.l1', required=False)
O1: Optional[str] = JsonData(path='$.n.o1', required=False)
O2: Optional[int] = JsonData(path='$.n.o2')
E1: Entity[str] = EntityJson(type='User', path='$.n.e1', required=False)
Any1: Any = JsonData(path='$.n.any', required=False)
First: str = JsonData(path='$.n.l1[0]', required=False)
"""

# --- expressions, by type ---------------------------------------------------------------------------------------------


def _call(name: str, **arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    keys = list(arguments)
    return st.tuples(*arguments.values()).map(
        lambda parts: f"{name}({', '.join(f'{key}={part}' for key, part in zip(keys, parts, strict=True))})"
    )


def _join(left: st.SearchStrategy[str], ops: list[str], right_: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(left, st.sampled_from(ops), right_).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")


literal_text = texts.map(repr)
literal_int = st.integers(-4, 9).map(lambda n: f"({n})")
text_leaf = st.one_of(st.sampled_from(["S1", "S2", "First"]), literal_text)
int_leaf = st.one_of(st.sampled_from(["I1", "I2"]), literal_int)


def _texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _call("StringToLower", s=inner),
        _call("StringReplace", s=inner, old=st.just("'a'"), new=inner),
        _call("StringSlice", s=inner, start=st.just("1"), end=st.just("4")),
        _call("ListRead", list=st.just("L1"), index=literal_int),
        _call("ResolveOptional", optional_value=st.just("O1"), default_value=inner),
        _call("EmailDomain", email=inner),
        _join(inner, ["+"], inner),
        _join(inner, ["*"], int_leaf),
        st.sampled_from(["f'{S1}-{I1}'", "f'{E1} {O2} {B1}'"]),
    )


def _ints(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _join(inner, ["+", "-", "*", "//", "%", "**", "<<", ">>", "|", "^", "&"], inner),
        inner.map(lambda text: f"(-{text})"),
        _call("StringLength", s=text),
        _call("ListLength", list=st.just("L1")),
        _call("ParseInt", s=text),
        _call("ResolveOptional", optional_value=st.just("O2"), default_value=inner),
        _call("CountRegexMatches", target=text_leaf, patterns=st.just("['a', 'v[i1]', 'x{3}']")),
    )


text = st.recursive(text_leaf, _texts, max_leaves=4)
integer = st.recursive(int_leaf, _ints, max_leaves=4)
number = st.one_of(integer, st.just("F1"), _join(integer, ["/", "*", "-"], st.just("F1")))
patterns = st.sampled_from(
    ["viagra", "viagra|cheap", "(?i)VIA", "[a-c]x*", "stra", "k", r"\bnow\b", "[À-ÿ]", "is(?:t|s)an"]
).map(repr)
bool_leaf = st.one_of(
    st.sampled_from(["B1", "B2", "True", "O1 == None", "O2 != None", "S1 != None", "E1 == 'a'", "E1 in ['a', 'viagra']", "Any1 == 7"]),
    _join(number, ["<", "<=", ">", ">="], number),
    _join(integer, ["==", "!="], number),
    _join(text, ["==", "!=", "in", "not in"], text),
    _join(st.just("O1"), ["in", "not in"], st.sampled_from(["['a', None]", "['7', 'viagra']", "L1", "S1"])),
    _join(st.just("O2"), ["==", "in"], st.just("[3]")).filter(lambda made: " in " in made),
    _join(st.just("Any1"), ["in", "not in"], st.sampled_from(["['a', '7']", "[3, 7]", "L1"])),
    _join(st.just("Any1"), ["<", ">="], integer),
    st.sampled_from(["(O2 != None and O2 > 3)", "(O2 == None or O2 * 2 < 3)", "(O1 != None and StringLength(s=O1) > 3)"]),
    _call("RegexMatch", target=st.one_of(st.sampled_from(["S1", "S2"]), text), pattern=patterns, case_insensitive=st.sampled_from(["True", "False"])),
    _call("RegexMatchMap", target=st.just("L1"), pattern=patterns, mode=st.sampled_from(["'any'", "'all'"])),
    _call("StringStartsWith", s=text, start=literal_text),
)  # fmt: skip
boolean = st.recursive(
    bool_leaf,
    lambda inner: st.one_of(_join(inner, ["and", "or"], inner), inner.map(lambda made: f"(not {made})")),
    max_leaves=4,
)


@st.composite
def rule_sets(draw: st.DrawFn) -> dict[str, str]:
    """A rule set of two or three files: plain rules, rules on rules, a required file, effects that may fail."""
    lines = [_DECLARED, f"T1 = {draw(text)}", f"N1 = {draw(integer)}", f"C1 = {draw(boolean)}", f"_l = {draw(boolean)}"]
    descriptions = ["'plain'", "f'{S1} wrote {E1}'", "f'{T1}'"]
    for index in range(draw(st.integers(1, 3))):
        conditions = draw(
            st.lists(st.one_of(boolean, st.sampled_from(["C1", "_l", "O2 != None"])), min_size=1, max_size=3)
        )
        if index:
            conditions.append(draw(st.sampled_from(["R0", "not R0", "True"])))
        lines.append(
            f"R{index} = Rule(when_all=[{', '.join(conditions)}], description={draw(st.sampled_from(descriptions))})"
        )
    rules = [line.split(" ", 1)[0] for line in lines if line.startswith("R")]
    lines.append("Uses = _l")
    effects = [
        "LabelAdd(entity=E1, label='a', apply_if=R0, expires_after=TimeDelta(days=1))", "DeclareVerdict(verdict=S2)",
        "SignalAdd(policy='spam', score=F1)", "LabelRemove(entity=E1, label='b')",
    ]  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(effects), min_size=1, max_size=3))
    lines.append(f"WhenRules(rules_any=[{', '.join(rules)}], then=[{', '.join(chosen)}])")
    lines.append(
        draw(
            st.sampled_from(
                ["", f"Require(rule='more.sml', require_if={draw(boolean)})", "Require(rule=f'act/{S1}.sml')"]
            )
        )
    )
    more = f"Import(rules=['main.sml'])\nMore = Rule(when_all=[R0, {draw(boolean)}], description='more')\nWhenRules(rules_any=[More], then=[DeclareVerdict(verdict='more')])"
    return {
        "main.sml": "\n".join(lines),
        "more.sml": more,
        "act/viagra.sml": "Import(rules=['main.sml', 'base.sml'])\nActed = Rule(when_all=[B2, Based > 1], description='acted')",
        "base.sml": "Based: int = JsonData(path='$.n.i2')",
    }


def _comparable(outcome: sml.Outcome) -> Any:
    # Errors are left out: the rows do not work out what cannot matter, so they meet fewer of them.
    return {name: getattr(outcome, name) for name in outcome.__struct_fields__ if name != "errors"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rule_sets(), st.lists(data, min_size=1, max_size=4))
def test_rows_equal_interpreter(sources: dict[str, str], events: list[Any]) -> None:
    try:
        rules = sml.compile_rules(sources)
    except sml.RuleErrors as errors:
        # The generator may write constants that cannot be worked out, and comparisons of unlike types; nothing else.
        unexpected = {problem.code for problem in errors.problems} - {"impossible", "wrong_type", "always"}
        if unexpected:
            raise
        return
    for number_, record in enumerate(events):
        event = sml.Event(number_, "create_post", datetime(2026, 3, 1, tzinfo=UTC), record)
        fast, plain = rules.evaluate(event), rules.interpret(event)
        assert _comparable(fast) == _comparable(plain), sources["main.sml"]
        assert rules.fired(event) == tuple(rule.name for rule in plain.fired)
        assert list(fast.features) == list(plain.features)
        for rule in rules.rules:
            explanation = rules.explain(event, rule)
            if explanation.fired is not None:
                assert explanation.fired == plain.features[rule]
    assert msgspec.json.encode(rules.reference())
