"""Reads XML that others wrote: no document types (so no entities that grow or reach out), no depth or size without bounds. Pure."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from watchfloor.kernel.errors import BadInput

LONGEST, DEEPEST = 20_000_000, 120
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tree(data: bytes, where: str = "file") -> Element:
    """The document's root; names with a namespace are ``{namespace}name``.

    Raises:
        BadInput: it is no XML, too large, or has a document type.
    """
    if len(data) > LONGEST:
        raise BadInput("too_large", f"The file is larger than {LONGEST // 1_000_000} MB.", where=where)
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadInput(
                "too_deep", "The file is nested too deeply.", where=f"{where} line {parser.CurrentLineNumber}"
            )
        builder.start(_named(tag), {_named(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(tag))

    def refuse(*_: object) -> None:
        raise BadInput(
            "document_type",
            "A file with a document type is not read.",
            where=where,
            hint="Take the line <!DOCTYPE ...> out.",
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = f"The file is no XML that can be read: {expat.ErrorString(error.code)}."
        raise BadInput("bad_xml", message, where=f"{where} line {error.lineno}") from None
    except (ValueError, LookupError):
        raise BadInput("bad_xml", "The file's encoding is not known.", where=where, hint="Write it as UTF-8.") from None
    return builder.close()


def _named(name: str) -> str:
    return "{" + name if "}" in name else name


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def space(element: Element) -> str:
    """An element's namespace, or ""."""
    return str(element.tag)[1:].rpartition("}")[0] if str(element.tag).startswith("{") else ""


def child(element: Element, name: str) -> Element | None:
    """The first child of that name, whatever its namespace."""
    return next((each for each in element if local(each) == name), None)


def text(element: Element | None) -> str:
    """All text of an element: one line a block, no space at the ends."""
    if element is None:
        return ""
    lines: list[str] = [""]
    _gather(element, lines)
    return "\n".join(line for line in (" ".join(each.split()) for each in lines) if line)


_BLOCKS = {"p", "div", "blockquote", "li", "br", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr"}


def _gather(element: Element, lines: list[str]) -> None:
    block = local(element) in _BLOCKS
    if block:
        lines.append("")
    lines[-1] += element.text or ""
    for each in element:
        _gather(each, lines)
        lines[-1] += each.tail or ""
    if block:
        lines.append("")


def storable(words: str) -> str:
    """Text that XML may hold: what it may not becomes a mark."""
    return "".join(char if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff") else "\ufffd"
                   for char in words)  # fmt: skip
