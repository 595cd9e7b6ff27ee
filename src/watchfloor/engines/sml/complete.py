"""What an author may write next, with the words to choose it by: the editor's completion.

    complete(text, offset, path="spam.sml", sources=files, functions=STANDARD, vocabulary=Vocabulary())

It reads tokens, so it works on a text that does not compile yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.function import Function, Param
from watchfloor.engines.sml.outline import Named, imports, in_scope
from watchfloor.engines.sml.place import Place, place_at

MAX_ITEMS = 200
_TYPES = ("str", "int", "float", "bool", "List[str]", "List[int]", "Optional[str]", "Optional[int]", "Optional[float]",
          "Optional[bool]", "Entity[str]", "Entity[int]", "Any")  # fmt: skip
_STATEMENTS = (
    ("Rule", "Name = Rule(...)", "${Name} = Rule(\n  when_all=[\n    ${Condition},\n  ],\n  description='${what it found}',\n)\n",
     "A rule: it fires when all conditions hold."),
    ("WhenRules", "WhenRules(...)", "WhenRules(\n  rules_any=[${Name}],\n  then=[SendToReview(policy='${spam}')],\n)\n",
     "What happens when one of the rules fires."),
    ("Import", "Import(...)", "Import(rules=['${features.sml}'])\n", "Makes the names of other files known here."),
    ("JsonData", "Name: type = JsonData(...)", "${Name}: ${str} = JsonData(path='${$.item.data.text}')\n",
     "Reads a value out of the event."),
)  # fmt: skip
_KEYWORDS = ("and", "or", "not", "in", "True", "False", "None")


class Known(msgspec.Struct, frozen=True):
    """A value that exists on this floor: the key of a policy, a label, a list; ``detail`` says what it is."""

    value: str
    detail: str = ""


class PathSeen(msgspec.Struct, frozen=True):
    """A path met in real events: the type of its values, some of them, and in what share of events it stood (0 to 1)."""

    path: str
    type: str
    examples: tuple[str, ...] = ()
    share: float = 0.0


class Vocabulary(msgspec.Struct, frozen=True):
    """What the place where rules run knows. ``values`` by argument (``policy``) or by ``Function.argument``, which goes first."""

    values: Mapping[str, tuple[Known, ...]] = {}
    paths: tuple[PathSeen, ...] = ()

    def of(self, function: str, argument: str) -> tuple[Known, ...]:
        """The values an argument may take, as far as known."""
        return self.values.get(f"{function}.{argument}") or self.values.get(argument, ())


class Item(msgspec.Struct, frozen=True):
    """One thing to choose.

    Attributes:
        kind: feature, rule, function, effect, argument, path, value, file, type, keyword or statement.
        insert: what is put in place of the word; ``${...}`` are places to fill in, one after the other.
        rank: the higher, the nearer to the top.
    """

    label: str
    kind: str
    detail: str = ""
    doc: str = ""
    insert: str = ""
    rank: int = 0


class Completions(msgspec.Struct, frozen=True):
    """``start``: from where the chosen text replaces what is written."""

    start: int
    items: tuple[Item, ...]


def complete(
    text: str,
    offset: int,
    *,
    path: str,
    sources: Mapping[str, str],
    functions: Mapping[str, Function],
    vocabulary: Vocabulary | None = None,
) -> Completions:
    """What may stand at an offset (in characters), the likeliest first; filtered by what is written of the word."""
    place = place_at(text, offset)
    words = vocabulary or Vocabulary()
    names = in_scope(text, path, sources, functions, before=offset)
    items: Iterable[Item]
    match place.kind:
        case "statement":
            items = [Item(name, "statement", detail, doc, insert) for name, detail, insert, doc in _STATEMENTS]
        case "type":
            items = [Item(name, "type") for name in _TYPES]
        case "argument":
            items = _arguments(place, functions)
        case "braces":
            items = [_named(each) for each in names]
        case "text":
            items = _in_text(place, words, names, path, text, sources)
        case "value":
            items = _values(place, names, functions)
        case _:
            items = []
    typed = place.word.casefold()
    kept = [item for item in items if _matches(item, typed)]
    kept.sort(key=lambda item: (not item.label.casefold().startswith(typed), -item.rank))
    return Completions(place.start, tuple(kept[:MAX_ITEMS]))


def signature_snippet(function: Function) -> str:
    """A call with its required arguments to fill in: ``StringLength(s=${})``."""
    parts = [f"{param.name}={_blank(param)}" for param in function.params if param.required]
    return f"{function.name}({', '.join(parts)})"


def _matches(item: Item, typed: str) -> bool:
    """Whether what is typed stands in the label in order, as editors match: ``ssw`` finds StringStartsWith."""
    letters = iter(item.label.casefold())
    return all(letter in letters for letter in typed)


def _blank(param: Param) -> str:
    if param.type == t.STR and param.constant:
        return "'${}'"
    if param.type.name == "List":
        return "[${}]"
    return "${}"


def _arguments(place: Place, functions: Mapping[str, Function]) -> list[Item]:
    function = functions.get(place.function)
    if function is None:
        return []
    return [
        Item(
            f"{param.name}=", "argument", str(param.type) + ("" if param.required else ", optional"), param.doc,
            f"{param.name}={_blank(param)}", rank=2 if param.required else 1,
        )
        for param in function.params
        if param.name not in place.given
    ]  # fmt: skip


def _in_text(
    place: Place, words: Vocabulary, names: tuple[Named, ...], path: str, text: str, sources: Mapping[str, str]
) -> list[Item]:
    if place.function in ("Import", "Require") and place.argument in ("rules", "rule"):
        taken = imports(text)
        return [Item(name, "file") for name in sorted(sources) if name != path and name not in taken]
    if place.function in ("JsonData", "EntityJson") and place.argument == "path":
        return [
            Item(seen.path, "path", seen.type, _examples(seen), rank=round(100 * seen.share)) for seen in words.paths
        ]
    known = words.of(place.function, place.argument) if place.argument else ()
    if not known and place.compared:
        feature = next((each for each in names if each.name == place.compared), None)
        seen_here = [seen for seen in words.paths if feature is not None and _reads(feature, seen.path)]
        known = tuple(Known(example, f"seen at {seen.path}") for seen in seen_here for example in seen.examples)
    return [Item(each.value, "value", each.detail, rank=-place_in) for place_in, each in enumerate(known)]


def _reads(feature: Named, path: str) -> bool:
    return feature.function in ("JsonData", "EntityJson") and f"'{path}'" in feature.value.replace('"', "'")


def _values(place: Place, names: tuple[Named, ...], functions: Mapping[str, Function]) -> list[Item]:
    expected = _expected(place, functions)
    if place.function == "WhenRules" and place.argument == "rules_any":
        return [_named(each) for each in names if each.is_rule]
    only_effects = place.function == "WhenRules" and place.argument == "then"
    items: list[Item] = []
    if not only_effects:
        items += [_named(each, 3 if _suits(each.type, expected) else 2) for each in names]
    for function in functions.values():
        if function.result == t.NOTHING or (function.result == t.EFFECT) != only_effects:
            continue
        summary = function.doc.split("\n\n")[0]
        kind = "effect" if only_effects else "function"
        rank = 1 if _suits(str(function.result), expected) else 0
        items.append(Item(function.name, kind, function.signature, summary, signature_snippet(function), rank))
    if not only_effects:
        items += [Item(word, "keyword", rank=-1) for word in _KEYWORDS]
    return items


def _expected(place: Place, functions: Mapping[str, Function]) -> str:
    function = functions.get(place.function)
    if function is None:
        return ""
    param = next((each for each in function.params if each.name == place.argument), None)
    if param is None:
        return ""
    inner = param.type.args[0] if place.in_list and param.type.name == "List" else param.type
    return str(inner)


def _suits(actual: str, expected: str) -> bool:
    """Roughly: what fits best goes first, nothing is kept from the author."""
    if not expected or not actual:
        return False
    if actual == "Rule" and expected == "bool":
        return True
    return actual.removeprefix("Optional[").split("[")[0] == expected.split("[")[0] or actual in expected


def _named(each: Named, rank: int = 2) -> Item:
    where = f"{each.file}, line {each.line}"
    doc = "\n".join(part for part in (each.comment, each.value, where) if part)
    return Item(each.name, "rule" if each.is_rule else "feature", each.type, doc, rank=rank)


def _examples(seen: PathSeen) -> str:
    return "Such as " + " · ".join(seen.examples) if seen.examples else ""
