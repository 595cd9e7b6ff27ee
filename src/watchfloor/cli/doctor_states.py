"""What else ``watchfloor doctor`` looks at: states an installation gets into under fire, each with what to type."""

from __future__ import annotations

import socket
import stat
from datetime import timedelta
from urllib.parse import urlsplit

from watchfloor.cli.doctor_finding import Finding
from watchfloor.platform import config, unfinished

OLD = timedelta(minutes=5)  # what should be done in seconds and was not in this is not being done
BACKUP_DAYS = 2


def restore() -> Finding:
    """No restore was begun and left."""
    if (config.home() / unfinished.NOTE).exists():
        return Finding(
            "restore",
            "bad",
            "a restore was begun and did not end",
            "Run: watchfloor restore FILE (again; it begins from nothing)",
        )
    return Finding("restore", "ok", "none unfinished")


def backup() -> Finding:
    """There is a backup, and it is not old."""
    from watchfloor.kernel import clock
    from watchfloor.upkeep import backups

    at = backups.last()
    if at is None:
        return Finding("backup", "warn", "none was taken with watchfloor backup", "Run: watchfloor backup FOLDER")
    days = (clock.now() - at).total_seconds() / 86_400
    says = f"last one taken {days:,.1f} days ago"
    return (
        Finding("backup", "warn", says, "Run: watchfloor backup FOLDER")
        if days > BACKUP_DAYS
        else Finding("backup", "ok", says)
    )


def database() -> Finding:
    """It takes writes, its clock is ours, and nothing holds it up."""
    from django.db import connection

    from watchfloor.kernel import clock

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery(), clock_timestamp(), (SELECT max(clock_timestamp() - xact_start) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'), "
            "(SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep')"
        )
        standby, theirs, longest, unconfirmed = cursor.fetchone()
    apart = abs((clock.now() - theirs).total_seconds())
    if standby:
        return Finding(
            "database",
            "bad",
            "it is a standby and takes no writes",
            "Promote it, or let DATABASE_URL name the primary.",
        )
    if unconfirmed:
        return Finding(
            "database", "bad", f"{unconfirmed} commits wait for a standby that does not confirm",
            "Bring the standby back, or take it out of synchronous_standby_names on the primary.",
        )  # fmt: skip
    if apart > 5:
        return Finding("database", "warn", f"its clock is {apart:,.0f} s off ours", "Set both machines' clocks by NTP.")
    if longest is not None and longest > OLD:
        return Finding(
            "database", "warn", f"a transaction has been open for {longest.total_seconds() / 60:,.0f} min, and the ledger waits for it",
            "Find it in pg_stat_activity; end it with pg_terminate_backend(pid).",
        )  # fmt: skip
    return Finding("database", "ok", "takes writes")


def time() -> Finding:
    """Nothing happened in the future: else the clock was set back."""
    from watchfloor.kernel import clock
    from watchfloor.ledger.models import Event

    newest = Event.objects.order_by("-ordinal").values_list("at", flat=True).first()
    ahead = (newest - clock.now()).total_seconds() if newest is not None else 0.0
    if ahead > 5:
        return Finding(
            "clock", "warn", f"the newest event is {ahead:,.0f} s in the future: the clock was set back",
            "Set it by NTP. Deadlines count from the times that were stored; none comes twice.",
        )  # fmt: skip
    return Finding("clock", "ok", "not set back")


def work() -> Finding:
    """Somebody drains the spool, orders the ledger, ends leases and exports facts: told by the oldest thing that waits for each."""
    from watchfloor.insight import facts
    from watchfloor.intake.models import Spooled
    from watchfloor.kernel import clock
    from watchfloor.ledger import store
    from watchfloor.ledger.models import Event, Pending
    from watchfloor.review.models import Job

    before = clock.now() - OLD
    late = []
    if Spooled.objects.filter(state=Spooled.State.WAITING, received_at__lt=before, next_at__isnull=True).exists():
        late.append("reports wait to be worked")
    if Event.objects.filter(pk__in=Pending.objects.values("event_id")[:2_000], at__lt=before).exists():
        late.append("events wait for the ledger's tree")
    if Job.objects.filter(state=Job.State.LEASED, lease_until__lt=before).exists():
        late.append("leases that ran out were not ended")
    behind = store.size() - facts.exported_leaf()
    stamp = facts.freshness().exported_at
    if behind > 1_000 and (stamp is None or stamp < before):
        late.append(f"{behind:,} events wait to become facts")
    if late:
        return Finding(
            "workers",
            "bad",
            f"for more than 5 min {', '.join(late)}",
            "Is a worker running? watchfloor serve, or watchfloor run worker",
        )
    return Finding("workers", "ok", "nothing waits for longer than it should")


