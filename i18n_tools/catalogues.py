"""The catalogues on disk: brought up to the code, compiled to what Django reads, and checked for what would show badly."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from i18n_tools.words import SOURCE, template

LOCALE = SOURCE / "console" / "locale"
LANGUAGES = ("es", "ja", "ar")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
# The forms in the order of Django's own catalogues (Unicode CLDR, plural rules); gettext needs the rule spelt out.
PLURALS = {
    "es": (2, "(n != 1)"),
    "ja": (1, "0"),
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)"),
}


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A catalogue as it is; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, domain="django")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def update() -> dict[str, int]:
    """Bring every catalogue up to the code; how many messages each lacks. What is translated stays; what is gone goes."""
    words = template()
    lacking = {}
    for language in LANGUAGES:
        before = read(language)
        after = Catalog(locale=language, domain="django", header_comment=f"# Watchfloor: {language}", fuzzy=False)
        for message in words:
            if not message.id:
                continue
            known = before.get(message.id, message.context)
            string = known.string if known is not None and _same_kind(known, message) else None
            after.add(message.id, string, auto_comments=message.auto_comments, context=message.context)
        _write(language, after)
        lacking[language] = sum(1 for _ in missing(after))
    return lacking


def _same_kind(known: Message, message: Message) -> bool:
    return known.pluralizable == message.pluralizable


def _write(language: str, catalog: Catalog) -> None:
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    count, rule = PLURALS[language]
    lines = [
        f"# Watchfloor's console, {language}.", 'msgid ""', 'msgstr ""', f'"Language: {language}\\n"',
        '"MIME-Version: 1.0\\n"', '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"', f'"Plural-Forms: nplurals={count}; plural={rule};\\n"', "",
    ]  # fmt: skip
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    path.write_text("\n".join(lines) + "\n" + body.getvalue().decode(), encoding="utf-8")


def worklist(language: str) -> list[dict[str, Any]]:
    """What a translator has to fill in: ``string`` takes as many texts as ``forms`` says."""
    rows = []
    for message in missing(read(language)):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = PLURALS[language][0] if len(ids) == 2 else 1
        row = {"id": ids[0], "plural": ids[-1], "context": message.context, "forms": forms, "string": []}
        rows.append(
            {key: value for key, value in row.items() if value is not None and (key != "plural" or len(ids) == 2)}
        )
    return rows


def fill(language: str, rows: list[dict[str, Any]]) -> tuple[int, int]:
    """Put translations in; how many were, and how many messages still lack one. Rows the code no longer says are passed over."""
    catalog, filled = read(language), 0
    for row in rows:
        message = catalog.get(row["id"], row.get("context"))
        strings = row.get("string") or []
        strings = [strings] if isinstance(strings, str) else strings
        if message is None or not strings or not all(strings):
            continue
        if len(strings) != (PLURALS[language][0] if message.pluralizable else 1):
            raise SystemExit(
                f"{language}: {_short(message.id)} needs {PLURALS[language][0]} forms, not {len(strings)}."
            )
        message.string = tuple(strings) if message.pluralizable else strings[0]
        filled += 1
    _write(language, catalog)
    return filled, sum(1 for _ in missing(catalog))


def compile_all() -> list[Path]:
    """Write the .mo file of each catalogue; they are not committed."""
    made = []
    for language in LANGUAGES:
        if path_of(language).exists():
            made.append(path_of(language).with_suffix(".mo"))
            with made[-1].open("wb") as file:
                write_mo(file, read(language))
    return made


def missing(catalog: Catalog) -> Iterator[Message]:
    """Messages without a translation, or with a form of the plural missing."""
    for message in catalog:
        if message.id and not all(_strings(message)):
            yield message


def check() -> list[str]:
    """What is wrong, a sentence each: not translated, another set of placeholders, catalogues behind the code."""
    wrong = []
    wanted = {(message.id, message.context) for message in template() if message.id}
    for language in LANGUAGES:
        catalog = read(language)
        kept = {(message.id, message.context) for message in catalog if message.id}
        for name, keys in (("lacks", wanted - kept), ("still has", kept - wanted)):
            wrong += [
                f"{language}: {name} {_short(key[0])}; run `python -m i18n_tools update`."
                for key in sorted(keys, key=str)
            ]
        wrong += [f"{language}: not translated: {_short(message.id)}" for message in missing(catalog)]
        wrong += [
            f"{language}: marked fuzzy: {_short(message.id)}" for message in catalog if message.id and message.fuzzy
        ]
        for message in catalog:
            wrong += [f"{language}: {problem}" for problem in _placeholders(message)]
    return wrong


def _placeholders(message: Message) -> Iterator[str]:
    if not message.id:
        return
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    allowed = set().union(*(PLACEHOLDER.findall(one) for one in ids))
    needed = set(PLACEHOLDER.findall(ids[-1])) if len(ids) == 1 else set()
    for string in _strings(message):
        names = set(PLACEHOLDER.findall(string))
        if string and (names - allowed or needed - names):
            yield f"placeholders differ: {_short(message.id)} -> {string[:60]!r}"
        if string and len(ids) == 1 and ids[0][:1].isspace() != string[:1].isspace():
            yield f"begins with a space or not: {_short(message.id)} -> {string[:60]!r}"


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def _short(message: str | tuple[str, ...]) -> str:
    text = message if isinstance(message, str) else message[0]
    return repr(text if len(text) < 70 else text[:67] + "...")
