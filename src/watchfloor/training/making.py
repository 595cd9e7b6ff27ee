"""Makes the products of a published unit: files kept by their digest, the knowledge article, the questions of the bank.

A worker claims a build, makes one product after the other (each its own transaction, so that one that cannot be made costs only
itself) and says how far it is. A worker that dies is followed by another, which begins again: the same source gives the same products.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.knowledge import actions as knowledge
from watchfloor.knowledge.models import Article
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.durable import whole
from watchfloor.training import bank, products
from watchfloor.training.domain import files, moodle, qti, units
from watchfloor.training.domain.units import Unit
from watchfloor.training.events_delivery import ProductMade
from watchfloor.training.models import TrainingItem, UnitBuild, UnitProduct, UnitVersion

log = logging.getLogger(__name__)
STALE: Final = timedelta(minutes=3)
IN_TABLES: Final = ("article", "items")
NONE: Final = UUID(int=0)  # of no row
# kind -> (suffix, media type, how it is made)
FILES: Final[dict[str, tuple[str, str, Callable[[Unit], bytes]]]] = {
    "deck": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", products.deck),
    "guide_docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", products.guide_docx),
    "guide_html": ("html", "text/html; charset=utf-8", lambda unit: products.guide_html(unit).encode()),
    "gift": ("gift", "text/plain; charset=utf-8", lambda unit: files.write_gift(products.items(unit), ()).encode()),
    "qti": ("zip", "application/zip", lambda unit: qti.package(
        products.items(unit), (), name=f"{unit.policy}-{unit.language}", title=unit.title, stamp=unit.stamp)),
    "moodle": ("xml", "application/xml", lambda unit: moodle.write(
        products.items(unit), (), category=unit.title, stamp=unit.stamp).encode()),
    "scorm": ("zip", "application/zip", lambda unit: products.scorm(unit, products.items(unit))),
}  # fmt: skip


def ask(version: UnitVersion, by: str) -> UnitBuild:
    """Ask for the products; one that still waits counts."""
    waiting = UnitBuild.objects.filter(version=version, state="waiting").first()
    return waiting or UnitBuild.objects.create(
        version=version, asked_by=by, asked_at=clock.now(), total=len(kinds(version))
    )


def latest(version: UnitVersion) -> UnitBuild | None:
    """The newest build of a version."""
    return UnitBuild.objects.filter(version=version).order_by("-asked_at").first()


def kinds(version: UnitVersion) -> list[str]:
    """What is made of a version. The bank's exams ask in the language of the original, so a translation adds no questions to it."""
    return ["article", *(["items"] if version.unit.original else []), *FILES]


def work() -> int:
    """Make the products of the version that waits longest (or whose worker died); how many were made."""
    build = _claim()
    if build is None:
        return 0
    version = build.version
    unit, problems = units.parse(version.source), []
    for number, kind in enumerate(kinds(version), 1):
        try:
            _make(version, unit, kind, build.asked_by)
        except WatchfloorError as error:
            problems.append([kind, f"{error.message} {error.hint}".strip()[:300]])
        except Exception:
            log.exception("the %s of unit version %s could not be made", kind, version.pk)
            problems.append([kind, ""])
        UnitBuild.objects.filter(pk=build.pk).update(done=number, seen_at=clock.now(), problems=problems)
    UnitBuild.objects.filter(pk=build.pk).update(state="failed" if problems else "done")
    return 1


def path_of(digest: str) -> Path:
    """Where a file lies."""
    return Path(settings.HOME) / "training" / digest[:2] / digest


def name_of(version: UnitVersion, kind: str) -> str:
    """What a file is called when it is downloaded."""
    unit = version.unit
    return f"{unit.policy_key}-{unit.language}-{version.number}-{kind.replace('_', '-')}.{FILES[kind][0]}"


def _claim() -> UnitBuild | None:
    now = clock.now()
    waits = Q(state="waiting") | Q(state="running", seen_at__lt=now - STALE)
    with transaction.atomic():
        rows = UnitBuild.objects.select_for_update(skip_locked=True, of=("self",)).select_related("version__unit")
        build = rows.filter(waits).order_by("asked_at").first()
        if build is not None:
            build.state, build.seen_at, build.total = "running", now, len(kinds(build.version))
            build.save(update_fields=["state", "seen_at", "total"])
    return build


def _make(version: UnitVersion, unit: Unit, kind: str, by: str) -> None:
    if kind in FILES:
        data = FILES[kind][2](unit)
        digest = hashlib.sha256(data).hexdigest()
        if not path_of(digest).exists():
            with whole(path_of(digest)) as place:
                place.write_bytes(data)
        with writing(system("training"), on_behalf=by) as w:
            _made(w, version, kind, digest=digest, size=len(data))
    else:
        with writing(system("training"), on_behalf=by) as w:
            count = _article(w, version, unit) if kind == "article" else _items(w, version, unit)
            _made(w, version, kind, count=count)


def _made(w: Writer, version: UnitVersion, kind: str, *, digest: str = "", size: int = 0, count: int = 0) -> None:
    values = {"digest": digest, "size": size, "count": count, "made_at": clock.now()}
    row = UnitProduct.objects.select_for_update().filter(version=version, kind=kind).first()
    row = w.create(UnitProduct, version=version, kind=kind, **values) if row is None else w.update(row, **values)
    unit = version.unit
    w.event(
        ProductMade(policy=unit.policy_key, language=unit.language, number=version.number, product=kind, digest=digest), row
    )  # fmt: skip


def _article(w: Writer, version: UnitVersion, unit: Unit) -> int:
    """Written anew where it was, so that its address stays."""
    row = version.unit
    text = products.article(unit)
    known = Article.objects.filter(pk=row.article_id or NONE).exclude(state=Article.State.RETIRED).first()
    if known is None:
        made = knowledge.draft(
            w, title=unit.title, body=text, policy_key=row.policy_key, language=row.language, source=f"unit:{row.pk}"
        )
        w.update(row, article_id=made.pk)
    else:
        made = knowledge.change(w, known.pk, title=unit.title, body=text, language=row.language, seen=known.revision)
    knowledge.publish(w, made.pk)
    return 0


def _items(w: Writer, version: UnitVersion, unit: Unit) -> int:
    """The questions of the source in the bank. Two people agreed to them with the source; what the source no longer has is retired."""
    drafts = products.items(unit)
    before = UnitVersion.objects.filter(unit=version.unit, number__lt=version.number, published_at__isnull=False)
    earlier = before.order_by("-number").first()
    if drafts:
        bank.save_many(w, unit.policy, "exam", drafts, written_by=version.written_by, approved_by=version.approved_by)
    if earlier is not None:
        gone = {draft.key for draft in products.items(units.parse(earlier.source))} - {draft.key for draft in drafts}
        for row in TrainingItem.objects.filter(key__in=gone, use="exam", policy_key=unit.policy).exclude(
            state="retired"
        ):
            bank.retire(w, row.pk)
    return len(drafts)


def product(version_id: UUID, kind: str) -> UnitProduct | None:
    """One file of a version, if it was made."""
    return UnitProduct.objects.filter(version_id=version_id, kind=kind).exclude(digest="").first()
