"""Families of samples as Prometheus' text format 0.0.4 and as OpenMetrics 1.0. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

PLAIN: Final = "text/plain; version=0.0.4; charset=utf-8"
OPEN: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Sample(msgspec.Struct, frozen=True):
    """One value; ``suffix`` of a histogram's parts."""

    labels: Mapping[str, str]
    value: float
    suffix: str = ""


class Family(msgspec.Struct, frozen=True):
    """Samples of one name. ``type``: counter | gauge | histogram. A counter's name ends in ``_total``."""

    name: str
    type: str
    help: str
    samples: list[Sample]


def histogram(labels: Mapping[str, str], bounds: Iterable[float], parts: list[float]) -> list[Sample]:
    """A histogram's samples from its buckets (not added up), count and sum."""
    found, running = [], 0.0
    for bound, many in zip((*bounds, math.inf), parts, strict=False):
        running += many
        found.append(Sample({**labels, "le": _number(bound)}, running, "_bucket"))
    return [*found, Sample(labels, parts[-2], "_count"), Sample(labels, parts[-1], "_sum")]


def written(families: Iterable[Family], *, openmetrics: bool = False) -> str:
    """All families; each name once, each set of labels once."""
    lines: list[str] = []
    for family in families:
        named = family.name.removesuffix("_total") if openmetrics and family.type == "counter" else family.name
        lines += [f"# HELP {named} {family.help.translate(_ESCAPES)}", f"# TYPE {named} {family.type}"]
        lines += [f"{family.name}{each.suffix}{_labels(each.labels)} {_number(each.value)}" for each in family.samples]
    return "\n".join([*lines, "# EOF" if openmetrics else ""]) + ("\n" if openmetrics else "")


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{str(value).translate(_ESCAPES)}"' for name, value in labels.items()) + "}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
