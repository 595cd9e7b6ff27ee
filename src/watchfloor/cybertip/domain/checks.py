"""What is still missing from a draft, and what would be refused: asked while it is written and again before it leaves. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from watchfloor.cybertip.domain.drafts import Draft
from watchfloor.cybertip.domain.parts import Part
from watchfloor.cybertip.domain.report import SUPPLEMENTAL
from watchfloor.cybertip.domain.xml import FORBIDDEN
from watchfloor.kernel.words import N_

URLS: Final = frozenset({"url", "profileUrl", "legalURL", "locationOfFile"})
BAD_IN_URL: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
CODE_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*$")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend. ``where``: the form's field; ``what``: a message; ``blocks``: it cannot be released so."""

    where: str
    what: str
    values: dict[str, str] = {}
    blocks: bool = True


def problems(draft: Draft) -> list[Problem]:
    """Everything, what blocks first."""
    found = [*_report(draft), *_urls(draft.report, ""), *_characters(draft.report, "report"), *_files(draft)]
    return sorted(found, key=lambda each: not each.blocks)


def bad_url(text: str) -> bool:
    """Whether NCMEC would refuse it, or could not open it: control characters, white space, no address."""
    if not text or BAD_IN_URL.search(text):
        return True
    try:
        parts = urlsplit(text)
    except ValueError:
        return True
    return not (parts.scheme and CODE_WORD.match(parts.scheme) and (parts.netloc or parts.path))


def _report(draft: Draft) -> Iterator[Problem]:
    report = draft.report
    person = report.reporter.reporting_person
    if not (person.first_name and person.last_name):
        yield Problem(where="settings", what=N_("The name of the reporting person is missing from the settings."))
    if not person.email:
        yield Problem(where="settings", what=N_("The reporting person's e-mail address is missing from the settings."))
    if not report.internet_details:
        yield Problem(where="place", what=N_("Say where it happened."))
    reported = report.person_or_user_reported
    if reported is None or not (reported.esp_identifier or reported.screen_name or reported.person):
        yield Problem(where="esp_identifier", what=N_("Nobody is reported: give the account at least its number."))
    elif not reported.ip_capture_event:
        yield Problem(
            where="ips", blocks=False,
            what=N_("No IP address is told. It is what investigators begin with: take it from the platform's own records."),
        )  # fmt: skip
    if not any(each.included for each in draft.files):
        yield Problem(where="files", blocks=False, what=N_("No file goes along."))


def _files(draft: Draft) -> Iterator[Problem]:
    for each in draft.files:
        if not each.included:
            continue
        where, told = f"file-{each.media}", each.details
        if not each.there:
            yield Problem(
                where=where, what=N_("A file is not in the media store any more, or not yet: leave it out, or wait.")
            )
        if told.file_relevance is None:
            yield Problem(where=where, what=N_("Say of each file whether it is reported or supplements the report."))
        meme = told.file_annotations is not None and told.file_annotations.potential_meme
        if told.file_relevance == SUPPLEMENTAL and (told.industry_classification or meme):
            yield Problem(
                where=where,
                what=N_("A file that only supplements the report has no classification and is not marked as a meme."),
            )
        if told.file_relevance == "Reported" and not told.industry_classification:
            yield Problem(where=where, blocks=False, what=N_("A reported file has no classification yet (A1 to B2)."))
        yield from _urls(told, where)
        yield from _characters(told, where)


def _walk(part: Part) -> Iterator[tuple[str, Any]]:
    for each in msgspec.structs.fields(type(part)):
        value = getattr(part, each.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Part):
                yield from _walk(one)
            else:
                yield each.encode_name, one


def _urls(part: Part, where: str) -> Iterator[Problem]:
    for name, value in _walk(part):
        if name in URLS and isinstance(value, str) and value and bad_url(value):
            yield Problem(
                where=where or {"url": "urls", "profileUrl": "profile_urls", "legalURL": "settings"}.get(name, name),
                what=N_("%(url)s is no web address that can be sent: no spaces, no control characters."),
                values={"url": repr(value[:80])},
            )


def _characters(part: Part, where: str) -> Iterator[Problem]:
    for name, value in _walk(part):
        if isinstance(value, str) and FORBIDDEN.search(value):
            yield Problem(
                where=where, what=N_("%(field)s holds a character that cannot be sent."), values={"field": name}
            )
