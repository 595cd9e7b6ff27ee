"""A spike in words: its headline, and the story in sentences whose numbers add up and lead to their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

from watchfloor.insight import catalogue
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.insight.spikes.models import Spike
from watchfloor.insight.spikes.stored import Candidate, Check, Found, Turn

STATES = {
    "open": N_("Open"), "planned": N_("Planned"), "reversed": N_("Reversed"), "partly": N_("Partly reversed"),
    "not_reversed": N_("Not reversed"), "unknown": N_("Cannot be told"), "dismissed": N_("Not a spike"),
    "joined": N_("Joined to another"), "over": N_("Over"),
}  # fmt: skip
TONES = {"open": "amber", "planned": "accent", "reversed": "green", "partly": "amber", "not_reversed": "red"}
KINDS = {
    "spike": N_("Spike"), "dip": N_("Dip"), "step": N_("New level"), "trend": N_("Trend"), "distribution": N_("Other distribution"),
}  # fmt: skip
WHY = {
    "alarm": N_("an alarm"), "goes_on": N_("it goes on"), "late_facts": N_("facts came in late"), "asked": N_("somebody asked"),
}  # fmt: skip
CHECKS = {
    "late": (N_("Reports were an hour or more on their way"), N_("Reports came in on time")),
    "doubled": (N_("Things were counted more than once"), N_("Nothing was counted twice")),
    "unknown": (N_("A dimension went unknown"), N_("No dimension went unknown")),
    "silent": (N_("A source fell silent"), N_("Every source sends")),
    "new": (N_("A value that was never seen took another's place"), N_("No value changed its name")),
    "schema": (N_("An item type was changed in the day before"), N_("No item type was changed")),
}  # fmt: skip


class Piece(msgspec.Struct, frozen=True):
    """A part of a sentence; a number has the address of its rows."""

    text: str
    href: str = ""


def slice_words(where: Mapping[str, str]) -> str:
    """``spam, ES``; nothing for everything."""
    return ", ".join(where.values())


def slice_long(where: Mapping[str, str]) -> str:
    """``Policy spam, Market ES``."""
    return ", ".join(f"{_(DIMENSIONS[name])} {value}" for name, value in where.items() if name in DIMENSIONS) or _(
        "everything"
    )


def change_words(value: float, expected: float) -> str:
    """``+212 %``, or what there was where nothing was expected."""
    if expected <= 0:
        return _("%(count)s where none was expected") % {"count": f"{value:,.0f}"}
    change = value / expected - 1
    return f"{change:+.0%}".replace("%", " %")


def headline(row: Spike, found: Found | None) -> str:
    """What, how much, since when, where, and the likeliest cause with how likely it is; in one sentence."""
    title = _(catalogue.metric(row.metric).title)
    since = since_words(row)
    where = slice_words(row.where)
    what = _("%(metric)s, %(slice)s") % {"metric": title, "slice": where} if where else title
    said = _("%(what)s %(change)s since %(since)s") % {
        "what": what, "change": change_words(row.value, row.expected), "since": since,
    }  # fmt: skip
    if found is None:
        return said
    if found.suspect:
        return _("%(said)s: look at the data first") % {"said": said}
    parts = []
    for one in found.shared[:2]:
        parts.append(_("%(share)s %(field)s %(value)s") % {
            "share": f"{one.share:.0%}".replace("%", " %"), "field": one.field.replace("_", " "), "value": one.value,
        })  # fmt: skip
    if parts:
        said = f"{said}: {', '.join(parts)}"
    best = found.candidates[0] if found.candidates else None
    if best is not None and best.p > found.none_p:
        return _("%(said)s; %(change)s at %(at)s (%(p)s)") % {
            "said": said, "change": best.title, "at": f"{localtime(best.at):%H:%M}", "p": f"{best.p:.0%}".replace("%", " %"),
        }  # fmt: skip
    return _("%(said)s; no known change explains it") % {"said": said}


def since_words(row: Spike) -> str:
    """The time, with the day where it is not the day it was found."""
    begun = localtime(row.starts_at)
    if row.found_at - row.starts_at > timedelta(hours=20) or begun.date() != localtime(row.last_at).date():
        return f"{date_format(begun, 'j M')} {begun:%H:%M}"
    return f"{begun:%H:%M}"


def number(value: float, unit: str) -> str:
    """A metric's value: counts whole, shares in per cent, durations in minutes or seconds."""
    if unit == "share":
        return f"{value:.1%}".replace("%", " %")
    if unit == "ms":
        return _duration(value / 1000)
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def _duration(seconds: float) -> str:
    """So fine that a change which is told can be seen: minutes with their seconds up to an hour."""
    sign, whole = ("−" if round(seconds) < 0 else ""), abs(round(seconds))
    if whole < 120:
        return sign + _("%(n)s s") % {"n": whole}
    if whole < 3600:
        minutes, left = divmod(whole, 60)
        return sign + _("%(n)s min") % {"n": minutes} + (" " + _("%(n)s s") % {"n": left} if left else "")
    return sign + _("%(n)s h") % {"n": f"{whole / 3600:,.1f}"}


