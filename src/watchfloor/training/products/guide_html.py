"""The facilitator guide as one HTML file: plan with times, what to say, activities and questions with answers. Nothing is loaded."""

from __future__ import annotations

from html import escape
from importlib import resources

from watchfloor.training.domain.units import Activity, Question, Unit, timed
from watchfloor.training.products.article import blocks_html, case_html
from watchfloor.training.products.labels import heading, is_rtl, labels, written_for

_STYLE = resources.files("watchfloor.training.products").joinpath("guide.css").read_text("utf-8")


def guide_html(unit: Unit) -> str:
    """The whole document."""
    said = labels(unit.language)
    plan = timed(unit)
    when = {(part.section, part.number): part for part in plan}

    def titled(section: str) -> str:
        stretches = [part for part in plan if part.section == section]
        minutes = sum(part.minutes for part in stretches)
        after = f' <small class="quiet">{minutes} {escape(said["minutes"])}</small>' if stretches else ""
        return f'<h2 id="{section}">{escape(heading(unit, section))}{after}</h2>'

    rows = []
    for part in plan:
        name = heading(unit, part.section)
        if part.number >= 0:
            name = f"{name}: {unit.activities[part.number].title}"
        rows.append(
            f'<tr><td class="number">{part.start}</td><td class="number">{part.minutes}</td><td>{escape(name)}</td></tr>'
        )
    body = [
        f"<h1>{escape(unit.title)}</h1>",
        f'<p class="quiet">{escape(said["guide"])} · {escape(written_for(unit))} · {unit.minutes} {escape(said["minutes"])}<br>'
        f"{escape(said['owner'])}: {escape(unit.owner)} · {escape(said['review'])} <time>{unit.review.isoformat()}</time></p>",
        f'<h2 id="plan">{escape(said["plan"])}</h2>',
        f'<table><thead><tr><th class="number" scope="col">{escape(said["from"])}</th><th class="number" scope="col">'
        f'{escape(said["duration"])}</th><th scope="col">{escape(said["what"])}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>",
        titled("aim"), blocks_html(unit.aim), titled("explanation"),
    ]  # fmt: skip
    for stretch in unit.explanation:
        body += [f"<h3>{escape(stretch.title)}</h3>" if stretch.title else "", blocks_html(stretch.blocks)]
    for name, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
        if cases:
            body += [titled(name), *(case_html(unit, case) for case in cases)]
    if unit.activities:
        body.append(titled("activities"))
        for number, activity in enumerate(unit.activities):
            body.append(_activity(unit, activity, when["activities", number].start))
    if unit.questions:
        body += [titled("questions"), f'<p class="quiet">{escape(said["keep"])}</p>']
        body += [_question(unit, question) for question in unit.questions]
    body.append(f"<footer>{escape(written_for(unit))} (<code>{unit.stamp.digest[:12]}</code>)</footer>")
    direction = "rtl" if is_rtl(unit.language) else "ltr"
    return (
        f'<!doctype html>\n<html lang="{escape(unit.language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="watchfloor-stamp" content="{escape(unit.policy)}/{unit.version}/{unit.stamp.digest}">\n'
        f"<title>{escape(unit.title)}: {escape(said['guide'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body><main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main></body>\n</html>\n"
    )


def _activity(unit: Unit, activity: Activity, start: int) -> str:
    said = labels(unit.language)
    until = f"{start}\u2013{start + activity.minutes}"
    materials = (
        f"<p><strong>{escape(said['materials'])}:</strong> {escape(activity.materials)}</p>"
        if activity.materials
        else ""
    )
    return (
        f'<section><h3>{escape(activity.title)} <small class="quiet">{activity.minutes} {escape(said["minutes"])} '
        f"({until})</small></h3>{materials}{blocks_html(activity.task)}"
        f'<div class="answer"><p><strong>{escape(said["answer"])}</strong></p>{blocks_html(activity.answer)}</div></section>'
    )


def _question(unit: Unit, question: Question) -> str:
    said = labels(unit.language)
    shown = (
        f'<blockquote dir="auto">{escape(question.shown)}</blockquote>'.replace("\n", "<br>") if question.shown else ""
    )
    choices = "".join(
        f"<li{' class=chosen' if choice.right else ''}>{escape(choice.text)}{' ✓' if choice.right else ''}</li>"
        for choice in question.choices
    )
    clause = f" ({escape(said['clause'])} {escape(question.clause)})" if question.clause else ""
    return (
        f'<section><h3>{escape(question.title)} <small class="quiet">{escape(question.key)}</small></h3>{shown}'
        f'<p>{escape(question.ask)}</p><ol class="choices">{choices}</ol><div class="answer"><p><strong>'
        f"{escape(said['right'])}:</strong> {escape(question.right)}{clause}</p><p>{escape(question.why)}</p></div></section>"
    )
