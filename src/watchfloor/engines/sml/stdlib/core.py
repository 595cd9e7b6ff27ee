# ruff: noqa: N801, N802 - names and arguments are those of the rule language; the compiler itself does the work
"""The words of the language itself. The compiler knows what they do; here is how authors may call them."""

from __future__ import annotations

from typing import Any

from watchfloor.engines.sml.function import Context, function
from watchfloor.engines.sml.outcome import Effect, Entity, RuleState


@function(category="language", special=True)
def Import(rules: list[str]) -> None:
    """Makes the names of other rule files known in this one, and runs those files before it.

    Args:
        rules: paths of rule files, from the root of the rule set.
    """


@function(category="language", special=True)
def Require(rule: str, require_if: bool = True) -> None:
    """Runs another rule file too. Its names stay its own.

    Args:
        rule: the path of a rule file, or an f-string such as f'actions/{ActionName}.sml'; no such file is no error
        then.
        require_if: only if this holds.
    """


@function(category="language", special=True)
def Rule(when_all: list[bool], description: str) -> RuleState:
    """A named rule. It fires when all conditions hold; it is undecided when one of them cannot be had.

    Args:
        when_all: the conditions.
        description: what it found, for people; an f-string may show values.
    """
    raise NotImplementedError


@function(category="language", special=True)
def WhenRules(rules_any: list[RuleState], then: list[Effect]) -> None:
    """Binds rules to effects: when any of the rules fires, each effect that can be made is emitted.

    Args:
        rules_any: names of rules; one that is undecided does not stop the others.
        then: effects; one that fails does not stop the others.
    """


@function(category="event", special=True)
def JsonData(path: str, required: bool = True, coerce_type: bool = True) -> Any:
    """A value from the event, of the type annotated: `X: str = JsonData(path='$.a.b')`.

    Args:
        path: where it stands: `$.post.text`, `$.tags[0]`, `$['odd name']`.
        required: False if it may be missing without that being an error.
        coerce_type: whether to convert a text to a number and the like.
    """


@function(category="event", special=True)
def EntityJson(type: str, path: str, required: bool = True, coerce_type: bool = True) -> Entity:
    """An entity whose id stands in the event: `User: Entity[str] = EntityJson(type='User', path='$.user.id')`.

    Args:
        type: the entity's type.
        path: where its id stands.
        required: False if it may be missing without that being an error.
        coerce_type: whether to convert the id to the annotated type.
    """
    raise NotImplementedError


@function(category="event", total=True)
class Entity_:
    """An entity: a thing on the platform that labels stick to.

    Args:
        type: the entity's type.
        id: its id.
    """

    def __init__(self, type: str) -> None:
        self._type = type

    def __call__(self, id: str | int) -> Entity:
        return Entity(self._type, id)


@function(category="language", special=True)
def ResolveOptional(optional_value: Any, default_value: Any = None, should_report_error: bool = False) -> Any:
    """The value, or the default where it is missing; without a default, what needs it is undefined.

    Args:
        optional_value: a value that may be missing.
        default_value: what to take instead.
        should_report_error: whether a missing value without a default is reported as an error.
    """


@function(category="event", total=True)
def GetActionName(ctx: Context) -> str:
    """The name of the event: what happened."""
    return ctx.event.action_name


@function(category="event", total=True)
def GetActionId(ctx: Context) -> int:
    """The number of the event."""
    return ctx.event.action_id
