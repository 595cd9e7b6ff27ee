"""Steps of a playbook as people write them, one a line: ``boost policy=spam points=4``, ``pause queues=a,b``, ``hold``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchfloor.kernel.errors import BadInput
from watchfloor.review.boosts import FILTERS

VERBS = {
    "boost": "boost", "pause": "pause_queues", "open": "open_queues", "overflow": "overflow", "vendor": "vendor_queues",
    "hold": "hold_automation", "need": "need", "model": "open_at",
}  # fmt: skip
_SAID = {kind: verb for verb, kind in VERBS.items()}


def read(text: str) -> list[dict[str, Any]]:
    """Steps from lines; ``BadInput`` names the line that cannot be read."""
    return [_step(line.strip(), number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _step(line: str, number: int) -> dict[str, Any]:
    verb, *words = line.split()
    kind = VERBS.get(verb)
    if kind is None:
        raise BadInput("unknown_step", f"Line {number}: a playbook cannot {verb!r}.", where="steps",
                       hint=f"A line begins with one of: {', '.join(VERBS)}.")  # fmt: skip
    values: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not value or name in values:
            raise BadInput("bad_step", f"Line {number}: {word!r} is no name=value.", where="steps")
        values[name] = value
    filters = {name: values.pop(name) for name in FILTERS if name in values and kind in ("boost", "overflow")}
    step: dict[str, Any] = {"kind": kind}
    if kind in ("boost", "overflow"):
        step["filters"] = filters
    for name, value in values.items():
        place, made = _value(kind, name, value, number)
        step[place] = made
    return step


def _value(kind: str, name: str, value: str, number: int) -> tuple[str, Any]:
    try:
        if (kind, name) == ("boost", "points"):
            return "points", float(value)
        if (kind, name) == ("overflow", "most"):
            return "most", int(value)
        if (kind, name) == ("need", "people"):
            return "people", int(value)
        if (kind, name) == ("open_at", "at"):
            return "at", float(value)
    except ValueError:
        raise BadInput("bad_step", f"Line {number}: {name} is a number.", where="steps") from None
    if (kind, name) == ("overflow", "to"):
        return "to_queue", value
    if (kind, name) in (("need", "queue"), ("open_at", "policy")):
        return name, value
    if (kind, name) == ("vendor_queues", "vendor"):
        return "vendor", value
    if name == "queues" and kind in ("pause_queues", "open_queues", "vendor_queues"):
        return "queues", [each for each in value.split(",") if each]
    raise BadInput("bad_step", f"Line {number}: {_SAID[kind]} has no {name!r}.", where="steps")


def write(step: Mapping[str, Any]) -> str:
    """The line of a step; ``read`` gives it back."""
    words = [_SAID.get(str(step.get("kind")), str(step.get("kind")))]
    words += [f"{name}={value}" for name, value in (step.get("filters") or {}).items()]
    if "points" in step:
        words.append(f"points={step['points']:g}")
    words += [f"{name}={step[name]}" for name in ("queue", "people", "policy") if name in step]
    if "at" in step:
        words.append(f"at={step['at']:g}")
    if "vendor" in step:
        words.append(f"vendor={step['vendor']}")
    if "queues" in step:
        words.append(f"queues={','.join(step['queues'])}")
    if "to_queue" in step:
        words.append(f"to={step['to_queue']}")
    if step.get("most") is not None:
        words.append(f"most={step['most']}")
    return " ".join(words)
