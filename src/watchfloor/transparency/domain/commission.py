"""The Commission's rules for a statement of reasons, as its database applies them, no stricter and no laxer.

``problems`` must agree with the public rule class (``StatementStoreRequest``) on every payload: the conformance test runs that
class under PHP beside this module. What we ask of ourselves beyond it is in ``house.py``. Sources: API documentation and rules of
the DSA Transparency Database, schema of July 2025. Values are JSON values; lengths are in characters.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from watchfloor.transparency.domain.vocabulary import statements

Payload = Mapping[str, Any]
RESTRICTIONS: Final = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
ILLEGAL: Final = "DECISION_GROUND_ILLEGAL_CONTENT"
INCOMPATIBLE: Final = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
PUID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_EAN: Final = re.compile(r"[0-9]{13}\n?")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[\w.%-]+(?::[\w.%-]+)?@)?(?:[\w.-]*\w\.?|\[[0-9a-f:.]+\])(?::[0-9]+)?"
    r"(?:/(?:[\w\-.~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*"
    r"(?:\?(?:[\w\-.~!$&'\[\]()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:\#(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?\n?",
    re.IGNORECASE,
)
_SCHEMES: Final = frozenset({"http", "https", "ftp", "ftps", "sftp", "ws", "wss"})
_BLANK: Final = " \t\n\r\0\x0b"  # what counts as nothing around a text
_ABSENT: Final = object()


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with which field; ``code`` is stable, the sentence is for people."""

    field: str
    code: str
    message: str


def problems(payload: Payload) -> list[Problem]:
    """What the database would refuse; none when it would take the statement."""
    check = _Check(payload)
    words = statements()
    check.content_id()
    check.restriction("decision_visibility", words.decision_visibility, many=True)
    check.other("decision_visibility_other", "DECISION_VISIBILITY_OTHER" in check.listed("decision_visibility"))
    check.restriction("decision_monetary", words.decision_monetary)
    check.branch("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER", 500)
    check.restriction("decision_provision", words.decision_provision)
    check.restriction("decision_account", words.decision_account)
    check.one_of("account_type", words.account_type, nullable=True)
    check.many_of("category_specification", words.keyword, nullable=True)
    check.at_most("category_specification_other", 500)
    check.one_of("decision_ground", words.decision_ground, required=True)
    check.url("decision_ground_reference_url")
    check.branch("illegal_content_legal_ground", "decision_ground", ILLEGAL, 500)
    check.branch("illegal_content_explanation", "decision_ground", ILLEGAL, 2000)
    check.branch("incompatible_content_ground", "decision_ground", INCOMPATIBLE, 500)
    check.branch("incompatible_content_explanation", "decision_ground", INCOMPATIBLE, 2000)
    check.one_of("incompatible_content_illegal", words.yes_no)  # looked at even where it is dropped
    check.many_of("content_type", words.content_type, required=True)
    check.other("content_type_other", "CONTENT_TYPE_OTHER" in check.listed("content_type"))
    check.one_of("category", words.category, required=True)
    check.many_of("category_addition", words.category)
    check.many_of("territorial_scope", words.territory, nullable=True, null_word=False)
    check.one_of("content_language", words.languages, nullable=True, null_word=False)
    check.day("content_date", after="2000-01-01", required=True)
    check.day("application_date", after="2020-01-01", required=True)
    for name in ("account", "monetary", "service", "visibility"):
        check.day(f"end_date_{name}_restriction", nullable=True)
    check.text("decision_facts", 5000)
    check.one_of("source_type", words.source_type, required=True)
    check.at_most("source_identity", 500)
    check.one_of("automated_detection", words.yes_no, required=True)
    check.one_of("automated_decision", words.automated_decision, required=True)
    check.puid()
    return check.found


def empty(value: Any) -> bool:
    """Whether a required field is not filled: absent, null, blank text, an empty list."""
    if value is _ABSENT or value is None:
        return True
    if isinstance(value, str):
        return not value.strip(_BLANK)
    return isinstance(value, (list, dict)) and not value


