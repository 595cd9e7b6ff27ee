"""What is entered of a launch: where it goes live, how much work it brings, what its gates ask for, what is watched afterwards."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.launches.domain import kinds
from watchfloor.programme.launches.domain.guards import SIDES

LONGEST, MOST = 4_000, 60
METRICS: Final = ("incoming_total", "jobs_solved", "aht", "aas")


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Work expected in a queue from a market ("" where the launch names none), in items a day."""

    queue: str
    market: str = ""
    per_day: float


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """What stops the launch by itself: a metric ``above`` or ``below`` a limit; ``relative``: 0.2 is 20 % over the baseline."""

    metric: str
    side: str = "above"
    limit: float
    relative: bool = False


class Abuse(msgspec.Struct, frozen=True, kw_only=True):
    """A way it could go wrong or be abused, and what is done about it."""

    case: str
    answer: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of the roll-out: markets (none: all of them), how many per cent, from when."""

    markets: tuple[str, ...] = ()
    percent: int = 100
    starts_at: datetime


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is entered. ``gates`` None: those of the kind; ``needs``: gate -> another number than the usual one.

    ``whatif``: the what-if of staffing that stands for the launch. ``clocks``: legal clocks that hold for it; ``no_clocks``: why none do.
    ``signers``: who must sign off, as actors. ``rules``: rules that must have been tried; none: all of the policy.
    """

    aim: str = ""
    policy_key: str = ""
    policy_number: int = 0
    markets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    whatif: str = ""
    rules: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    no_clocks: str = ""
    signers: tuple[str, ...] = ()
    abuse: tuple[Abuse, ...] = ()
    rollback: str = ""
    metrics: tuple[str, ...] = METRICS
    guards: tuple[Guard, ...] = ()
    steps: tuple[Step, ...] = ()
    hypercare_days: int = 14
    gates: tuple[str, ...] | None = None
    needs: dict[str, float] = {}

    def need(self, gate: kinds.Gate) -> float:
        """What a gate asks of this launch."""
        return self.needs.get(gate.key, gate.need) if gate.adjustable else gate.need

    def missing_volumes(self) -> list[tuple[str, str]]:
        """(queue, market) whose expected volume is not entered."""
        known = {(each.queue, each.market) for each in self.volumes}
        return [pair for pair in self.volume_places() if pair not in known]

    def volume_places(self) -> list[tuple[str, str]]:
        """Every queue with every market."""
        return [(queue, market) for queue in self.queues for market in (self.markets or ("",))]

    def watched(self) -> tuple[str, ...]:
        """Metrics that are shown or guarded, each once."""
        return tuple(dict.fromkeys((*self.metrics, *(guard.metric for guard in self.guards))))

    def digest(self, gate: str = "") -> str:
        """Of what somebody says something about: the whole, or the part that a gate is about. It changes when that does."""
        parts: dict[str, Any] = {
            "abuse": [self.policy_key, self.policy_number, self.abuse],
            "rollback": [self.policy_key, self.policy_number, self.rollback],
        }
        return digest(parts.get(gate, self))


def digest(value: Any) -> str:
    """A short fingerprint of plain values."""
    text = json.dumps(msgspec.to_builtins(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check(kind: str, document: Document) -> None:
    """``BadInput`` for what no launch can say; what is merely not entered yet is left to the gates."""
    kinds.kind(kind)
    if kind == "policy" and not (document.policy_key and document.policy_number > 0):
        raise BadInput("no_version", "Say which version of which policy is launched.", where="policy_number")
    for name in ("aim", "rollback", "no_clocks"):
        if len(getattr(document, name)) > LONGEST:
            raise BadInput("too_long", f"At most {LONGEST:,} characters.", where=name)
    for name in (
        "markets",
        "languages",
        "queues",
        "vendors",
        "rules",
        "clocks",
        "signers",
        "metrics",
        "guards",
        "steps",
        "abuse",
    ):
        if len(getattr(document, name)) > MOST:
            raise BadInput("too_many", f"At most {MOST} of them.", where=name)
    if not 1 <= document.hypercare_days <= 120:
        raise BadInput("bad_days", "Hypercare lasts 1 to 120 days.", where="hypercare_days")
    for gate, need in document.needs.items():
        known = kinds.GATES.get(gate)
        top = 1 if known is not None and known.unit == "share" else 100_000
        if known is None or not known.adjustable or not 0 <= need <= top:
            raise BadInput(
                "bad_need", "A gate asks for a share from 0 to 100 %, or for a number.", where=f"need-{gate}"[:40]
            )
    if document.gates is not None and (unknown := [key for key in document.gates if key not in kinds.GATES]):
        raise BadInput(
            "unknown_gate", f"There is no gate {unknown[0][:40]!r}.", where="gates", hint=", ".join(kinds.GATES)
        )
    if any(each.per_day < 0 or each.per_day > 1e9 for each in document.volumes):
        raise BadInput("bad_volume", "A volume is a number of items a day, nought or more.", where="volumes")
    _check_watch(document)
    _check_steps(document)


def _check_watch(document: Document) -> None:
    for guard in document.guards:
        if guard.side not in SIDES:
            raise BadInput("bad_side", "A guard stops above or below its limit.", where="guards")
        if not abs(guard.limit) < 1e12 or (guard.relative and guard.limit <= -1):
            raise BadInput(
                "bad_limit", "A limit is a number; one beside the baseline lies above -100 %.", where="guards"
            )
    if any(not each.case.strip() or not each.answer.strip() for each in document.abuse):
        raise BadInput("half_a_case", "Each abuse case has what is done about it.", where="abuse")
    if any(len(each.case) > LONGEST or len(each.answer) > LONGEST for each in document.abuse):
        raise BadInput("too_long", f"At most {LONGEST:,} characters.", where="abuse")


def _check_steps(document: Document) -> None:
    for number, step in enumerate(document.steps, start=1):
        if not 1 <= step.percent <= 100:
            raise BadInput("bad_percent", f"Stage {number} reaches 1 to 100 %.", where="steps")
        if step.starts_at.tzinfo is None:
            raise BadInput("no_zone", f"Stage {number} begins at a moment with its zone.", where="steps")
        if extra := sorted(set(step.markets) - set(document.markets)):
            raise BadInput(
                "unknown_market",
                f"Stage {number} names {extra[0][:12]}, which is no market of the launch.",
                where="steps",
            )
    starts = [step.starts_at for step in document.steps]
    if starts != sorted(starts):
        raise BadInput("bad_order", "Each stage begins no earlier than the one before.", where="steps")
