"""The shipped policy set is complete and consistent: every outside vocabulary is covered, every tree leads somewhere."""

from __future__ import annotations

from collections import Counter

import pytest

from watchfloor.policy import defaults, domain

POLICIES = defaults.load_policies()
REASONS = defaults.load_reasons()
VIOLATIONS = [violation for policy in POLICIES for violation in policy["violation"]]
IDS = [policy["key"] for policy in POLICIES]


def test_there_are_47_atproto_reason_tokens() -> None:
    legacy = [token for token in domain.ATPROTO_TOKENS if token.startswith("com.atproto.moderation.defs#")]
    ours = [token for token in domain.ATPROTO_TOKENS if token.startswith("tools.ozone.report.defs#")]
    assert (len(legacy), len(ours), len(set(domain.ATPROTO_TOKENS))) == (7, 40, 47)


def test_every_atproto_token_leads_to_exactly_one_reason() -> None:
    used = Counter(token for reason in REASONS for token in reason.get("atproto", []))
    assert used == Counter(dict.fromkeys(domain.ATPROTO_TOKENS, 1))


def test_every_dsa_category_is_a_valid_one_and_every_valid_one_is_used() -> None:
    assert len(domain.DSA_CATEGORIES) == 16
    used = {row["dsa_category"] for row in [*POLICIES, *REASONS]}
    assert used == set(domain.DSA_CATEGORIES)


def test_keys_are_unique() -> None:
    for rows in (POLICIES, REASONS, VIOLATIONS):
        keys = [row["key"] for row in rows]
        assert len(keys) == len(set(keys))


def test_every_reason_leads_to_a_policy() -> None:
    assert {reason["policy"] for reason in REASONS} == set(IDS)


def test_every_harm_group_is_known_and_has_one_policy() -> None:
    assert sorted(policy["harm_group"] for policy in POLICIES) == sorted(domain.HARM_GROUPS)


def test_child_safety_needs_clearance_and_the_shortest_target() -> None:
    by_key = {policy["key"]: policy for policy in POLICIES}
    assert by_key["child-safety"]["clearance"] == "child_safety"
    assert by_key["child-safety"]["target_hours"] == min(policy["target_hours"] for policy in POLICIES)


@pytest.mark.parametrize("policy", POLICIES, ids=IDS)
class TestEachPolicy:
    def test_its_parts_are_valid(self, policy: dict) -> None:
        domain.check_policy(policy["key"], policy)
        domain.check_text(
            policy["summary"], defaults.text_of(policy), policy.get("question", []), policy.get("overlay", {})
        )
        assert 2 <= len(policy["violation"]) <= 6
        assert set(policy["names"]) == {"es", "ja", "ar"}
        for violation in policy["violation"]:
            domain.check_violation(violation["key"], violation)

    def test_every_violation_names_a_clause_of_the_text(self, policy: dict) -> None:
        numbers = {clause["number"] for clause in policy["clause"]}
        for violation in policy["violation"]:
            assert violation["clause"].split()[0] in numbers

    def test_a_clause_of_one_market_is_explained_by_its_overlay(self, policy: dict) -> None:
        for violation in policy["violation"]:
            for market in violation.get("markets", []):
                assert violation["clause"].endswith(market)
                assert violation["key"] in policy["overlay"][market]

    def test_its_severity_is_not_above_its_worst_violation(self, policy: dict) -> None:
        assert policy["severity"] <= max(violation["severity"] for violation in policy["violation"])

    def test_the_tree_ends_in_its_own_violations(self, policy: dict) -> None:
        own = {violation["key"] for violation in policy["violation"]}
        ends = {question[way] for question in policy["question"] for way in ("yes", "no")}
        assert ends - {"next", "clean", "escalate", "change-policy"} <= own
        last = policy["question"][-1]
        assert "next" not in {last["yes"], last["no"]}
        for question in policy["question"][:-1]:
            assert "next" in {question["yes"], question["no"]}, "a question after this one could never be reached"
