"""The rule form: which texts it can hold, why not others, and what it changes in a file."""

from __future__ import annotations

import pytest

from watchfloor.engines import sml
from watchfloor.engines.sml.form import Action, Beyond, Condition, Group, NewCounter, NewField, RuleForm
from watchfloor.engines.sml.format import format_text
from watchfloor.engines.sml.formfile import put_rule
from watchfloor.engines.sml.formread import read_rule, rules_in
from watchfloor.engines.sml.formwords import ACTIONS, OPERATORS
from watchfloor.engines.sml.formwrite import write_rule
from watchfloor.kernel.errors import BadInput

FIELDS = """Text: str = JsonData(path='$.text')
Market: str = JsonData(path='$.market')
Sender: Entity[str] = EntityJson(type='account', path='$.by')
"""
FORM = RuleForm(
    "PillShop",
    "{Market} sells pills",
    (
        Condition("contains", "Text", "viagra"),
        Group("any", (Condition("one_of", "Market", ("US", "DE")), Condition("longer", "Text", 10))),
    ),
    (Action("SendToReview", {"policy": "spam", "severity": "low"}),
     Action("LabelAdd", {"entity": "Sender", "label": "seller", "expires_after": 7})),
)  # fmt: skip
WRITTEN = """PillShop = Rule(
  when_all=[
    TextContains(phrase='viagra', text=Text),
    Market in ['US', 'DE'] or StringLength(s=Text) > 10,
  ],
  description=f'{Market} sells pills',
)

WhenRules(
  rules_any=[PillShop],
  then=[
    SendToReview(policy='spam', severity='low'),
    LabelAdd(entity=Sender, label='seller', expires_after=TimeDelta(days=7)),
  ],
)
"""


def test_it_writes_what_an_author_would_and_reads_it_again() -> None:
    assert write_rule(FORM) == WRITTEN
    assert read_rule(FIELDS + WRITTEN, "PillShop") == FORM
    assert format_text(WRITTEN) == WRITTEN
    sml.compile_rules({"main.sml": FIELDS + WRITTEN})


def test_every_operator_and_action_of_the_tables_compiles() -> None:
    by_type = {"str": "Text", "bool": "Flag", "int": "Number", "Entity": "Sender", "List": "Tags", "": "Text"}
    fields = FIELDS + (
        "Flag: bool = JsonData(path='$.f')\nNumber: int = JsonData(path='$.n')\nTags: List[str] = JsonData(path='$.tags')\n"
    )
    values = {"none": None, "any": "x", "text": "x", "number": 3, "many": ("x", "y")}
    for key, operator in OPERATORS.items():
        if operator.function and operator.function not in sml.STANDARD:
            continue
        field = by_type[operator.types[0]]
        form = RuleForm("Any", "x", (Condition(key, field, values[operator.value]),))
        sml.compile_rules({"main.sml": fields + write_rule(form)})
        assert read_rule(write_rule(form), "Any") == form
    plain = {"text": "spam", "number": 0.5, "entity": "Sender", "days": 3}
    for function, arguments in ACTIONS.items():
        action = Action(function, {name: plain[kind] for name, kind in arguments.items()})
        form = RuleForm("Any", "x", (Condition("present", "Text"),), (action,))
        sml.compile_rules({"main.sml": fields + write_rule(form)})
        assert read_rule(write_rule(form), "Any") == form


BEYOND = [
    ("A = Rule(when_all=[Text + 'x' == 'ax'], description='x')", "more than a field"),
    ("A = Rule(when_all=[Text == Market], description='x')", "more than a field"),
    ("A = Rule(\n  when_all=[\n    # why\n    Text == 'x'],\n  description='x')", "comments"),
    ("A = Rule(when_all=Conditions, description='x')", "list"),
    ("A = Rule(when_all=[Text == 'x'], description='{x')", "braces"),
    ("A = Rule(when_all=[Text == 'x'], description='x')\nWhenRules(rules_any=[A], then=[BanUser(entity='a', comment='b')])", "actions"),
    ("A = Rule(when_all=[Text == 'x'], description='x')\nWhenRules(rules_any=[A], then=[SignalAdd(policy='x', score=S)])", "`score`"),
    ("A = Rule(when_all=[Text == 'x'], description='x')\nWhenRules(rules_any=[A], then=[])\nWhenRules(rules_any=[A], then=[])", "several"),
    ("A = Rule(when_all=[Text == 'x'], description='x'", "cannot be read"),
    ("B = Rule(when_all=[Text == 'x'], description='x')", "no rule called A"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), BEYOND)
def test_what_is_beyond_the_form_is_said(text: str, reason: str) -> None:
    found = read_rule(FIELDS + text, "A")
    assert isinstance(found, Beyond)
    assert reason in found.reason


