"""Former sets of rules whose counters may still matter, out of the stored revisions: for a process that did not see the changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from watchfloor.detection.models import Rule, RuleFile, RuleRevision
from watchfloor.engines.sml.counters.spec import LONGEST

MOST = 8
"""Only so many of the latest changes are looked at: each costs a compilation when a process starts."""

WORDS = ("Count", "SumOf", "Trending", "RateLimited", "Session")  # a set without any of these has no counter


def before_changes(now: datetime) -> Iterator[tuple[dict[str, str], datetime]]:
    """The set (texts by path) before each of the latest changes, newest change first, and when it was last in force at most.

    A rule that acts goes by its former text until the new one is put on, which changes the rule; so a former set is taken to have
    been in force until a rule last changed. That may be too long, which costs counting and changes no number.
    """
    oldest = now - timedelta(microseconds=2 * LONGEST)
    revisions = list(RuleRevision.objects.filter(changed_at__lte=now).order_by("number"))
    archived = RuleFile.objects.filter(archived_at__isnull=False).values_list("path", "archived_at")
    gone = {path: at for path, at in archived if at is not None}
    put_on = max(Rule.objects.values_list("changed_at", flat=True), default=oldest)
    moments = sorted({row.changed_at for row in revisions} | set(gone.values()), reverse=True)
    for moment in moments[:MOST]:
        texts = {row.path: row.text for row in revisions if row.changed_at < moment}
        texts = {path: text for path, text in texts.items() if path not in gone or gone[path] >= moment}
        if moment > oldest and any(word in text for word in WORDS for text in texts.values()):
            yield texts, max(moment, put_on)
