"""The live text models, loaded once per version, and what they say of a text."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import msgspec

from watchfloor.detection.modelling import measuring
from watchfloor.detection.modelling.drawing import Said
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.review.contracts import SignalIn
from watchfloor.review.surge.standing import steps_on

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0


class Verdict(msgspec.Struct, frozen=True):
    """A model's signal, and whether it is sure enough (at its measured precision) to open a case by itself."""

    signal: SignalIn
    opens_case: bool


class Loaded(msgspec.Struct, frozen=True):
    """One live model."""

    policy: str
    version: int
    model: Any
    signal_at: float


_lock = threading.Lock()
_loaded: dict[str, Loaded] = {}
_looked = 0.0


def look(text: str, language: str = "") -> list[Verdict]:
    """Signals of all live models that find something in ``text``."""
    return assess(text, language)[1]


def assess(text: str, language: str = "") -> tuple[list[Said], list[Verdict]]:
    """The score of every live model, and the signals of those that find something.

    A case is opened only above the score from which the model is right often enough on what nobody reported, measured in the
    text's language (``modelling.measuring``).
    """
    if not text:
        return [], []
    said, verdicts = [], []
    for each in _current().values():
        score = each.model.score(text)
        opens = False
        if score >= each.signal_at:
            from_ = _opens_from(each.policy, language)
            opens = from_ is not None and score >= from_
            verdicts.append(Verdict(_signal(each, text, score), opens))
        said.append(Said(each.policy, each.version, score, opens))
    return said, verdicts


def _signal(each: Loaded, text: str, score: float) -> SignalIn:
    why = [part.shown for part in each.model.explain(text, limit=5) if part.weight > 0]
    reason = "Weighed most: " + ", ".join(why) if why else "No single word weighed much."
    return SignalIn(
        source=f"model:{each.policy}", policy_key=each.policy, score=round(score, 4), reason=reason,
        details={"version": each.version, "words": why},
    )  # fmt: skip


def _opens_from(policy: str, language: str) -> float | None:
    measured = measuring.open_at(policy, language)
    return None if measured is None else _moved().get(policy, measured)


def score(policy: str, text: str) -> float:
    """How likely a text breaks a policy, by its live model.

    Raises:
        NotFound: no model of the policy is at work.
    """
    loaded = _current().get(policy)
    if loaded is None:
        raise NotFound("no_model", f"no model for {policy!r} is at work")
    return float(loaded.model.score(text))


def at_work() -> list[str]:
    """Policies that have a live model."""
    return sorted(_current())


def open_at(policy: str, language: str = "") -> float | None:
    """The score from which the policy's live model opens cases now; None where it opens none."""
    return _opens_from(policy, language) if policy in _current() else None


def model_of(policy: str) -> tuple[int, Any] | None:
    """The live model and its version, to be shown; None where none is at work."""
    loaded = _current().get(policy)
    return None if loaded is None else (loaded.version, loaded.model)


def _moved() -> dict[str, float]:
    """Thresholds that surges have moved while they are on; the latest counts."""
    return {step["policy"]: float(step["at"]) for step in steps_on("open_at")}


def forget() -> None:
    """Look for new versions at the next use."""
    global _looked
    with _lock:
        _looked = 0.0
    measuring.forget()


def _current() -> dict[str, Loaded]:
    global _loaded, _looked
    with _lock:
        if time.monotonic() - _looked < LOOK_EVERY:
            return _loaded
        _looked = time.monotonic()
        live = {row.policy_key: row for row in TextModel.objects.filter(live=True).defer("blob")}
        fresh = {}
        for policy, row in live.items():
            known = _loaded.get(policy)
            if known is not None and known.version == row.version:
                fresh[policy] = known
                continue
            try:
                model = OnlineClassifier.from_bytes(bytes(row.blob))
            except BadInput:
                log.exception("version %d of the model for %s cannot be used", row.version, policy)
                if known is not None:
                    fresh[policy] = known
                continue
            fresh[policy] = Loaded(
                policy=policy, version=row.version, model=model, signal_at=float(row.report.get("signal_at", 0.5))
            )
        _loaded = fresh
        return _loaded
