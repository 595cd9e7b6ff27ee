"""The article of the knowledge base: aim, explanation, examples and edge cases with their findings. No activities, no exam questions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from watchfloor.training.domain.units import Block, Case, Span, Unit
from watchfloor.training.products.labels import finding, heading, is_rtl, labels, written_for

_TAGS = {"strong": "strong", "em": "em", "code": "code"}


def article(unit: Unit) -> str:
    """As Markdown, which also reads well as plain text; the last line is the stamp."""
    lines: list[str] = []
    lines += [*_markdown(unit.aim), ""]
    for part in unit.explanation:
        lines += [f"## {part.title or heading(unit, 'explanation')}", "", *_markdown(part.blocks), ""]
    for name, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
        if cases:
            lines += [f"## {heading(unit, name)}", ""]
            for case in cases:
                quote = [f"> {line}".rstrip() for line in case.shown.split("\n")]
                lines += [f"### {case.title}", "", *quote, "", f"{_found(unit, case)}", "", *_markdown(case.why), ""]
    lines.append(f"{written_for(unit)} ({unit.stamp.digest[:12]})")
    return "\n".join(lines) + "\n"


def article_html(unit: Unit) -> str:
    """As a piece of HTML: one ``<article>``, everything escaped, with its language and direction."""
    parts = [
        f'<article lang="{escape(unit.language)}" dir="{"rtl" if is_rtl(unit.language) else "ltr"}">',
        f"<h1>{escape(unit.title)}</h1>",
        blocks_html(unit.aim),
    ]
    for part in unit.explanation:
        parts += [f"<h2>{escape(part.title or heading(unit, 'explanation'))}</h2>", blocks_html(part.blocks)]
    for name, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
        if cases:
            parts.append(f"<h2>{escape(heading(unit, name))}</h2>")
            parts += [case_html(unit, case) for case in cases]
    parts.append(f"<footer>{escape(written_for(unit))} (<code>{unit.stamp.digest[:12]}</code>)</footer></article>")
    return "\n".join(parts) + "\n"


def case_html(unit: Unit, case: Case) -> str:
    """An example with what is found, and why."""
    shown = escape(case.shown).replace("\n", "<br>")
    return (
        f"<section><h3>{escape(case.title)}</h3>\n<blockquote dir=\"auto\">{shown}</blockquote>\n"
        f"<p><strong>{escape(_found(unit, case))}</strong></p>\n{blocks_html(case.why)}</section>"
    )  # fmt: skip


def blocks_html(blocks: Sequence[Block]) -> str:
    """Blocks as HTML."""
    found = []
    for block in blocks:
        items = [spans_html(item) for item in block.items]
        match block.kind:
            case "ul" | "ol":
                found.append(f"<{block.kind}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{block.kind}>")
            case "quote":
                found.append("<blockquote>" + "".join(f"<p>{item}</p>" for item in items) + "</blockquote>")
            case _:
                found += [f"<p>{item}</p>" for item in items]
    return "\n".join(found)


def spans_html(spans: Sequence[Span]) -> str:
    """Runs as HTML."""
    found = []
    for span in spans:
        text = escape(span.text)
        if span.look == "link":
            found.append(f'<a href="{escape(span.target)}" rel="noreferrer noopener">{text}</a>')
        else:
            tag = _TAGS.get(span.look)
            found.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return "".join(found)


def _found(unit: Unit, case: Case) -> str:
    said = labels(unit.language)
    words = f"{said['finding']}: {finding(unit, case.finding)}"
    return f"{words} · {said['clause']} {case.clause}" if case.clause else words


def _markdown(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        for number, item in enumerate(block.items, 1):
            sign = {"ul": "- ", "ol": f"{number}. ", "quote": "> "}.get(block.kind, "")
            lines.append(sign + "".join(_span(span) for span in item))
            if block.kind == "p":
                lines.append("")
        if block.kind != "p":
            lines.append("")
    return lines[:-1]


def _span(span: Span) -> str:
    match span.look:
        case "strong":
            return f"**{span.text}**"
        case "em":
            return f"*{span.text}*"
        case "code":
            return f"`{span.text}`"
        case "link":
            return f"[{span.text}]({span.target})"
        case _:
            return span.text
