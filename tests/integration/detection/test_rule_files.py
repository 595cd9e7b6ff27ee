"""Writing rule files: what does not compile changes nothing; rules follow their text; the set in force is renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchfloor.detection import ruleset
from watchfloor.detection.actions import archive_rule_file, save_rule_file, set_rule_state
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.engines import sml
from watchfloor.identity.domain import system
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.support.rules import Rules


def names() -> tuple[str, ...]:
    current = ruleset.current().rules
    return current.rules if current is not None else ()


def test_bad_text_is_refused_with_place_and_hint_and_nothing_changes(rules: Rules) -> None:
    rules.add("Bad")
    before = RuleFile.objects.get().text
    with pytest.raises(BadInput) as error:
        rules.write("Worse = Rule(when_all=[Txt == 'x'], description='x')\nMore = Nope()\n")
    assert isinstance(error.value, sml.RuleErrors)
    assert len(error.value.problems) >= 2
    assert error.value.where.startswith("main.sml:4:")
    assert "Text" in error.value.hint
    assert RuleFile.objects.get().text == before
    assert names() == ("Bad",)
    assert rules.show()[1].fired == ("Bad",)


def test_a_new_rule_is_a_draft_and_knows_its_policy_and_words(rules: Rules) -> None:
    rules.add("Bad", state="draft")
    rule = Rule.objects.get()
    assert (rule.state, rule.policy_key, rule.description, rule.path) == ("draft", "spam", "Bad fired", "main.sml")
    assert Event.objects.filter(type="rule.declared").count() == 1


def test_saving_the_same_text_is_no_change(rules: Rules) -> None:
    rules.add("Bad")
    rules.write(RuleFile.objects.get().text.partition("'$.item.id')\n")[2])
    assert RuleFile.objects.get().revision == 1


def test_a_rule_whose_text_is_gone_is_retired_and_does_not_come_back_acting(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.add("Bad")
    rules.write(text_of_rule("Other"))
    assert {rule.name: rule.state for rule in Rule.objects.all()} == {"Bad": "retired", "Other": "draft"}
    rules.write(text_of_rule("Bad"))
    assert Rule.objects.get(name="Bad").state == "retired"
    assert rules.show()[1].fired == ()


def test_a_rule_that_moves_to_another_file_keeps_its_state(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.add("Bad")
    with writing(system("test")) as w:
        save_rule_file(w, "features.sml", "Kind: str = JsonData(path='$.item.type')\n")
    rules.write(text_of_rule("Stays"), text_of_rule("Bad"))
    assert Rule.objects.get(name="Bad").state == "on"


def test_a_needed_file_is_not_archived_an_unneeded_one_is(rules: Rules) -> None:
    rules.add("Bad")
    with writing(system("test")) as w:
        save_rule_file(w, "extra.sml", "Kind: str = JsonData(path='$.item.type')\n")
        save_rule_file(w, "main.sml", RuleFile.objects.get(path="main.sml").text + "Import(rules=['extra.sml'])\n")
    with pytest.raises(Conflict, match=r"extra\.sml"), writing(system("test")) as w:
        archive_rule_file(w, "extra.sml")
    with writing(system("test")) as w:
        archive_rule_file(w, "main.sml")
    assert Rule.objects.get().state == "retired"
    assert names() == ()
    with pytest.raises(NotFound), writing(system("test")) as w:
        archive_rule_file(w, "main.sml")


def test_the_set_is_renewed_when_another_process_saved(rules: Rules) -> None:
    rules.add("Bad")
    assert names() == ("Bad",)
    row = RuleFile.objects.get()
    RuleFile.objects.update(text=row.text.replace("Bad", "Worse"), revision=2)
    ruleset.forget()
    assert names() == ("Worse",)


def test_a_stored_text_that_does_not_compile_keeps_the_old_set(rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    rules.add("Bad")
    assert names() == ("Bad",)
    RuleFile.objects.update(text="Broken = (", revision=2)
    ruleset.forget()
    assert names() == ("Bad",)
    assert "stays in force" in caplog.text
    assert rules.show()[1].fired == ("Bad",)
    with writing(system("test")) as w:
        set_rule_state(w, "Bad", "paused", why="test")
    assert rules.show()[1].fired == ()  # states are followed all the same


@pytest.mark.parametrize(
    ("after", "why", "percent", "code"),
    [("on", "  ", 100, "missing_why"), ("partial", "x", 0, "bad_percent"), ("partial", "x", 100, "bad_percent"),
     ("draft", "x", 100, None), ("backtested", "x", 100, "bad_step")],
)  # fmt: skip
def test_steps_are_checked(rules: Rules, after: str, why: str, percent: int, code: str | None) -> None:
    rules.add("Bad", state="shadow")
    if code is None:
        with writing(system("test")) as w:
            set_rule_state(w, "Bad", after, why=why, percent=percent)
        return
    with pytest.raises((BadInput, Conflict)) as error, writing(system("test")) as w:
        set_rule_state(w, "Bad", after, why=why, percent=percent)
    assert error.value.code == code
    assert Rule.objects.get().state == "shadow"


def test_the_share_of_a_partial_rule_can_be_changed(rules: Rules) -> None:
    rules.add("Bad", state="partial")
    with writing(system("test")) as w:
        set_rule_state(w, "Bad", "partial", why="goes well", percent=60)
    assert Rule.objects.get().percent == 60
    with pytest.raises(Conflict), writing(system("test")) as w:
        set_rule_state(w, "Bad", "partial", why="again", percent=60)


def test_the_ledger_tells_the_whole_life(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.add("Bad")
    rules.write(text_of_rule("Bad", "Text == 'bad'", description="other words"))
    rules.write(text_of_rule("Other"))
    sequencer.catch_up()
    assert rebuild.check().differences == []
