"""Written types to types: ``X: Optional[str] = ...``."""

from __future__ import annotations

from dataclasses import dataclass

from watchfloor.engines.sml import syntax
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.errors import Problems, did_you_mean

_SIMPLE = {"str": t.STR, "int": t.INT, "float": t.FLOAT, "bool": t.BOOL, "None": t.NONE, "Any": t.ANY}
_GENERIC = ("List", "Optional", "Union", "Entity")
_WRAPPERS = ("Secret", "ExtractSecret", "ExtractLiteral")


@dataclass(frozen=True, slots=True)
class Declared:
    """What an annotation says: the type, and whether the name is kept out of (or forced into) the features."""

    type: t.Type
    secret: bool = False
    hidden: bool = False
    shown: bool = False


def declared(annotation: syntax.Annotation, problems: Problems) -> Declared:
    """Read an annotation; a bad one is recorded and counts as ``Any``."""
    if annotation.name in _WRAPPERS:
        if len(annotation.args) != 1:
            _bad(annotation, problems, f"`{annotation.name}` takes one type.", f"Write `{annotation.name}[str]`.")
            return Declared(t.ANY)
        inner = read_type(annotation.args[0], problems)
        secret = annotation.name != "ExtractLiteral"
        return Declared(inner, secret=secret, hidden=annotation.name == "Secret", shown=annotation.name != "Secret")
    return Declared(read_type(annotation, problems))


def read_type(annotation: syntax.Annotation, problems: Problems) -> t.Type:
    """The type an annotation names."""
    name, args = annotation.name, annotation.args
    if not args:
        if name in _SIMPLE:
            return _SIMPLE[name]
        if name in (*_GENERIC, "list"):
            example = "str, int" if name == "Union" else "str"
            return _bad(
                annotation, problems, f"`{name}` needs the type of what is in it.", f"Write `{name}[{example}]`."
            )
        known = (*_SIMPLE, *_GENERIC, *_WRAPPERS)
        return _bad(
            annotation,
            problems,
            f"There is no type `{name}`.",
            did_you_mean(name, known) or f"Types: {', '.join(known)}.",
        )
    before = len(problems.found)
    inner = [read_type(arg, problems) for arg in args]
    if len(problems.found) > before:
        return t.ANY
    if name == "Union":
        return t.union_of(inner)
    if len(inner) != 1:
        return _bad(annotation, problems, f"`{name}` takes one type.", f"Write `{name}[str]`.")
    if name in ("List", "list"):
        return t.list_of(inner[0])
    if name == "Optional":
        return t.optional(inner[0])
    if name == "Entity":
        if inner[0] not in (t.STR, t.INT):
            return _bad(annotation, problems, "The id of an entity is a `str` or an `int`.", "Write `Entity[str]`.")
        return t.entity_of(inner[0])
    return _bad(annotation, problems, f"There is no type `{name}[...]`.", did_you_mean(name, _GENERIC))


def _bad(annotation: syntax.Annotation, problems: Problems, message: str, hint: str) -> t.Type:
    problems.add("bad_type", message, annotation.span, hint)
    return t.ANY