def _moments(start: datetime, end: datetime) -> str:
    """From when to when, with the days where it is not one of them."""
    start, end = localtime(start), localtime(end)
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    return f"{date_format(start, 'j M')} {start:%H:%M} – {date_format(end, 'j M')} {end:%H:%M}"


def story(row: Spike, found: Found) -> list[list[Piece]]:
    """Sentences, in the order of the investigation. The parts of a count are told with what lies elsewhere: they add up."""
    unit = catalogue.metric(row.metric).unit
    sentences = [_whole(found, unit)]
    if found.slices and unit == "count":
        sentences.append(_parts(found))
    elif found.slices:
        first = found.slices[0]
        sentences.append([
            Piece(_("Most of it lies in %(slice)s: ") % {"slice": slice_long(first.where)}),
            Piece(number(first.real, unit), first.query.rows_url),
            Piece(_(" instead of %(expected)s there.") % {"expected": number(first.expected, unit)}),
        ])  # fmt: skip
    elif found.verdict == "everywhere":
        sentences.append([Piece(_("All slices moved alike: the cause lies outside of them."))])
    else:
        sentences.append([Piece(_("No slice moved more than chance moves some slice."))])
    if found.flows:
        sentences.append(_grew(found))
    if found.mix is not None:
        sentences.append([Piece(_(
            "Of the change of %(change)s, %(rate)s is the slices' own, %(mix)s is that work shifted between them (by %(dimension)s)."
        ) % {
            "change": number(found.mix.after - found.mix.before, unit), "rate": number(found.mix.rate, unit),
            "mix": number(found.mix.mix, unit), "dimension": _(DIMENSIONS[found.mix.dimension]).lower(),
        })])  # fmt: skip
    for one in found.shared[:3]:
        sentences.append([Piece(_("%(share)s of %(count)s items looked at have %(field)s %(value)s; before it was %(before)s.") % {
            "share": f"{one.share:.0%}".replace("%", " %"), "count": found.sampled, "field": one.field.replace("_", " "),
            "value": one.value, "before": f"{one.before:.0%}".replace("%", " %"),
        })])  # fmt: skip
    sentences.append(_cause(found))
    return sentences


def _whole(found: Found, unit: str) -> list[Piece]:
    assert found.query is not None
    if catalogue.metric(found.metric).stock:
        return _stock(found, unit)
    span = _moments(found.start, found.end)
    gap = found.real - found.expected
    return [
        Piece(_("From %(span)s there were ") % {"span": span} if unit == "count" else _("From %(span)s it was ") % {"span": span}),
        Piece(number(found.real, unit), found.query.rows_url),
        Piece(_(", %(expected)s were expected: %(gap)s.") % {
            "expected": number(found.expected, unit), "gap": ("+" if gap >= 0 else "−") + number(abs(gap), unit),
        }),
    ]  # fmt: skip


def _stock(found: Found, unit: str) -> list[Piece]:
    """What there is at a moment."""
    assert found.query is not None
    end = localtime(found.end)
    gap = found.real - found.expected
    return [
        Piece(_("On %(day)s at %(time)s there were ") % {"day": date_format(end, "j M"), "time": f"{end:%H:%M}"}),
        Piece(number(found.real, unit), found.query.rows_url),
        Piece(_(" open; usual at that hour: %(expected)s (%(gap)s).") % {
            "expected": number(found.expected, unit), "gap": ("+" if gap >= 0 else "−") + number(abs(gap), unit),
        }),
    ]  # fmt: skip


