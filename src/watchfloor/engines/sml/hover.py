"""What stands under the pointer, in words: a name and where it comes from, a function and its arguments, a path and its values."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from watchfloor.engines.sml.complete import Vocabulary
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.lexing import Token, tokens
from watchfloor.engines.sml.outline import in_scope
from watchfloor.engines.sml.place import call_at, place_at


class Argument(msgspec.Struct, frozen=True):
    """One argument of a function as help shows it; ``here`` where it is the one being given."""

    name: str
    type: str
    doc: str
    required: bool
    here: bool = False


class Hover(msgspec.Struct, frozen=True):
    """Help on a stretch of the text (offsets in characters, ``end`` exclusive).

    ``title`` is code (a signature, ``Name: type``), ``words`` are sentences, ``code`` is what the name was given.
    """

    start: int
    end: int
    title: str
    words: str = ""
    code: str = ""
    where: str = ""
    arguments: tuple[Argument, ...] = ()


def hover(
    text: str,
    offset: int,
    *,
    path: str,
    sources: Mapping[str, str],
    functions: Mapping[str, Function],
    vocabulary: Vocabulary | None = None,
) -> Hover | None:
    """Help on what stands at an offset, or None where there is nothing to say."""
    found = tokens(text)
    number, token = next(
        ((number, each) for number, each in enumerate(found) if each.start <= offset < each.end), (0, None)
    )
    if token is None:
        return None
    if token.kind == "text":
        return _of_text(text, token, vocabulary or Vocabulary())
    if token.kind != "name":
        return None
    after = found[number + 1].text if number + 1 < len(found) else ""
    if after == "(" and token.text in functions:
        return _of_function(token, functions[token.text])
    outer, _ = call_at(text, token.start)
    if after == "=" and outer in functions:
        return _of_argument(token, functions[outer])
    return _of_name(text, token, path, sources, functions)


def signature_at(text: str, offset: int, functions: Mapping[str, Function]) -> Hover | None:
    """Argument help: the call around an offset, the argument being given marked."""
    name, argument = call_at(text, offset)
    function = functions.get(name)
    if function is None:
        return None
    return Hover(
        offset, offset, function.signature, function.doc.split("\n\n")[0], arguments=_arguments(function, argument)
    )


def _of_function(token: Token, function: Function) -> Hover:
    return Hover(token.start, token.end, function.signature, function.doc, arguments=_arguments(function))


def _of_argument(token: Token, function: Function) -> Hover | None:
    param = next((each for each in function.params if each.name == token.text), None)
    if param is None:
        return None
    default = "" if param.required else f" = {param.default!r}"
    constant = " It must be written out: it cannot depend on the event." if param.constant else ""
    words = (param.doc or f"An argument of {function.name}.") + constant
    return Hover(token.start, token.end, f"{param.name}: {param.type}{default}", words)


def _of_name(
    text: str, token: Token, path: str, sources: Mapping[str, str], functions: Mapping[str, Function]
) -> Hover | None:
    each = next((one for one in in_scope(text, path, sources, functions) if one.name == token.text), None)
    if each is None:
        return None
    title = f"{each.name}: {each.type}" if each.type else each.name
    where = f"line {each.line}" if each.file == path else f"{each.file}, line {each.line}"
    return Hover(token.start, token.end, title, each.comment, each.value, where)


def _of_text(text: str, token: Token, words: Vocabulary) -> Hover | None:
    place = place_at(text, token.inner)
    if place.function in ("JsonData", "EntityJson") and place.argument == "path":
        seen = next((each for each in words.paths if each.path == token.content), None)
        if seen is None:
            return None
        share = f"In {seen.share:.0%} of what came in lately."
        examples = f" Such as {' · '.join(seen.examples)}." if seen.examples else ""
        return Hover(token.start, token.end, f"{seen.path}: {seen.type}", share + examples)
    known = words.of(place.function, place.argument) if place.argument else ()
    named = next((each for each in known if each.value == token.content), None)
    return Hover(token.start, token.end, named.value, named.detail) if named is not None and named.detail else None


def _arguments(function: Function, here: str = "") -> tuple[Argument, ...]:
    return tuple(
        Argument(param.name, str(param.type), param.doc, param.required, param.name == here)
        for param in function.params
    )
