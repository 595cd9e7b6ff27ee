"""Readers of subjects: statuses, accounts, records, several at once, reporters' records."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from watchfloor.identity import audit
from watchfloor.interop.atproto import standing, subjects
from watchfloor.interop.atproto.asking import GET, Ask, bad, iso, method, unknown
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.labelling import labels_of
from watchfloor.interop.atproto.methods import narrowing
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.review import queries as review
from watchfloor.review.models import Report

VIEWS = "tools.ozone.moderation.defs#"
MOST = 100


@method("tools.ozone.moderation.queryStatuses", GET, ("case.view",))
def query_statuses(ask: Ask) -> dict[str, Any]:
    """Subjects with a case the caller may open, in the order asked for; without one those whose newest case opened last come first."""
    cases = review.visible_cases(ask.actor)
    newer = cases.filter(item=OuterRef("item")).filter(
        Q(opened_at__gt=OuterRef("opened_at")) | Q(opened_at=OuterRef("opened_at"), pk__gt=OuterRef("pk"))
    )
    rows = cases.filter(~Exists(newer)).select_related("item", "item__author")
    rows = narrowing.filtered(ask, rows, cases)
    down, limit = ask.text("sortDirection", "desc") != "asc", ask.limit()
    order = narrowing.order(ask, rows)
    found = list(narrowing.sorted_by(rows, cases, order, down=down)[: limit + 1])
    page = found[:limit]
    known = standing.statuses(ask.actor, ask.here, [case.item for case in page])
    out = [known[case.item_id] for case in page if case.item_id in known]
    more = {"cursor": order.cursor(page[-1])} if len(found) > limit else {}
    return {"subjectStatuses": out, **more}


@method("tools.ozone.moderation.getRecord", GET, ("case.view",))
def get_record(ask: Ask) -> dict[str, Any]:
    """One record with its status."""
    return _record(ask, subjects.wanted(ask, _one(ask, "uri"), "Record"))


@method("tools.ozone.moderation.getRecords", GET, ("case.view",))
def get_records(ask: Ask) -> dict[str, Any]:
    """Several records; those that are not there are said to be so."""
    return {"records": [_or_not(ask, each, "uri") for each in _several(ask, "uris")]}


@method("tools.ozone.moderation.getRepo", GET, ("case.view",))
def get_repo(ask: Ask) -> dict[str, Any]:
    """One account with its status."""
    return _repo(ask, subjects.wanted(ask, _one(ask, "did"), "Repo"))


@method("tools.ozone.moderation.getRepos", GET, ("case.view",))
def get_repos(ask: Ask) -> dict[str, Any]:
    """Several accounts."""
    return {"repos": [_or_not(ask, each, "did") for each in _several(ask, "dids")]}


@method("tools.ozone.moderation.getSubjects", GET, ("case.view",))
def get_subjects(ask: Ask) -> dict[str, Any]:
    """Subjects of both kinds. One that is not there is named, without a status."""
    out = []
    for text in _several(ask, "subjects"):
        item = subjects.find(ask, text)
        out.append(
            subject_view(ask, item) if item else {"type": "record" if "/" in text[5:] else "account", "subject": text}
        )
    return {"subjects": out}


@method("tools.ozone.moderation.getReporterStats", GET, ("case.view",))
def get_reporter_stats(ask: Ask) -> dict[str, Any]:
    """What reporters sent, and what came of it, in cases the caller may open. Needs ``reporter.view``; without it all is nought."""
    out = []
    may = ask.who.may("reporter.view")
    for did in _several(ask, "dids"):
        name = names.read(ask.here, did, subjects.kinds())
        own = [ask.who.token.source] if did == ask.who.did and ask.who.token else []
        whom = [did, *([name.id] if name is not None else []), *own] if may else own
        sent = Report.objects.filter(reporter__in=whom, case__in=review.visible_cases(ask.actor).values("pk"))
        by = {
            (row["kind"], row["outcome"]): (row["sent"], row["items"])
            for row in sent.values("outcome", kind=F("item__kind")).annotate(
                sent=Count("pk"), items=Count("item", distinct=True)
            )
        }

        def total(account: bool, place: int, upheld: bool = False, by: dict[Any, Any] = by) -> int:
            return sum(
                found[place]
                for (kind, outcome), found in by.items()
                if (kind == "account") == account and (not upheld or outcome == "upheld")
            )

        out.append({
            "did": did, "accountReportCount": total(True, 0), "recordReportCount": total(False, 0),
            "reportedAccountCount": total(True, 1), "reportedRecordCount": total(False, 1),
            "takendownAccountCount": total(True, 1, upheld=True), "takendownRecordCount": total(False, 1, upheld=True),
            "labeledAccountCount": 0, "labeledRecordCount": 0,
        })  # fmt: skip
    return {"stats": out}


def subject_view(ask: Ask, item: Item) -> dict[str, Any]:
    """An item as reports show it."""
    status = standing.statuses(ask.actor, ask.here, [item]).get(item.pk)
    kind = "account" if item.kind == "account" else "record"
    seen = _repo(ask, item) if kind == "account" else _record(ask, item)
    return {
        "type": kind, "subject": subjects.uri(ask.here, item), "repo" if kind == "account" else "record": seen,
        **({"status": status} if status else {}),
    }  # fmt: skip


def detail(ask: Ask, item: Item) -> dict[str, Any]:
    """An item as a single event shows it."""
    if item.kind == "account":
        return {"$type": f"{VIEWS}repoView", **account_view(ask, item)}
    return {"$type": f"{VIEWS}recordView", **_record(ask, item)}


def _record(ask: Ask, item: Item) -> dict[str, Any]:
    looked(ask, item)
    value: dict[str, Any] = items.snapshot(item.current_version) or {}
    return {
        "uri": subjects.uri(ask.here, item), "cid": names.cid_of(item.current_version),
        "value": {"$type": names.collection_of(subjects.uri(ask.here, item)), **value}, "blobs": [], "blobCids": [],
        "indexedAt": iso(item.first_seen_at), "moderation": _moderation(ask, item), "labels": labels_of(item),
        "repo": account_view(ask, item.author) if item.author else _nobody(ask),
    }  # fmt: skip


def _repo(ask: Ask, item: Item) -> dict[str, Any]:
    looked(ask, item)
    whole = account_view(ask, item)
    status = whole["moderation"].get("subjectStatus")
    if status is not None:
        status["accountStats"] = standing.account_stats(ask.actor, item)
        status["recordsStats"] = standing.records_stats(ask.actor, item)
    return {**whole, "labels": labels_of(item)}


def account_view(ask: Ask, item: Item) -> dict[str, Any]:
    """An account as lists show it."""
    data = items.snapshot(item.current_version) if item.current_version else None
    profile = {"$type": "app.bsky.actor.profile", "displayName": str(data.get("display_name") or "")} if data else None
    return {
        "did": subjects.uri(ask.here, item), "handle": subjects.handle(ask.here, item, data),
        "relatedRecords": [profile] if profile else [], "indexedAt": iso(item.first_seen_at),
        "moderation": _moderation(ask, item),
    }  # fmt: skip


def _nobody(ask: Ask) -> dict[str, Any]:
    """Whose an item without an author is."""
    return {
        "did": ask.here.did, "handle": ask.here.domain or names.NO_HANDLE, "relatedRecords": [],
        "indexedAt": "1970-01-01T00:00:00.000Z", "moderation": {},
    }  # fmt: skip


def _moderation(ask: Ask, item: Item) -> dict[str, Any]:
    status = standing.statuses(ask.actor, ask.here, [item]).get(item.pk)
    return {"subjectStatus": status} if status else {}


def looked(ask: Ask, item: Item) -> None:
    """A look at what needs a clearance is written down."""
    restricted = review.visible_cases(ask.actor).filter(item=item).exclude(clearance="")
    for pk, clearance in restricted.values_list("pk", "clearance"):
        audit.record(ask.actor, f"case:{pk}", "atproto", clearance=clearance)


def _or_not(ask: Ask, text: str, name: str) -> dict[str, Any]:
    item = subjects.find(ask, text)
    whole = name == "did"
    if item is None or (item.kind == "account") != whole:
        return {"$type": f"{VIEWS}{'repo' if whole else 'record'}ViewNotFound", name: text}
    kind = "repoViewDetail" if whole else "recordViewDetail"
    return {"$type": f"{VIEWS}{kind}", **(_repo(ask, item) if whole else _record(ask, item))}


def _one(ask: Ask, name: str) -> str:
    text = ask.text(name)
    if not text:
        raise bad(f"The parameter {name} is missing.")
    if name == "did" and not names.is_did(text):
        raise unknown("Repo")
    return text


def _several(ask: Ask, name: str) -> list[str]:
    found = ask.many(name)
    if not 1 <= len(found) <= MOST:
        raise bad(f"{name}: from 1 to {MOST} of them.")
    return found