def test_rules_of_a_text_by_name() -> None:
    assert rules_in(FIELDS + WRITTEN) == ("PillShop",)
    assert rules_in("A = (") == ()


def changed(form: RuleForm, **fields: object) -> RuleForm:
    import msgspec

    return msgspec.structs.replace(form, **fields)


def test_a_new_rule_goes_to_the_end_with_the_fields_it_needs() -> None:
    text = put_rule(FIELDS, FORM, [NewField("App", "str", "$.item.data['client app']")])
    assert text.startswith(
        FIELDS + "\nApp: str = JsonData(path=\"$.item.data['client app']\", required=False)\nPillShop = Rule("
    )
    sml.compile_rules({"main.sml": text})


def test_counters_are_named_before_the_rule() -> None:
    counters = [
        NewCounter("Posts", "Count", ("Sender",), "1h"),
        NewCounter("Markets", "CountUnique", ("Sender",), "1d", of="Market"),
        NewCounter("TooFast", "RateLimited", ("Sender", "Market"), "10m", max=5),
    ]
    form = RuleForm(
        "Flood", "x", (Condition("above", "Posts", 9), Condition("above", "Markets", 3), Condition("is", "TooFast"))
    )
    text = put_rule(FIELDS, form, counters)
    rules = sml.compile_rules({"main.sml": text})
    assert {(each.name, each.kind) for each in rules.counters} == {
        ("Posts", "count"),
        ("Markets", "unique"),
        ("TooFast", "rate"),
    }
    assert read_rule(text, "Flood") == form
    for bad in (
        NewCounter("A", "CountUnique", (), "1h"),
        NewCounter("A", "Nope", (), "1h"),
        NewCounter("A", "Count", ("a b",), "1h"),
    ):
        with pytest.raises(BadInput):
            put_rule(FIELDS, form, [bad])


def test_the_rest_of_the_file_stays_as_it_was() -> None:
    before = f"# Fields.\n{FIELDS}\n# Pills.\n{WRITTEN}\n# The end.\nLast = Rule(when_all=[ Text=='z' ], description='odd   form')\n"
    text = put_rule(before, changed(FORM, description="Pills"))
    assert text == before.replace("description=f'{Market} sells pills'", "description='Pills'")
    assert put_rule(before, FORM) == before
    without = put_rule(before, changed(FORM, actions=()))
    assert "WhenRules" not in without and "# The end." in without
    assert put_rule(without, FORM).count("WhenRules(") == 1


def test_shared_actions_stay_until_the_rule_gets_its_own() -> None:
    other = "Other = Rule(when_all=[Text == 'o'], description='o')\n"
    before = FIELDS + other + WRITTEN.replace("rules_any=[PillShop]", "rules_any=[PillShop, Other]")
    found = read_rule(before, "PillShop")
    assert isinstance(found, RuleForm) and found.shared_with == ("Other",)
    assert put_rule(before, found) == before
    own = put_rule(before, changed(found, shared_with=(), actions=(Action("DeclareVerdict", {"verdict": "reject"}),)))
    mine, theirs = read_rule(own, "PillShop"), read_rule(own, "Other")
    assert isinstance(mine, RuleForm) and isinstance(theirs, RuleForm)
    assert [each.function for each in mine.actions] == ["DeclareVerdict"]
    assert [each.function for each in theirs.actions] == ["SendToReview", "LabelAdd"]
    assert mine.shared_with == theirs.shared_with == ()
    sml.compile_rules({"main.sml": own})


BAD = [
    (changed(FORM, name="9x"), "name"),
    (changed(FORM, name="_x"), "name"),
    (changed(FORM, name="None"), "name"),
    (changed(FORM, conditions=()), "conditions"),
    (changed(FORM, conditions=(Condition("contains", "", "x"),)), "conditions.0"),
    (changed(FORM, conditions=(Condition("contains", "Text", 3),)), "conditions.0"),
    (changed(FORM, conditions=(Condition("above", "Text", float("inf")),)), "conditions.0"),
    (changed(FORM, conditions=(Condition("present", "Text"), Group("any", (Condition("present", "Text"),)))), "conditions.1"),
    (changed(FORM, conditions=(Group("any", (Condition("present", "Text"), Condition("nope", "Text"))),)), "conditions.0.1"),
    (changed(FORM, conditions=(Condition("is", "Text) or (Text"),)), "conditions.0"),
    (changed(FORM, actions=(Action("BanUser"),)), "actions.0"),
    (changed(FORM, actions=(Action("LabelAdd", {"entity": "a b"}),)), "actions.0"),
    (changed(FORM, description="{"), "description"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "where"), BAD)
def test_a_form_not_filled_in_says_where(form: RuleForm, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        write_rule(form)
    assert caught.value.where == where