def stream() -> Finding:
    """The broker answers, and what it holds is being worked."""
    from watchfloor.detection import stream as streams
    from watchfloor.intake.models import Spooled
    from watchfloor.kernel import clock

    settings = streams.configured()
    held = Spooled.objects.filter(state=Spooled.State.STREAMED)
    if settings is None:
        if held.exists():
            return Finding(
                "stream",
                "warn",
                f"{held.count():,} events are on a stream that is not configured any more",
                "Workers take them back by themselves; is one running?",
            )
        return Finding("stream", "ok", "none; the worker role works events")
    for server in settings.servers:
        parts = urlsplit(server if "://" in server else f"//{server}")
        try:
            socket.create_connection((parts.hostname or "", parts.port or 4222), 3).close()
        except OSError as problem:
            return Finding(
                "stream", "bad", f"the broker {parts.hostname}:{parts.port} does not answer: {problem}",
                "Start it. Events wait in the database meanwhile; none is lost.",
            )  # fmt: skip
    if held.filter(received_at__lt=clock.now() - OLD).exists():
        return Finding(
            "stream", "bad", "events on the stream are not worked", "Is one running? watchfloor run rules-worker"
        )
    return Finding("stream", "ok", f"{held.count():,} events on it")


def keys() -> Finding:
    """The ledger's key is the one its checkpoints were signed with, and nobody else may read keys."""
    from watchfloor.kernel.errors import WatchfloorError
    from watchfloor.ledger import store
    from watchfloor.ledger.checkpoint import Checkpoint as Statement
    from watchfloor.ledger.models import Checkpoint

    folder = config.home() / "keys"
    open_ones = [path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        return Finding("keys", "bad", f"others may read {', '.join(sorted(open_ones))}", f"Run: chmod 600 {folder}/*")
    last = Checkpoint.objects.order_by("-size").first()
    if last is not None:
        try:
            Statement.verify(last.note, [store.verifier()], origin=store.origin())
        except WatchfloorError:
            return Finding(
                "keys", "bad", "the newest checkpoint is not signed by keys/ledger.key",
                "Put the keys/ that belong to this database back; a backup without --without keys holds them.",
            )  # fmt: skip
    return Finding("keys", "ok", f"{sum(1 for _ in folder.iterdir())} in {folder}")


def sealed() -> Finding:
    """Every key that seals something opens it; which seals what."""
    from watchfloor.upkeep import sealed_rows

    found = sealed_rows.fits()
    wrong = [each.says for each in found if each.says]
    if wrong:
        return Finding(
            "sealed", "bad", " ".join(wrong),
            "Put that file of this database's own backup back into keys/, or type the credentials in again on their pages.",
        )  # fmt: skip
    says = "; ".join(f"{each.file} opens {each.values:,} ({each.what})" for each in found if each.values)
    return Finding("sealed", "ok", says or "nothing is sealed yet")


def endpoints() -> Finding:
    """No endpoint was turned off because it did not answer."""
    from watchfloor.enforcement.models import Endpoint

    off = list(
        Endpoint.objects.filter(enabled=False, disabled_by__in=("machine", "gone")).values_list("name", flat=True)
    )
    if off:
        return Finding(
            "endpoints", "bad", f"turned off by themselves: {', '.join(off)}",
            "Mend the platform's side. One that answers again is turned on by itself; one that said 410 is turned on under Enforcement.",
        )  # fmt: skip
    return Finding("endpoints", "ok", "none was turned off by itself")
