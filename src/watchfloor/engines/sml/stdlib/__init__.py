"""The functions every rule set has: Osprey's, by the same names and arguments, and Watchfloor's own effects."""

from __future__ import annotations

from types import ModuleType

from watchfloor.engines.sml.function import Function, library
from watchfloor.engines.sml.stdlib import (
    core,
    counters,
    devices,
    effects,
    encoding,
    experiments,
    findings,
    fingerprint,
    labels,
    links,
    listed,
    lists,
    network,
    random,
    regex,
    standing,
    text,
    time,
)

_OSPREYS = (core, effects, encoding, experiments, labels, lists, network, random, regex, text, time)
_BEYOND = (counters, devices, findings, fingerprint, links, listed, standing)


def _of(modules: tuple[ModuleType, ...]) -> dict[str, Function]:
    return library([value for module in modules for value in vars(module).values() if isinstance(value, Function)])


BEYOND = frozenset(_of(_BEYOND))
"""Functions that Osprey does not have: rules written for it may call a feature by such a name."""

STANDARD: dict[str, Function] = _of((*_OSPREYS, *_BEYOND))
"""All of them, by name; pass ``{**STANDARD, **mine}`` to ``compile_rules`` to add your own."""
