"""The functions rules may call: the language's own, and those that installed packages publish.

A package joins by the entry point group ``watchfloor.rule_functions``; each entry names a ``Function`` (what the decorator
``watchfloor.engines.sml.function`` makes) or a list of them. One that cannot be loaded, or that takes a name which is taken, is left
out and said in the log: it must not stop the rules that do not use it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from watchfloor.engines import sml

log = logging.getLogger(__name__)
GROUP = "watchfloor.rule_functions"


@cache
def known() -> Mapping[str, sml.Function]:
    """All functions by name; looked for once per process."""
    return merged(entry_points(group=GROUP))


def merged(entries: Iterable[EntryPoint]) -> Mapping[str, sml.Function]:
    """The standard functions and those of ``entries``; on equal names the first stays."""
    found = dict(sml.STANDARD)
    for entry in sorted(entries, key=lambda each: (each.name, each.value)):
        try:
            loaded = entry.load()
        except Exception:
            log.exception("the rule functions %s (%s) cannot be loaded", entry.name, entry.value)
            continue
        for each in [loaded] if isinstance(loaded, sml.Function) else _listed(loaded):
            if not isinstance(each, sml.Function):
                log.error("%s gives %r, which is no rule function", entry.value, each)
            elif each.name in found:
                log.error("%s gives the rule function %s, whose name is taken", entry.value, each.name)
            else:
                found[each.name] = each
    return found


def _listed(loaded: object) -> Iterable[object]:
    if isinstance(loaded, Mapping):
        return list(loaded.values())
    return list(loaded) if isinstance(loaded, (list, tuple, set, frozenset)) else [loaded]
