"""A review as one HTML page: its pictures inside, nothing loaded from anywhere, readable and printable for years."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from watchfloor.insight.boards import drawing
from watchfloor.insight.boards.drawing.canvas import clean
from watchfloor.programme.reviews.domain.markdown import Line
from watchfloor.programme.reviews.shown import Part, Shown

STYLE = """
:root{color-scheme:light dark;--ink:#161a22;--ink2:#4a5361;--line:#e4e7ec;--ground:#fff;--soft:#f6f7f9}
@media (prefers-color-scheme:dark){:root{--ink:#e9ecf2;--ink2:#b6bfcc;--line:#3a4250;--ground:#161a21;--soft:#1e242d}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);line-height:1.5;
font-family:'Inter Variable',Inter,'Segoe UI','Helvetica Neue',Arial,'Noto Sans','Noto Sans Arabic','Noto Sans JP',sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.9rem;line-height:1.2;margin:0}h2{font-size:1.25rem;margin:0 0 .5rem}
h2.part{font-size:1.5rem;border-block-start:2px solid var(--line);padding-block-start:1rem;margin-block-start:2rem}
section{margin-block:1.75rem;break-inside:avoid}.muted{color:var(--ink2)}.small{font-size:.875rem}ul{padding-inline-start:1.25rem}
.numbers{display:flex;flex-wrap:wrap;gap:1rem;margin-block:.75rem}
.number{flex:1 1 12rem;background:var(--soft);border-radius:8px;padding:.75rem 1rem}
.value{font-size:1.75rem;font-weight:600;font-variant-numeric:tabular-nums;display:block}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .6rem;border-block-end:1px solid var(--line);text-align:end}
th:first-child,td:first-child{text-align:start}svg{max-width:100%;height:auto;border-radius:8px}h3{font-size:1rem;margin:1rem 0 .25rem}
.state{font-weight:400;color:var(--ink2)}details{margin-block:.5rem}a{color:inherit}
"""


def page(shown: Shown) -> str:
    """The page."""
    direction = "rtl" if shown.language in settings.LANGUAGES_BIDI else "ltr"
    with override(shown.language):
        body = "".join(_part(each) for each in shown.parts)
        foot = f'<p class="muted small">{clean(shown.source)}. {clean(_("Version %(number)s") % {"number": shown.number})}.</p>'
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return (
            f'<!doctype html><html lang="{escape(shown.language)}" dir="{direction}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f"<title>{clean(shown.title)}</title><style>{STYLE}</style></head><body><main><h1>{clean(shown.title)}</h1>"
            f'<p class="muted">{clean(shown.span)}</p>{body}{foot}</main></body></html>'
        )


def _part(part: Part) -> str:
    if part.kind == "heading":
        return f'<h2 class="part">{clean(part.title)}</h2>'
    inside = [f"<h2>{clean(part.title)}</h2>" if part.title else "", text(part.text)]
    if part.numbers:
        inside.append('<div class="numbers">' + "".join(
            f'<div class="number"><span class="small muted">{clean(one.title)}</span><span class="value">{clean(one.value)}</span>'
            f'<span class="small muted">{clean(" ".join(filter(None, (one.interval, one.change))))}</span></div>'
            for one in part.numbers
        ) + "</div>")  # fmt: skip
    if part.said:
        inside.append("".join(f"<p>{clean(words)}</p>" for words in part.said))
    if part.picture is not None:
        inside.append(drawing.panel(part.picture, width=920, height=340, source=False))
    if part.rows:
        head = "".join(f'<th scope="col">{clean(name)}</th>' for name in part.columns)
        rows = "".join(
            f'<tr><th scope="row">{clean(row.name)}</th>'
            + "".join(f"<td>{clean(cell)}</td>" for cell in row.cells)
            + "</tr>"
            for row in part.rows
        )
        inside.append(f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')
        if part.more:
            inside.append(f'<p class="small muted">{clean(_("%(num)s more rows.") % {"num": part.more})}</p>')
    for entry in part.entries:
        state = f' <span class="state">· {clean(entry.state)}</span>' if entry.state else ""
        lines = "".join(f"<li>{clean(line)}</li>" for line in entry.lines)
        inside.append(f"<h3>{clean(entry.title)}{state}</h3>" + (f"<ul>{lines}</ul>" if lines else ""))
    if part.definitions:
        items = "".join(f"<li>{clean(title)}: {clean(formula)}</li>" for title, formula in part.definitions)
        inside.append(
            f'<details class="small muted"><summary>{clean(_("Definitions"))}</summary><ul>{items}</ul></details>'
        )
    return f"<section>{''.join(inside)}</section>"


def text(lines: tuple[Line, ...]) -> str:
    """People's text: paragraphs, lists, bold and italic."""
    found, in_list = [], False
    for line in lines:
        if (line.kind == "li") != in_list:
            found.append("<ul>" if line.kind == "li" else "</ul>")
            in_list = line.kind == "li"
        tag = "li" if line.kind == "li" else "p"
        found.append(f'<{tag} dir="auto">{"".join(_run(run.text, run.style) for run in line.runs)}</{tag}>')
    return "".join(found) + ("</ul>" if in_list else "")


def _run(words: str, style: str) -> str:
    tag = {"bold": "strong", "italic": "em"}.get(style)
    return f"<{tag}>{clean(words)}</{tag}>" if tag else clean(words)
