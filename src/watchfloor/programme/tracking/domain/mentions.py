"""Who a text speaks to: ``@Ana`` or ``@"Ana Ruiz"``, matched with the people who may read it; a name that two people have names neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

P = TypeVar("P")
_AT = re.compile(r'(?<![\w@.])@(?:"([^"\n]{1,80})"|([\w][\w.\-]{0,79}))', re.UNICODE)


def named(text: str) -> list[str]:
    """The names after an @, as they are written, each once."""
    return list(dict.fromkeys((quoted or bare).rstrip(".-") for quoted, bare in _AT.findall(text)))


def mentioned(text: str, people: Mapping[P, str]) -> list[P]:
    """The people a text names: by whole name, the name with dots for spaces, or the first name alone; case does not matter."""
    known: tuple[dict[str, set[P]], ...] = ({}, {}, {})
    for person, name in people.items():
        whole = " ".join(name.split()).casefold()
        for forms, form in zip(known, (whole, whole.replace(" ", "."), whole.partition(" ")[0]), strict=True):
            forms.setdefault(form, set()).add(person)
    found: dict[P, None] = {}
    for name in named(text):
        who = next((forms[name.casefold()] for forms in known if name.casefold() in forms), set())
        if len(who) == 1:
            found[next(iter(who))] = None
    return list(found)
