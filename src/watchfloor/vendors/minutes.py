"""A check-in as text: Markdown to keep and to mail."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.vendors import words
from watchfloor.vendors.agenda import Agenda, TargetLine, TaskLine
from watchfloor.vendors.models import CheckIn, Task


def subject(name: str, row: CheckIn) -> str:
    """The mail's subject, and the page's title."""
    return _("Check-in %(number)s with %(vendor)s") % {"number": row.number, "vendor": name}


def markdown(name: str, row: CheckIn, agenda: Agenda) -> str:
    """The whole check-in."""
    return "\n".join(_lines(name, row, agenda)) + "\n"


def _lines(name: str, row: CheckIn, agenda: Agenda) -> Iterator[str]:
    yield f"# {subject(name, row)}"
    yield ""
    yield _("Figures of %(start)s to %(end)s.") % {"start": date_format(agenda.start), "end": date_format(agenda.end)}
    if agenda.targets:
        yield from ("", f"## {_('Targets')}", "")
        yield words.rule(agenda)
        yield ""
        yield f"| {_('Figure')} | {_('Clause')} | {_('Target')} | {_('Actual')} | {_('Interval')} | {_('Result')} |"
        yield "|---|---|---|---|---|---|"
        for line in agenda.targets:
            result = words.outcomes()[line.outcome][0]
            cells = (
                words.figure(line.figure), _cell(line.clause), shown(line, line.goal), shown(line, line.value), interval(line), result,
            )  # fmt: skip
            yield f"| {' | '.join(cells)} |"
        yield ""
        yield words.credit(agenda)
    for title, items in (
        (_("What moved the figures"), [f"{each.words} ({date_format(each.at)})" for each in agenda.causes]),
        (_("Questions that wait"), [each.text for each in agenda.questions]),
        (_("Training gaps"), [words.gap(each) for each in agenda.gaps]),
        (_("Invoices that are not settled"), [f"{each.reference}: {each.total} {each.currency}" for each in agenda.invoices]),
    ):  # fmt: skip
        if items:
            yield from ("", f"## {title}", "", *(f"- {_cell(each)}" for each in items))
    tasks = list(Task.objects.filter(check_in=row).order_by("due_on"))
    carried = [each for each in agenda.tasks if each.id not in {str(own.pk) for own in tasks}]
    if row.minutes:
        yield from ("", f"## {_('Minutes')}", "", row.minutes)
    if tasks or carried:
        yield from ("", f"## {_('Actions')}", "")
        both: list[Task | TaskLine] = [*tasks, *carried]
        for task in both:
            yield f"- {_cell(task.text)} ({words.sides()[task.side]}, {_cell(task.owner)}, {date_format(task.due_on)})"


def shown(line: TargetLine, value: float | None) -> str:
    """A value in the words of its unit."""
    if value is None:
        return "–"
    return words.percent(value) if line.unit == "share" else words.seconds(value)


def interval(line: TargetLine) -> str:
    """``[low – high]``, or why there is none."""
    if line.low is None or line.high is None:
        return _("too few days")
    return f"[{shown(line, line.low)} – {shown(line, line.high)}]"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


__all__ = ["interval", "markdown", "shown", "subject"]
