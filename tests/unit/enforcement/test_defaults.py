"""The shipped catalogue, ladder and notices fit together, and every policy's actions exist."""

from __future__ import annotations

import pytest

from watchfloor.enforcement import catalogue, defaults, notice_fields
from watchfloor.enforcement.notice_words import ITEMS, LANGUAGES, WORDS
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import defaults as policy_defaults

ACTIONS = defaults.load(defaults.FOLDER / "actions.toml")
TEMPLATES = defaults.load(defaults.FOLDER / "notices.toml")["template"]
KINDS = {kind["key"]: kind for kind in ACTIONS["kind"]}


def test_every_action_stands_on_a_class_and_speaks_four_languages() -> None:
    for kind in KINDS.values():
        catalogue.effect(kind["does"])
        assert set(kind["phrases"]) == set(LANGUAGES)
        assert kind["help"] and bool(kind.get("inverse_name")) == bool(catalogue.effect(kind["does"]).inverse)
    assert {kind["does"] for kind in KINDS.values()} == {cls.key for cls in catalogue.BUILT_IN}


def test_the_actions_of_every_violation_are_in_the_catalogue() -> None:
    for policy in policy_defaults.load_policies():
        for violation in policy["violation"]:
            assert violation["actions"] and set(violation["actions"]) <= set(KINDS)


def test_the_ladder_rises_and_acts_on_accounts() -> None:
    points = [step["points"] for step in ACTIONS["step"]]
    assert points == sorted(set(points)) and points[0] > 0
    for step in ACTIONS["step"]:
        assert catalogue.effect(KINDS[step["action"]]["does"]).target == "author"


def test_permanent_suspension_and_revoked_tokens_need_a_second_person() -> None:
    assert KINDS["suspend"]["needs_approval"] is True
    assert catalogue.effect("revoke_app_token").needs_approval


def test_every_notice_is_written_in_four_languages_with_known_fields() -> None:
    keys = set(notice_fields.TEMPLATES)
    assert {(template["key"], template["language"]) for template in TEMPLATES} == {
        (key, language) for key in keys for language in LANGUAGES
    }
    by_key: dict[str, set[frozenset[str]]] = {}
    for template in TEMPLATES:
        fields = frozenset(notice_fields.places(template["subject"], template["body"]))
        assert fields <= set(notice_fields.FIELDS)
        by_key.setdefault(template["key"], set()).add(fields)
    for key, variants in by_key.items():
        assert len(variants) == 1, f"{key} tells more in one language than in another"


def test_the_statement_of_reasons_says_what_the_law_wants_said() -> None:
    for template in TEMPLATES:
        if template["key"] == "author_violating":
            fields = notice_fields.places(template["body"])
            assert {"actions", "policy", "clause", "facts", "automation", "appeal_link", "appeal_until"} <= fields


def test_every_shipped_text_passes_the_check_it_will_meet_when_somebody_edits_it() -> None:
    for template in TEMPLATES:
        notice_fields.check(template["key"], template["subject"], template["body"], template["language"])
        values = {name: f"<{name}>" for name in notice_fields.TEMPLATES[template["key"]].fields}
        said = notice_fields.fill(template["body"].strip(), values)
        assert "{{" not in said.replace("{{appeal_link}}", "")
        assert all(f"<{name}>" in said for name in notice_fields.TEMPLATES[template["key"]].needs - {"appeal_link"})


@pytest.mark.parametrize(
    ("subject", "body", "problem"),
    [
        ("s", "{{reverted}} {{nonsense}}", "is no field"), ("s", "{{reverted}} {{facts}}", "is not known when"),
        ("s", "nothing", "must say"), ("s", "{{reverted}} {{Item}}", "is written"), ("", "{{reverted}}", "needs a subject"),
    ],
)  # fmt: skip
def test_a_text_with_wrong_or_missing_fields_is_refused(subject: str, body: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        notice_fields.check("author_reversed", subject, body, "author_reversed.en")


def test_the_sentences_are_there_in_every_language_with_the_same_places() -> None:
    for language in LANGUAGES:
        assert set(WORDS[language]) == set(WORDS["en"]) and set(ITEMS[language]) == set(ITEMS["en"])
        assert all(text.count("{0}") == WORDS["en"][key].count("{0}") for key, text in WORDS[language].items())


def test_a_field_without_a_value_is_an_error() -> None:
    assert notice_fields.fill("a\nHow: {{source}}\nb", {"source": ""}) == "a\nb"
    assert notice_fields.fill("a\nHow: {{source}}\nb", {"source": "x"}) == "a\nHow: x\nb"
    assert notice_fields.fill("{{item}} {{ appeal_link }}", {"item": "post"}) == "post {{appeal_link}}"
    with pytest.raises(BadInput, match="needs 'clause'"):
        notice_fields.fill("{{clause}}", {})


def test_a_value_cannot_bring_fields_of_its_own() -> None:
    assert notice_fields.fill("{{facts}}", {"facts": "{{clause}}"}) == "{{clause}}"
