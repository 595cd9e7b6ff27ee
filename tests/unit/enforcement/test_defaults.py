"""The shipped catalogue, ladder and notices fit together, and every policy's actions exist."""

from __future__ import annotations

import pytest

from watchfloor.enforcement import catalogue, defaults, notices
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import defaults as policy_defaults

ACTIONS = defaults.load(defaults.FOLDER / "actions.toml")
TEMPLATES = defaults.load(defaults.FOLDER / "notices.toml")["template"]
KINDS = {kind["key"]: kind for kind in ACTIONS["kind"]}


def test_every_action_stands_on_a_class_and_speaks_four_languages() -> None:
    for kind in KINDS.values():
        catalogue.effect(kind["does"])
        assert set(kind["phrases"]) == set(notices.LANGUAGES)
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
    keys = {template["key"] for template in TEMPLATES}
    assert {(template["key"], template["language"]) for template in TEMPLATES} == {
        (key, language) for key in keys for language in notices.LANGUAGES
    }
    by_key: dict[str, set[frozenset[str]]] = {}
    for template in TEMPLATES:
        fields = frozenset(notices._PLACE.findall(template["subject"] + template["body"]))
        assert fields <= set(notices.FIELDS)
        by_key.setdefault(template["key"], set()).add(fields)
    for key, variants in by_key.items():
        assert len(variants) == 1, f"{key} tells more in one language than in another"


def test_the_statement_of_reasons_says_what_the_law_wants_said() -> None:
    for template in TEMPLATES:
        if template["key"] == "author_violating":
            fields = set(notices._PLACE.findall(template["body"]))
            assert {"actions", "policy", "clause", "facts", "automation", "appeal_link", "appeal_until"} <= fields


def test_a_field_without_a_value_is_an_error() -> None:
    assert notices.fill("{{item}} {{ appeal_link }}", {"item": "post"}) == "post {{appeal_link}}"
    with pytest.raises(BadInput, match="needs 'clause'"):
        notices.fill("{{clause}}", {})


def test_a_value_cannot_bring_fields_of_its_own() -> None:
    assert notices.fill("{{facts}}", {"facts": "{{clause}}"}) == "{{clause}}"
