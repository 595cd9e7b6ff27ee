"""Functions that ask what models and earlier screenings found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from watchfloor.engines.sml.function import BadArgument, Context, Cost, function
from watchfloor.engines.sml.lookups import Findings, Seen


def _findings(ctx: Context, what: str) -> Findings:
    if ctx.findings is None:
        raise LookupError(f"{what} cannot be asked here: models and signals live in an installation")
    return ctx.findings


@function(category="findings", cost=Cost.LOOKUP)
class ModelScore:
    """How likely a text breaks a policy, from 0 to 1, by the policy's live text model. Undefined where no model is at work.

    Args:
        text: the text.
        policy: the policy's key, such as 'spam'.
    """

    def __init__(self, policy: str) -> None:
        if not policy.strip():
            raise BadArgument("policy", "`policy` is a policy's key.", "Such as 'spam'.")
        self._policy = policy.strip()

    def __call__(self, ctx: Context, text: str) -> float:
        key = ("score", self._policy, text)
        if key not in ctx.memo:
            ctx.memo[key] = _findings(ctx, f"the model for {self._policy!r}").score(self._policy, text)
        score: float = ctx.memo[key]
        return score


@function(category="findings", cost=Cost.LOOKUP)
class HasSignal:
    """Whether the item the event is about had a signal before: a rule that fired, a model's or a hash's finding.

    Args:
        policy: only signals of this policy.
        source: only from this source, such as 'rule:ManyLinks' or 'model:spam'; 'rule:' takes every rule.
        min_score: only signals at least so certain; those without a score do not count then.
        within: only signals no older than this.
    """

    def __init__(self, policy: str | None = None, source: str | None = None) -> None:
        self._policy, self._source = policy, source

    def __call__(self, ctx: Context, min_score: float | None = None, within: timedelta | None = None) -> bool:
        if "signals" not in ctx.memo:
            ctx.memo["signals"] = _findings(ctx, "earlier signals").signals(ctx.event)
        seen: Sequence[Seen] = ctx.memo["signals"]
        return any(self._counts(each, ctx, min_score, within) for each in seen)

    def _counts(self, seen: Seen, ctx: Context, min_score: float | None, within: timedelta | None) -> bool:
        if self._policy is not None and seen.policy != self._policy:
            return False
        if self._source is not None and not (
            seen.source == self._source or (self._source.endswith(":") and seen.source.startswith(self._source))
        ):
            return False
        if min_score is not None and (seen.score is None or seen.score < min_score):
            return False
        return within is None or ctx.event.timestamp - seen.at <= within
