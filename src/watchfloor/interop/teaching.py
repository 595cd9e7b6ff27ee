"""What a site's own submissions teach, and why they can harm nobody else.

Each site has a model of its own, learned from what it submits and asked for its comments only; the floor's models learn from people's
decisions alone. A submission counts once a day for a text, so many count in a day, and what the model holds is bounded; all of a
site's teaching can be thrown away. An exact text that a site has submitted is answered as it said last.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q

from watchfloor.engines.matching.texts import exact
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.interop.models import Site, SiteDay, SiteLabel, SiteModel
from watchfloor.kernel import clock
from watchfloor.platform import config

MOST_KEPT = 20_000  # submissions in a site's model; the oldest teaching stays, more is refused until it is thrown away
REMEMBERED = 1_000
AGAIN = timedelta(days=1)
AT_ONCE = 500


class Taught(NamedTuple):
    """What a site's own teaching says: ``certain`` where it submitted this very text."""

    score: float
    certain: bool


def submit(site: Site, text: str, spam: bool, *, sender: str = "", said: bool | None = None) -> str:
    """Take a submission in; why it does not count, or an empty text. Its very text is answered by it from now on, the site's model
    learns it within seconds.

    Args:
        said: what we answer for this text now, None where it was not asked.
    """
    now = clock.now()
    digest = digest_of(text)
    with transaction.atomic():
        taught, _ = SiteModel.objects.select_for_update().defer("blob").get_or_create(site=site)
        why = _left_out(site, taught, text, digest, spam, now)
        SiteLabel.objects.create(
            site=site, at=now, spam=spam, text=digest, sender=_keyed(sender) if sender else None, said=said, left_out=why,
            waiting=None if why else text,
        )  # fmt: skip
        if said is not None and said != spam and not why:
            _count(site, now, "missed" if spam else "wrong")
    return why


def learn(limit: int = AT_ONCE) -> int:
    """Let sites' models learn what waits, in its order; how many submissions. Their texts are forgotten with it."""
    with transaction.atomic():
        first = SiteLabel.objects.filter(waiting__isnull=False).order_by("at").values_list("site", flat=True).first()
        if first is None:
            return 0
        taught = SiteModel.objects.select_for_update().get(site=first)
        rows = list(SiteLabel.objects.filter(site=first, waiting__isnull=False).order_by("at", "pk")[:limit])
        model = _model(taught)
        taught.scored = [
            *taught.scored,
            *([round(model.learn(row.waiting or "", row.spam), 4), row.spam] for row in rows),
        ]
        taught.scored = taught.scored[-REMEMBERED:]
        taught.blob, taught.version, taught.held = model.to_bytes(), taught.version + 1, sum(model.labels)
        taught.save()
        SiteLabel.objects.filter(pk__in=[row.pk for row in rows]).update(waiting=None)
    return len(rows)


def says(site: Site, text: str) -> Taught | None:
    """What a site taught about a text; None while that is too little."""
    last = (
        SiteLabel.objects.filter(site=site, text=digest_of(text))
        .filter(left_out__in=("", "again"))
        .order_by("-at")
        .first()
    )
    if last is not None:
        return Taught(float(last.spam), True)
    model = _latest(site)
    return None if model is None or not model.ready else Taught(float(model.score(text)), False)


def asked(site: Site, spam: bool) -> None:
    """Count one question and its answer."""
    _count(site, clock.now(), "spam" if spam else "ham")


def used_today(site: Site) -> int:
    """Submissions of the last day that counted."""
    return SiteLabel.objects.filter(site=site, at__gt=clock.now() - AGAIN, left_out="").count()


def digest_of(text: str) -> bytes:
    """Equal for texts that differ only in disguise; nobody without this installation's key can guess the text."""
    return _keyed(exact(text))


def _keyed(value: str) -> bytes:
    return hmac.new(config.secret("interop.key").encode(), value.encode(), hashlib.sha256).digest()


def _left_out(site: Site, taught: SiteModel, text: str, digest: bytes, spam: bool, now: datetime) -> str:
    if not text.strip():
        return "empty"
    recent = SiteLabel.objects.filter(site=site, at__gt=now - AGAIN, left_out="")
    seen = recent.aggregate(same=Count("pk", filter=Q(text=digest, spam=spam)), all=Count("pk"))
    if seen["same"]:
        return "again"
    if taught.held >= MOST_KEPT:
        return "full"
    return "day" if seen["all"] >= settings.SITE_LABELS else ""


def _latest(site: Site) -> OnlineClassifier | None:
    """The site's model, unpacked once for each version of it."""
    version = SiteModel.objects.filter(site=site, blob__isnull=False).values_list("version", flat=True).first()
    if version is None:
        return None
    return _unpacked(site.pk, version)


@lru_cache(maxsize=64)
def _unpacked(site_id: UUID, version: int) -> OnlineClassifier | None:
    row = SiteModel.objects.filter(site_id=site_id).first()  # perhaps a newer version by now: as good
    return None if row is None or row.blob is None else _model(row)


def _model(row: SiteModel) -> OnlineClassifier:
    return OnlineClassifier() if row.blob is None else OnlineClassifier.from_bytes(bytes(row.blob))


def _count(site: Site, now: datetime, column: str) -> None:
    table, name = SiteDay._meta.db_table, connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS known (site_id, day, spam, ham, missed, wrong) VALUES (%s, %s, 0, 0, 0, 0) "
            f"ON CONFLICT (site_id, day) DO NOTHING",
            [site.pk, now.date()],
        )
        cursor.execute(f"UPDATE {table} SET {name} = {name} + 1 WHERE site_id = %s AND day = %s", [site.pk, now.date()])
