"""The rule form: form -> text -> form is the identity, and a text it can read keeps its meaning when it is written again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines import sml
from watchfloor.engines.sml.form import Action, Condition, Group, RuleForm
from watchfloor.engines.sml.formfile import put_rule
from watchfloor.engines.sml.formread import read_rule
from watchfloor.engines.sml.formwords import ACTIONS, OPERATORS
from watchfloor.engines.sml.formwrite import write_rule

FIELDS = """S: str = JsonData(path='$.s')
M: Optional[str] = JsonData(path='$.m', required=False)
N: int = JsonData(path='$.n')
B: bool = JsonData(path='$.b', coerce_type=False)
L: List[str] = JsonData(path='$.l')
E: Entity[str] = EntityJson(type='account', path='$.e')
"""
BY_TYPE = {"str": "S", "bool": "B", "int": "N", "Entity": "E", "List": "L", "": "M"}
wild = st.text(max_size=12)
texts = st.sampled_from(["", "a", "pills", "it's", 'say "x"', "a\\b", "line\nend", "\x00", "é", "{x}"]) | wild
numbers = st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**200), 2**200)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "none": st.none(), "text": texts, "number": numbers, "any": texts | numbers | st.booleans(),
    "many": st.lists(texts | numbers, min_size=1, max_size=3).map(tuple),
}  # fmt: skip
EXTRAS: dict[str, st.SearchStrategy[Any]] = {"truth": st.booleans(), "number": st.floats(0, 0.9)}


@st.composite
def conditions(draw: st.DrawFn, safe: bool = False) -> Condition:
    """``safe``: only what compiles whatever the values."""
    keys = [key for key, each in OPERATORS.items() if not each.function or each.function in sml.STANDARD]
    if safe:
        keys = [key for key in keys if not key.startswith("matches")]
    key = draw(st.sampled_from(keys))
    operator = OPERATORS[key]
    value = draw(texts.filter(bool) if safe and operator.value in ("text", "any") else VALUES[operator.value])
    if safe and operator.value == "many":
        value = ("a", "pills")
    field = "S" if safe and operator.value in ("any", "many") else BY_TYPE[operator.types[0]]
    extras = draw(st.fixed_dictionaries({}, optional={name: EXTRAS[kind] for name, kind in operator.extras.items()}))
    return Condition(key, field, value, extras)


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(Group, st.sampled_from(["all", "any"]), st.lists(parts, min_size=2, max_size=3).map(tuple))


def trees(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.recursive(leaf, groups, max_leaves=6), min_size=1, max_size=3).map(tuple)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    function = draw(st.sampled_from(sorted(ACTIONS)))
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": texts, "number": numbers, "entity": st.just("E"), "days": st.integers(0, 400),
    }  # fmt: skip
    fields = {name: plain[kind] for name, kind in ACTIONS[function].items()}
    return Action(function, draw(st.fixed_dictionaries({}, optional=fields)))


plain_words = wild.filter(lambda text: "{" not in text and "}" not in text)
descriptions = st.lists(plain_words | st.just("{S}"), max_size=3).map("".join)
forms = st.builds(
    RuleForm, st.sampled_from(["PillShop", "Éclair", "x1"]), descriptions, trees(conditions()), st.lists(actions(), max_size=3).map(tuple)
)  # fmt: skip


@given(forms)
def test_form_to_text_to_form(form: RuleForm) -> None:
    text = write_rule(form)
    assert read_rule(text, form.name) == form
    assert read_rule(put_rule(FIELDS, form), form.name) == form


@given(forms, forms)
def test_a_form_replaces_its_rule_and_only_that(one: RuleForm, other: RuleForm) -> None:
    text = put_rule(
        FIELDS, RuleForm("Kept", "x", (Condition("present", "S"),), (Action("DeclareVerdict", {"verdict": "x"}),))
    )
    with_one = put_rule(text, one)
    changed = RuleForm(one.name, other.description, other.conditions, other.actions)
    assert read_rule(put_rule(with_one, changed), one.name) == changed
    assert read_rule(put_rule(with_one, changed), "Kept") == read_rule(text, "Kept")
    assert put_rule(with_one, one) == with_one


SEEN = st.fixed_dictionaries(
    {},
    optional={
        "s": st.sampled_from(["", "a", "pills", "pills for all"]) | st.none() | st.integers(0, 3), "m": st.none() | texts,
        "n": st.integers(-6, 6) | st.none(), "b": st.booleans() | st.none(), "l": st.lists(st.just("a"), max_size=3), "e": st.just("u1"),
    },
)  # fmt: skip


@settings(max_examples=40)
@given(trees(conditions(safe=True)), st.lists(SEEN, min_size=3, max_size=6))
def test_what_is_read_and_written_again_keeps_its_meaning(parts: Any, seen: list[dict[str, Any]]) -> None:
    """The author's own way of writing (other blanks, other brackets) against what the form writes of it."""
    form = RuleForm("Rule1", "x", parts, (Action("DeclareVerdict", {"verdict": "stop"}),))
    mine = FIELDS + write_rule(form)
    odd = mine.replace(",\n  ],", "\n  ],").replace("when_all=[\n    ", "when_all =  [")
    found = read_rule(odd, "Rule1")
    assert found == form
    again = put_rule(odd, form)
    left, right = sml.compile_rules({"main.sml": odd}), sml.compile_rules({"main.sml": again})
    for number, data in enumerate(seen):
        event = sml.Event(number, "post", datetime(2026, 3, 1, tzinfo=UTC), data)
        one, two = left.evaluate(event), right.evaluate(event)
        assert (one.features, one.fired, one.verdicts) == (two.features, two.fired, two.verdicts)
