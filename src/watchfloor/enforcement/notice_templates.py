"""The words of notices, per language and version: written, looked up, and known to be stale when the English they follow has moved on."""

from __future__ import annotations

import msgspec

from watchfloor.enforcement import events, notice_fields
from watchfloor.enforcement.models import NoticeTemplate
from watchfloor.enforcement.notice_words import LANGUAGES
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer

ORIGINAL = "en"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How a notice is worded in one language now. ``stale``: the English it was made from has changed since."""

    key: str
    language: str
    version: int
    made_from: int
    subject: str
    body: str
    stale: bool
    complete: bool  # it says all that the notice must say


def _read() -> dict[tuple[str, str], Words]:
    rows = {(row.key, row.language): row for row in NoticeTemplate.objects.order_by("version")}
    found = {}
    for (key, language), row in rows.items():
        original = rows.get((key, ORIGINAL))
        spec = notice_fields.TEMPLATES.get(key)
        needs = spec.needs if spec else frozenset()
        found[key, language] = Words(
            key=key, language=language, version=row.version, made_from=row.made_from, subject=row.subject, body=row.body,
            stale=language != ORIGINAL and original is not None and (row.made_from or 1) < original.version,
            complete=needs <= notice_fields.places(row.body),
        )  # fmt: skip
    return found


CURRENT = Remembered(_read)


def known(key: str) -> bool:
    """Whether there are words for this notice; one that came with a later version is there once ``watchfloor init`` has run."""
    return (key, ORIGINAL) in CURRENT()


def words(key: str, language: str) -> Words:
    """The newest words in this language; in English where there are none, or where a stale text lacks what must be said."""
    found = CURRENT()
    row = found.get((key, language))
    if row is None or (row.stale and not row.complete):
        row = found.get((key, ORIGINAL)) or row
    if row is None:
        raise BadInput("no_template", f"There is no notice template {key!r}.", hint="Run `watchfloor init`.")
    return row


def save(
    w: Writer, *, key: str, language: str, subject: str, body: str, made_from: int | None = None
) -> NoticeTemplate:
    """Write the words of a notice: a new version; sent notices keep naming theirs.

    Unknown and missing fields are refused. ``made_from`` is the English version a translation follows; None: the present one.
    """
    if language not in LANGUAGES:
        raise BadInput("unknown_language", f"{language[:12]!r} is no language of notices.", where="language",
                       hint="One of: " + ", ".join(LANGUAGES))  # fmt: skip
    notice_fields.check(key, subject, body, f"{key}.{language}")
    rows = NoticeTemplate.objects.filter(key=key)
    last = rows.filter(language=language).order_by("-version").first()
    version = last.version + 1 if last else 1
    original = rows.filter(language=ORIGINAL).order_by("-version").first()
    if language == ORIGINAL:
        made_from = version
    elif made_from is None:
        made_from = original.version if original else 0
    if last is not None and (last.subject, last.body, last.made_from) == (subject, body, made_from):
        return last
    row = w.create(
        NoticeTemplate, key=key, language=language, subject=subject, body=body, version=version, made_from=made_from,
        written_by=w.actor, written_at=clock.now(),
    )  # fmt: skip
    w.event(events.TemplateSaved(template=key, language=language, version=version, made_from=made_from), row)
    CURRENT.forget()
    return row
