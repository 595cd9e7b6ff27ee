"""Which subjects are asked for, and in which order: the parameters of ``queryStatuses``. Bots send few of them, consoles nearly all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Count, DateTimeField, Exists, F, FloatField, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Action
from watchfloor.interop.atproto import standing, subjects
from watchfloor.interop.atproto.asking import Ask, bad
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.models import Muted
from watchfloor.items.models import Item
from watchfloor.review.models import Appeal, Case, Decision, Job, Report

MOST = 100
MOST_SORTED: Final = (
    20_000  # subjects that are put in order by what must be looked up for each; more are in the order they opened
)
MOST_COUNTED: Final = 2**31
OPENED: Final = "opened_at"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DELETED: Final = "deleted"


class Order(msgspec.Struct, frozen=True):
    """What rows are sorted by, and where the last page ended."""

    field: str
    after: Any = None
    pk: UUID | None = None

    def cursor(self, row: Case) -> str:
        """Where the next page begins."""
        value = getattr(row, f"sort_{self.field}") if self.field != OPENED else row.opened_at
        return f"{self.field}|{value.isoformat() if isinstance(value, datetime) else value}|{row.pk}"


def order(ask: Ask, rows: Any) -> Order:
    """As asked; what cannot be looked up for so many subjects is in the order their newest cases opened."""
    text = ask.text("cursor")
    if text:
        field, _, rest = text.partition("|")
        value, _, pk = rest.partition("|")
        try:
            return Order(field, _time(value) if field in (*TIMES, OPENED) else _count(value), UUID(pk))
        except ValueError:
            raise bad("The cursor is none of ours.") from None
    field = ask.text("sortField")
    many = field in KEYS and rows.order_by()[: MOST_SORTED + 1].count() > MOST_SORTED
    return Order(field if field in KEYS and not many else OPENED)


def _time(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    if time.utcoffset() is None:
        raise ValueError(value)
    return time


def _count(value: str) -> float:
    """A number the database can compare its own with; none has more than four bytes."""
    count = float(value)
    if not abs(count) < MOST_COUNTED:  # nor is it nan
        raise ValueError(value)
    return count


def sorted_by(rows: Any, cases: Any, wanted: Order, *, down: bool) -> Any:
    """The rows in that order, from where the last page ended."""
    name = OPENED
    if wanted.field != OPENED:
        if wanted.field not in KEYS:
            raise bad("The cursor is none of ours.")
        name = f"sort_{wanted.field}"
        rows = rows.annotate(**{name: KEYS[wanted.field](cases)})
    if wanted.pk is not None:
        beyond = "lt" if down else "gt"
        rows = rows.filter(
            Q(**{f"{name}__{beyond}": wanted.after}) | Q(**{name: wanted.after, f"pk__{beyond}": wanted.pk})
        )
    return rows.order_by(*((f"-{name}", "-pk") if down else (name, "pk")))


def filtered(ask: Ask, rows: Any, cases: Any) -> Any:
    """Those of the newest cases of subjects that fit."""
    same = cases.filter(item=OuterRef("item"))
    rows = _by_state(ask, rows, cases)
    if ask.text("subject"):
        item = subjects.find(ask, ask.text("subject"))
        both = Q(item=item) | (Q(item__author=item) if ask.yes("includeAllUserRecords") else Q(pk__in=[]))
        rows = rows.filter(both) if item is not None else rows.none()
    if ask.text("subjectType") in ("account", "record"):
        account = Q(item__kind="account")
        rows = rows.filter(account if ask.text("subjectType") == "account" else ~account)
    collections = ask.many("collections")
    if collections:
        ours = [key for key in subjects.kinds() if f"{ask.here.collections}.{names.camel(key)}" in collections]
        theirs = Q(pk__in=[])
        for each in collections:
            theirs |= Q(item__external_id__startswith="at://", item__external_id__contains=f"/{each}/")
        rows = rows.filter((Q(item__type_key__in=ours) & ~Q(item__external_id__startswith="at://")) | theirs)
    for name, wanted in (("tags", True), ("excludeTags", False)):
        for tags in ask.many(name):
            found = Exists(same.filter(tags__contains=[tag for tag in tags.split("&&") if tag]))
            rows = rows.filter(found if wanted else ~found)
    for name, lookup in (("reportedAfter", "received_at__gte"), ("reportedBefore", "received_at__lte")):
        at = ask.moment(name)
        if at is not None:
            rows = rows.filter(Exists(Report.objects.filter(case__item=OuterRef("item"), **{lookup: at})))
    for name, lookup in (("reviewedAfter", "closed_at__gte"), ("reviewedBefore", "closed_at__lte")):
        at = ask.moment(name)
        if at is not None:
            rows = rows.filter(Exists(same.filter(**{lookup: at})))
    rows = _by_figures(ask, rows, cases)
    left_out = [item.pk for text in ask.many("ignoreSubjects")[:MOST] if (item := subjects.find(ask, text)) is not None]
    return rows.exclude(item__in=left_out)


def _by_state(ask: Ask, rows: Any, cases: Any) -> Any:
    same = cases.filter(item=OuterRef("item"))
    state = ask.text("reviewState")
    if state == standing.ESCALATED:
        rows = rows.filter(Exists(same.filter(state="escalated")))
    elif state == standing.OPEN:
        rows = rows.filter(Exists(same.filter(state="open")), ~Exists(same.filter(state="escalated")))
    elif state == standing.CLOSED:
        rows = rows.filter(~Exists(same.exclude(state=Case.State.CLOSED)))
    elif state:
        rows = rows.none()
    if ask.yes("takendown"):
        rows = rows.filter(item__state=Item.State.REMOVED)
    if ask.yes("appealed") is not None:
        waits = Exists(Appeal.objects.filter(case__item=OuterRef("item"), state="queued"))
        rows = rows.filter(waits if ask.yes("appealed") else ~waits)
    muted = Exists(Job.objects.filter(case__item=OuterRef("item"), pk__in=Muted.objects.values("job")))
    if ask.yes("onlyMuted"):
        rows = rows.filter(muted)
    elif ask.yes("includeMuted") is False:
        rows = rows.filter(~muted)
    hosting = ask.many("hostingStatuses")
    if hosting:  # the one we are told of
        gone = Q(item__state=Item.State.DELETED_BY_AUTHOR)
        rows = rows.filter(gone) if DELETED in hosting else rows.none()
    if ask.text("ageAssuranceState"):  # nobody's age is known here
        rows = rows.none()
    if ask.text("lastReviewedBy"):  # who else decided is not told
        last = Decision.objects.filter(case__item=OuterRef("item"), case__in=cases.values("pk")).order_by("-at", "-pk")
        rows = rows.annotate(last_by=Subquery(last.values("decider")[:1]))
        rows = rows.filter(last_by=str(ask.actor)) if ask.text("lastReviewedBy") == ask.who.did else rows.none()
    return rows


def _by_figures(ask: Ask, rows: Any, cases: Any) -> Any:
    asked = (
        ("minPriorityScore", "priorityScore"), ("minReportedRecordsCount", "reportedRecordsCount"),
        ("minTakendownRecordsCount", "takendownRecordsCount"),
    )  # fmt: skip
    for name, field in asked:
        least = ask.number(name)
        if least:
            rows = rows.annotate(**{f"least_{field}": KEYS[field](cases)}).filter(**{f"least_{field}__gte": least})
    least = ask.number("minAccountSuspendCount")
    if least:
        suspends = {each.key for each in enforcement.kinds(enabled=False) if each.does == "suspend"}
        done = Action.objects.filter(item=OuterRef("item"), kind_key__in=suspends, inverse_of__isnull=True).order_by()
        rows = rows.annotate(suspended=_counted(done.values("item"))).filter(suspended__gte=least)
    return rows


# -- what rows can be sorted by: of what the caller may see ---------------------------------------------------------------


def _reported(cases: Any) -> Any:
    rows = Report.objects.filter(item=OuterRef("item"), case__in=cases.values("pk")).order_by("-received_at")
    return Coalesce(Subquery(rows.values("received_at")[:1]), F("opened_at"), output_field=DateTimeField())


def _reviewed(cases: Any) -> Any:
    rows = Decision.objects.filter(case__item=OuterRef("item"), case__in=cases.values("pk")).order_by("-at")
    return Coalesce(Subquery(rows.values("at")[:1]), Value(EPOCH), output_field=DateTimeField())


def _priority(cases: Any) -> Any:
    waits = (Job.State.READY, Job.State.LEASED)
    rows = Job.objects.filter(case__item=OuterRef("item"), case__in=cases.values("pk"), state__in=waits)
    first = Subquery(rows.order_by("-priority").values("priority")[:1])
    return Coalesce(first, Value(0.0), output_field=FloatField())


def _records(cases: Any) -> Any:
    made = cases.filter(item__author=OuterRef("item"), report_count__gt=0).order_by()
    return _counted(made.values("item__author"), "item")


def _records_down(cases: Any) -> Any:
    made = cases.filter(item__author=OuterRef("item"), item__state=Item.State.REMOVED).order_by()
    return _counted(made.values("item__author"), "item")


def _counted(rows: Any, what: str = "pk") -> Any:
    number = rows.annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(number), Value(0), output_field=IntegerField())


KEYS: Final = {
    "lastReportedAt": _reported, "lastReviewedAt": _reviewed, "priorityScore": _priority, "reportedRecordsCount": _records,
    "takendownRecordsCount": _records_down,
}  # fmt: skip
TIMES: Final = ("lastReportedAt", "lastReviewedAt")
