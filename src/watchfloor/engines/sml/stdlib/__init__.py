"""The functions every rule set has: Osprey's, by the same names and arguments, and Watchfloor's own effects."""

from __future__ import annotations

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
    text,
    time,
)


def _all() -> dict[str, Function]:
    modules = (
        core, counters, devices, effects, encoding, experiments, findings, fingerprint, labels, links, listed, lists, network,
        random, regex, text, time,
    )  # fmt: skip
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Function)]
    return library(found)


STANDARD: dict[str, Function] = _all()
"""All of them, by name; pass ``{**STANDARD, **mine}`` to ``compile_rules`` to add your own."""