def _grew(found: Found) -> list[Piece]:
    """What came, what left and what was there, each with its part of the gap: rounded so that they add up."""
    flows = {each.key: each for each in found.flows}
    start, came = (round(flows[key].now) - round(flows[key].usual) for key in ("before", "came"))
    whole = round(sum(each.more for each in found.flows))
    begun = localtime(found.onset)
    numbers = {"since": f"{date_format(begun, 'j M')} {begun:%H:%M}", "more": f"{came:+,}", "less": f"{whole - came - start:+,}",
               "start": f"{start:+,}"}  # fmt: skip
    for key, each in flows.items():
        numbers |= {key: f"{each.now:,.0f}", f"usual_{key}": f"{each.usual:,.0f}"}
    where = slice_long(found.slices[0].where if found.slices else {})
    said = _(
        "Since %(since)s: %(came)s came in (usual: %(usual_came)s, %(more)s), %(left)s left (usual: %(usual_left)s, %(less)s), "
        "%(before)s were there when it began (usual: %(usual_before)s, %(start)s)."
    )
    return [Piece(f"{where[:1].upper()}{where[1:]}. "), Piece(said % numbers)]


def _parts(found: Found) -> list[Piece]:
    """``+120 = +96 in ES spam, +30 in DE, -6 elsewhere``: with the same rounding on both sides."""
    rounded = [round(each.real) - round(each.expected) for each in found.slices]
    whole = round(found.real) - round(found.expected)
    pieces = [Piece(_("Of these %(gap)s, ") % {"gap": f"{whole:+,}"})]
    for each, gap in zip(found.slices, rounded, strict=True):
        pieces.append(Piece(f"{gap:+,}", each.query.rows_url))
        pieces.append(Piece(_(" in %(slice)s (p %(p)s), ") % {"slice": slice_long(each.where), "p": p_words(each.p)}))
    pieces.append(Piece(_("%(gap)s elsewhere.") % {"gap": f"{whole - sum(rounded):+,}"}))
    return pieces


def p_words(p: float) -> str:
    """A chance as people read it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _cause(found: Found) -> list[Piece]:
    if not found.candidates:
        return [Piece(_("No change is known from the days before that could have done it. Somebody should look."))]
    best = found.candidates[0]
    share = f"{best.p:.0%}".replace("%", " %")
    if best.p <= found.none_p:
        return [Piece(_("The likeliest is that no known change did it (%(none)s); nearest is: %(change)s (%(p)s).") % {
            "none": f"{found.none_p:.0%}".replace("%", " %"), "change": best.title, "p": share})]  # fmt: skip
    sure = _("Very likely") if best.p >= 0.8 else _("Likely") if best.p >= 0.5 else _("Perhaps")
    return [
        Piece(_("%(sure)s (%(p)s): ") % {"sure": sure, "p": share}),
        Piece(best.title, best.link),
        Piece(f", {lag_words(best)}."),
    ]  # fmt: skip


def lag_words(one: Candidate) -> str:
    """How long before the onset a change began."""
    minutes = round(one.lag_minutes)
    if abs(minutes) < 1:
        return _("at the same moment")
    if abs(minutes) >= 120:
        hours = round(abs(minutes) / 60)
        return (ngettext("%(n)s hour before", "%(n)s hours before", hours) if minutes > 0 else ngettext(
            "%(n)s hour after", "%(n)s hours after", hours)) % {"n": hours}  # fmt: skip
    count = abs(minutes)
    return (ngettext("%(n)s minute before", "%(n)s minutes before", count) if minutes > 0 else ngettext(
        "%(n)s minute after", "%(n)s minutes after", count)) % {"n": count}  # fmt: skip


def check_words(check: Check) -> str:
    """One look at the data in a sentence."""
    bad, good = CHECKS[check.key]
    said = _(bad) if check.bad else _(good)
    if check.dimension:
        said += f" ({_(DIMENSIONS.get(check.dimension, check.dimension))}{': ' + check.value if check.value else ''})"
    return said


def percent(share: float) -> str:
    """``-60 %`` with its sign."""
    return f"{share:+.0%}".replace("%", " %")


def turn_words(turn: Turn) -> str:
    """How it stands with a plan, with the interval."""
    if turn.outcome == "early":
        return _("It is too early to say what the action did.")
    if turn.outcome == "unknown" or turn.change is None or turn.low is None or turn.high is None:
        return _("What the action did cannot be told: the slice already moved away from the others before it.")
    numbers = {"change": percent(turn.change), "low": percent(turn.low), "high": percent(turn.high)}
    said = {
        "reversed": _("It turned: %(change)s [%(low)s to %(high)s] against what was not touched."),
        "partly": _("It turned in part: %(change)s [%(low)s to %(high)s], less than was expected."),
        "not_reversed": _("It has not turned: %(change)s [%(low)s to %(high)s]."),
    }[turn.outcome]
    return said % numbers
