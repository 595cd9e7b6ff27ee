"""Every typed ledger event: its stored name, what it says, its fields."""

from __future__ import annotations

import inspect
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules

import msgspec

from docs_tools.text import code, prose, table


def page() -> str:
    """The page as Markdown."""
    from django.conf import settings

    from watchfloor.ledger.schema import registry

    for context in settings.CONTEXTS:
        package = import_module(f"watchfloor.{context}")
        for module in iter_modules(package.__path__):
            if "events" in module.name.split("_"):  # events, events_paths, wellbeing_events
                import_module(f"watchfloor.{context}.{module.name}")
    lines = [
        "# Ledger events",
        "",
        "Written from the event types. Beside its own fields every event carries who acted, on whose behalf and why,",
        "the moment, the subject, the case, the policy version, the item version, and the row",
        "changes it stands for. Names never change; new fields have defaults.",
        "",
    ]
    found = sorted(registry().items(), key=lambda pair: (pair[1].__module__, pair[0]))
    for module, pairs in groupby(found, key=lambda pair: pair[1].__module__):
        lines += [f"## {module.split('.')[1].capitalize()}", ""]
        for name, kind in pairs:
            if kind.__subclasses__():  # a common base: no such event is written
                continue
            lines += [f"### `{name}`", "", prose(inspect.getdoc(kind)), ""]
            fields = msgspec.structs.fields(kind)
            rows = [(code(each.name), code(_type(each.type)), _default(each)) for each in fields]
            lines += table(("field", "type", "default"), rows) if rows else []
    return "\n".join(lines)


def _type(given: object) -> str:
    return (
        given.__name__
        if isinstance(given, type) and not hasattr(given, "__args__")
        else str(given).replace("typing.", "")
    )


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return ""
    return "none of its own" if field.default is msgspec.NODEFAULT else code(repr(field.default))
