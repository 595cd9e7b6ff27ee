"""The form says what the draft says: what was shown and sent back unchanged is the same draft."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.http import QueryDict
from tests.support.tip_documents import BARE, LEVELS, PLAIN, PLAIN_FILE, RICH_FILE

from watchfloor.cybertip.domain.drafts import Draft, FileDraft
from watchfloor.cybertip.pages import forms
from watchfloor.kernel.errors import BadInput

ID = UUID(int=7)


def file(number: int, details: object) -> FileDraft:
    return FileDraft(
        media=UUID(int=number), case=ID, item=ID, version="", kind="image", mime="image/jpeg", bytes=1, sha256="0" * 64,
        details=details,  # type: ignore[arg-type]
    )  # fmt: skip


def posted(typed: dict[str, str], **changed: str) -> QueryDict:
    """As a browser sends it: boxes that are not ticked are left out, lines end in CR LF."""
    query = QueryDict(mutable=True)
    for name, value in {**typed, **changed}.items():
        if value or "mark-" not in name:
            query[name] = value.replace("\n", "\r\n")
    return query


@pytest.mark.parametrize("level", ["bare", "plain"])
def test_unchanged_is_the_same(level: str) -> None:
    draft = Draft(report=LEVELS[level][0], files=(file(1, PLAIN_FILE), file(2, RICH_FILE)))
    _typed, again = forms.read(posted(forms.typed_of(draft)), draft)
    assert again == draft


def test_what_the_form_has_no_field_for_stays() -> None:
    draft = Draft(report=LEVELS["rich"][0])
    _typed, again = forms.read(posted(forms.typed_of(draft)), draft)
    before, after = draft.report.person_or_user_reported, again.report.person_or_user_reported
    assert before is not None and after is not None
    assert after.associated_account == before.associated_account and after.person == before.person
    assert again.report.internet_details == draft.report.internet_details
    assert again.report.law_enforcement == draft.report.law_enforcement


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("when", "yesterday", "when"), ("when", "2026-11-22T10:00:00", "when"), ("age", "old", "age"), ("age", "200", "age"),
        ("ips", "203.0.113.7\nnonsense", "ips"), ("ips", "203.0.113.7 | Sleep", "ips"), ("ips", "203.0.113.7 | Login | | 70000", "ips"),
        ("devices", "IMEI", "devices"), ("born", "1.1.2010", "born"), ("victims", "1 | a | b", "victims"), ("place", "moon", "place"),
        ("incident_type", "Spam", "incident_type"), ("screen_name", "x" * 257, "screen_name"), ("escalate", "x" * 3001, "escalate"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_names_its_field(field: str, value: str, where: str) -> None:
    draft = Draft(report=PLAIN)
    with pytest.raises(BadInput) as caught:
        forms.read(posted(forms.typed_of(draft), **{field: value}), draft)
    assert caught.value.where == where


def test_the_log_is_no_field() -> None:
    draft = Draft(report=BARE, files=(file(1, PLAIN_FILE),))
    names = forms.typed_of(draft)
    assert not [name for name in names if "view" in name or "exif" in name]
    forged = posted(names, file_viewed_by_esp="true", **{f"f-{UUID(int=1)}-viewed": "on"})
    _typed, again = forms.read(forged, draft)
    assert again.files[0].details.file_viewed_by_esp is False