def _text(value: Any) -> str:
    """A scalar as the rules compare it: as text, true as "1", false and null as nothing."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return str(value)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, (list, dict)) else len(_text(value))


class _Check:
    """One pass over one payload."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.found: list[Problem] = []

    def listed(self, field: str) -> list[Any]:
        value = self.payload.get(field)
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else [value]

    def restriction(self, field: str, values: Collection[str], *, many: bool = False) -> None:
        """One of the four kinds of restriction; at least one of them must be filled."""
        value = self._value(field)
        if empty(value) and all(empty(self._value(name)) for name in RESTRICTIONS):
            self._bad(field, "required", "A statement names at least one restriction.")
            return
        check = self.many_of if many else self.one_of
        check(field, values, nullable=True)

    def one_of(
        self, field: str, values: Collection[str], *, required: bool = False, nullable: bool = False,
        null_word: bool | None = None,
    ) -> None:  # fmt: skip
        """One word of a list. Where null is allowed the rules take the word "null" too, but for ``null_word=False``."""
        value = self._value(field)
        if not self._wanted(field, value, required, nullable):
            return
        allowed = null_word if null_word is not None else nullable
        if isinstance(value, (list, dict)) or not (_text(value) in values or (allowed and _text(value) == "null")):
            self._bad(field, "unknown", "This is none of the values the database knows.")

    def many_of(
        self, field: str, values: Collection[str], *, required: bool = False, nullable: bool = False,
        null_word: bool | None = None,
    ) -> None:  # fmt: skip
        """A list of words."""
        value = self._value(field)
        if not self._wanted(field, value, required, nullable):
            return
        if not isinstance(value, (list, dict)):
            self._bad(field, "list", "This field is a list.")
            return
        allowed = null_word if null_word is not None else nullable
        for each in self.listed(field) if value else []:
            if isinstance(each, (list, dict)) or not (_text(each) in values or (allowed and _text(each) == "null")):
                self._bad(field, "unknown", "The list holds a value that the database does not know.")
                return

    def other(self, field: str, needed: bool) -> None:
        """The text beside a list that holds its "other": needed then; its length is looked at even where it is dropped."""
        value = self._value(field)
        if value is not _ABSENT and not (isinstance(value, str) and empty(value)) and _size(value) > 500:
            self._bad(field, "long", "At most 500 characters.")
        if needed and empty(value):
            self._bad(field, "required", "Say in words what the other one is.")

    def branch(self, field: str, switch: str, wanted: str, most: int) -> None:
        """A text that belongs to one value of another field, and is dropped beside the others."""
        if self.payload.get(switch) != wanted:
            return
        self.text(field, most)

    def text(self, field: str, most: int) -> None:
        """A required text."""
        value = self._value(field)
        if empty(value):
            self._bad(field, "required", "This text is missing.")
        elif _size(value) > most:
            self._bad(field, "long", f"At most {most} characters.")

    def at_most(self, field: str, most: int) -> None:
        """A text that may be missing."""
        value = self._value(field)
        if value is not _ABSENT and not (isinstance(value, str) and empty(value)) and _size(value) > most:
            self._bad(field, "long", f"At most {most} characters.")

    def url(self, field: str) -> None:
        """A complete address."""
        value = self._value(field)
        if not self._wanted(field, value, False, True):
            return
        scheme = value.partition("://")[0].lower() if isinstance(value, str) else ""
        if not isinstance(value, str) or scheme not in _SCHEMES or not _URL.fullmatch(value):
            self._bad(field, "url", "This is no complete address (https://…).")
        elif len(value) > 500:
            self._bad(field, "long", "At most 500 characters.")

    def day(self, field: str, *, after: str = "", required: bool = False, nullable: bool = False) -> None:
        """A day, YYYY-MM-DD, up to the first of January 2038."""
        value = self._value(field)
        if not self._wanted(field, value, required, nullable):
            return
        if not isinstance(value, str) or not _is_day(value):
            self._bad(field, "day", "Write the day as YYYY-MM-DD.")
        elif value > "2038-01-01" or value < after:
            self._bad(field, "range", f"The day lies between {after or 'any'} and 2038-01-01.")

    def puid(self) -> None:
        """The platform's own id of the statement."""
        value = self._value("puid")
        if empty(value):
            self._bad("puid", "required", "A statement needs an id of ours.")
        elif isinstance(value, (list, dict, bool)) or not PUID.fullmatch(_text(value)):
            self._bad("puid", "pattern", "Only letters, digits, hyphen and underscore.")
        elif _size(value) > 500:
            self._bad("puid", "long", "At most 500 characters.")

    def content_id(self) -> None:
        """A product's number (EAN-13), in either of two places."""
        value = self._value("content_id")
        blank = isinstance(value, str) and empty(value)
        if value is not _ABSENT and value is not None and not blank and not isinstance(value, (list, dict)):
            self._bad("content_id", "list", "This field is an object.")
        number = value.get("EAN-13", _ABSENT) if isinstance(value, dict) else _ABSENT
        self._ean("content_id.EAN-13", number, nullable=False)
        self._ean("content_id_ean", self._value("content_id_ean"), nullable=True)

    def _ean(self, field: str, value: Any, *, nullable: bool) -> None:
        if value is _ABSENT or (value is None and nullable) or (isinstance(value, str) and empty(value)):
            return
        if not isinstance(value, str) or not _EAN.fullmatch(value):
            self._bad(field, "pattern", "An EAN-13 has thirteen digits.")

    def _wanted(self, field: str, value: Any, required: bool, nullable: bool) -> bool:
        """Whether the value is to be looked at; says so where it is required and missing."""
        if required and empty(value):
            self._bad(field, "required", "This field is missing.")
            return False
        if value is _ABSENT or (isinstance(value, str) and empty(value)):
            return False
        return not (value is None and nullable)

    def _value(self, field: str) -> Any:
        return self.payload.get(field, _ABSENT)

    def _bad(self, field: str, code: str, message: str) -> None:
        self.found.append(Problem(field, code, message))


def _is_day(text: str) -> bool:
    match = _DAY.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 2000, month)[1]
