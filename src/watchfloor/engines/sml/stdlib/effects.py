# ruff: noqa: N802 - names and arguments are those of the rule language
"""What rules may ask of the floor: verdicts, signals, review and actions. Each is a struct with its own fields."""

from __future__ import annotations

from watchfloor.engines.sml.function import Undefined, function
from watchfloor.engines.sml.outcome import Effect, Entity, VerdictEffect


class SignalEffect(Effect, frozen=True, kw_only=True, tag="signal"):
    """Detection says: this policy may be broken, with this certainty (0 to 1). ``reason`` is for people."""

    policy: str
    score: float
    reason: str | None = None


class ReviewEffect(Effect, frozen=True, kw_only=True, tag="review"):
    """A person should look at it under this policy; ``severity`` helps to order the queue."""

    policy: str
    severity: str | None = None
    queue: str | None = None


class ActionEffect(Effect, frozen=True, kw_only=True, tag="action"):
    """An action of the catalogue should be taken, on grounds of this policy."""

    action: str
    policy: str
    entity: Entity | None = None


class BanEffect(Effect, frozen=True, kw_only=True, tag="ban"):
    """The effect of Osprey's example plugin, so that its example rules load unchanged."""

    entity: str
    comment: str


@function(category="effects", total=True)
def DeclareVerdict(verdict: str) -> VerdictEffect:
    """Answers whoever waits for this event.

    Args:
        verdict: the answer, such as 'reject'.
    """
    return VerdictEffect(verdict=verdict)


@function(category="effects")
def SignalAdd(policy: str, score: float, reason: str | None = None) -> SignalEffect:
    """Adds a signal to the item the event is about.

    Args:
        policy: the policy that may be broken, such as 'spam'.
        score: how certain that is, from 0 to 1.
        reason: a sentence for reviewers; the fired rules' descriptions are attached anyway.
    """
    if not 0 <= score <= 1:
        raise ValueError("score must lie between 0 and 1")
    return SignalEffect(policy=policy, score=score, reason=reason)


@function(category="effects")
def SendToReview(policy: str, severity: str | None = None, queue: str | None = None) -> ReviewEffect:
    """Opens a case on the item, or joins the open one.

    Args:
        policy: the policy to judge it by.
        severity: how grave it would be, such as 'high'.
        queue: a queue by name; otherwise routing decides.
    """
    return ReviewEffect(policy=policy, severity=severity, queue=queue)


@function(category="effects")
def TakeAction(action: str, policy: str, entity: Entity | None = None) -> ActionEffect:
    """Takes an action of the catalogue.

    Args:
        action: its name, such as 'remove'.
        policy: the policy it rests on.
        entity: on what, if not on the item the event is about.
    """
    return ActionEffect(action=action, policy=policy, entity=entity)


@function(category="effects")
def BanUser(entity: str, comment: str) -> BanEffect:
    """Bans an account; kept for rules written for Osprey's example plugin. New rules use TakeAction.

    Args:
        entity: the account's id.
        comment: why, for people inside.
    """
    if not entity:
        raise Undefined
    return BanEffect(entity=entity, comment=comment)
