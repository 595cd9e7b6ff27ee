"""Filters, paths and patches of SCIM on plain documents."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.interop.scim.domain.errors import ScimError
from watchfloor.interop.scim.domain.filters import parse, parse_path
from watchfloor.interop.scim.domain.kinds import ENTERPRISE, FLOOR, kinds
from watchfloor.interop.scim.domain.patching import patched
from watchfloor.interop.scim.domain.schema import taken
from watchfloor.interop.scim.domain.shown import ordered, shown

USER, GROUP = kinds(lambda: ["inhouse", "north"])
ANA: dict[str, Any] = {
    "id": "1", "userName": "Ana", "title": "Lead", "active": True, "meta": {"created": "2026-01-02T00:00:00Z"},
    "emails": [{"value": "ana@x.org", "type": "work", "primary": True}, {"value": "a@home.org", "type": "home"}],
    ENTERPRISE: {"department": "Trust"},
}  # fmt: skip

TRUE = (
    'userName eq "ana"', 'USERNAME Sw "A"', 'title co "ea"', 'title ew "AD"', "title pr", 'title ne "x"', "title ne null",
    "active eq true",
    'emails eq "ana@x.org"', 'emails.type eq "home"', 'emails[type eq "work" and value co "x.org"]', 'not (emails[type eq "fax"])',
    f'{ENTERPRISE}:department eq "trust"', 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ana"',
    'meta.created gt "2026-01-01T00:00:00Z"',
    'userName eq "x" or title eq "Lead" and active eq true', '(userName eq "x" or title eq "lead") and active eq true', "nickName eq null",
)  # fmt: skip
FALSE = (
    'id eq "2"', "nickName pr", "nickName ne null", "active eq false", 'active eq "true"', 'emails[type eq "home" and value co "x.org"]',
    'title gt "zz"',
    'not (userName eq "ana")', 'userName eq "ana" and title eq "x"',
)  # fmt: skip
NONSENSE = (
    "",
    "userName",
    "userName eq",
    'userName is "a"',
    '(userName eq "a"',
    'userName eq "a" and',
    'emails[type eq "a"',
    "nothing pr",
    'eq "a"',
    "a" * 5_000,
)


def test_filters() -> None:
    wrong = [text for text in TRUE if not parse(text, USER)(ANA)] + [text for text in FALSE if parse(text, USER)(ANA)]
    assert not wrong
    for text in NONSENSE:
        with pytest.raises(ScimError) as error:
            parse(text, USER)
        assert error.value.kind == "invalidFilter"


@settings(max_examples=40)
@given(st.text(alphabet='userName.[]()"\\ eqandorpr0-9:', max_size=60))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_path):
        with contextlib.suppress(ScimError):
            read(text, USER)


def change(document: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    return patched(USER, document, {"Operations": list(operations)})


def test_patches() -> None:
    found = change(ANA, {"op": "add", "path": "emails", "value": [{"value": "n@x.org", "primary": True}]})
    assert [each.get("primary") for each in found["emails"]] == [False, None, True]  # one is primary
    assert (
        change(found, {"op": "add", "path": "emails", "value": [{"value": "n@x.org", "primary": True}]}) == found
    )  # twice is once
    found = change(ANA, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "w@x.org"})
    assert (
        found["emails"][0] == {"value": "w@x.org", "type": "work", "primary": True}
        and ANA["emails"][0]["value"] == "ana@x.org"
    )
    found = change(ANA, {"op": "add", "path": 'emails[type eq "other"].value', "value": "o@x.org"})
    assert found["emails"][2] == {"type": "other", "value": "o@x.org"}
    assert "emails" not in change(ANA, {"op": "remove", "path": "emails"})
    assert len(change(ANA, {"op": "remove", "path": 'emails[type eq "home"]'})["emails"]) == 1
    found = change(
        ANA, {"op": "Replace", "value": {"name.familyName": "Ng", "active": "False", f"{ENTERPRISE}:division": "D"}}
    )
    assert (
        found["name"] == {"familyName": "Ng"}
        and found["active"] is False
        and found[ENTERPRISE] == {"department": "Trust", "division": "D"}
    )
    assert ENTERPRISE not in change(ANA, {"op": "remove", "path": f"{ENTERPRISE}:department"})
    found = change(ANA, {"op": "add", "path": FLOOR, "value": {"vendor": "north", "markets": "DE"}})
    assert found[FLOOR]["vendor"] == "north"
    for operation, kind in (
        ({"op": "replace", "path": 'emails[type co "x"].value', "value": "a"}, "noTarget"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "add", "path": "id", "value": "2"}, "mutability"), ({"op": "add", "path": "x", "value": "2"}, "invalidPath"),
        ({"op": "remove"}, "noTarget"), ({"op": "add", "value": 3}, "invalidValue"), ({"op": "spoil", "path": "title"}, "invalidSyntax"),
    ):  # fmt: skip
        with pytest.raises(ScimError) as error:
            change(ANA, operation)
        assert error.value.kind == kind, operation


def test_what_is_taken_and_shown() -> None:
    sent = {
        "USERNAME": "a",
        "id": "9",
        "groups": [],
        "strange": 1,
        "emails": "a@x.org",
        FLOOR.upper(): {"Markets": ["de", "AT"], "site": "Riga"},
    }
    assert taken(USER, sent) == {"userName": "a", "emails": [{"value": "a@x.org"}], FLOOR: {"markets": "DE,AT"}}
    assert shown(USER, ANA, ["emails.type", "nothing"]) == {"id": "1", "emails": [{"type": "work"}, {"type": "home"}]}
    assert set(shown(USER, ANA, (), ["emails", "id", ENTERPRISE])) == {"id", "userName", "title", "active", "meta"}
    rows = [{"userName": "b"}, {"userName": "A"}, {}]
    assert ordered(USER, rows, "userName", False) == [{"userName": "A"}, {"userName": "b"}, {}]
    assert ordered(GROUP, [{"displayName": "a"}, {"displayName": "b"}], "displayName", True)[0] == {"displayName": "b"}
