"""``watchfloor doctor``: is everything well, and if not, what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from watchfloor.cli import doctor_settings
from watchfloor.cli import doctor_states as states
from watchfloor.cli.doctor_finding import Finding
from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform import config

FREE_BYTES = 1_000_000_000


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check the installation and say how to mend what is wrong. Exit code 1 if something is bad."""
    findings = [disk(), python(), assets(), states.restore()]
    checks: list[Callable[[], Finding]] = [
        schema, defaults, states.database, states.time, states.keys, states.sealed, ledger, spool, states.stream, states.work, media,
        deliveries, states.endpoints, flow, states.backup,
    ]  # fmt: skip
    unread = doctor_settings.first()
    findings += unread
    if not unread:
        findings += _looked_at(checks)
    marks = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}
    lines = [
        f"{marks[each.state]}  {each.check}: {each.says}" + (f"\n      {each.mend}" if each.mend else "")
        for each in findings
    ]
    emit(findings, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if any(each.state == "bad" for each in findings) else 0)


def _looked_at(checks: Sequence[Callable[[], Finding]]) -> list[Finding]:
    """What needs the program loaded. One check that fails is named; without the database there is no other."""
    findings: list[Finding] = []
    try:
        prepare.django()
        findings += doctor_settings.rest()
        findings += outside()
        for check in checks:
            try:
                findings.append(check())
            except WatchfloorError as problem:  # settings that cannot be read are told already
                if problem.code != "bad_setting":
                    findings.append(Finding(check.__name__, "bad", problem.message, problem.hint))
    except WatchfloorError as problem:
        told = doctor_settings.of(problem)
        findings.append(
            told if problem.code == "bad_setting" else Finding("start", "bad", problem.message, problem.hint)
        )
    except Exception as error:  # the database may be the very thing that is ill
        findings.append(Finding("database", "bad", f"it does not answer: {_first_line(error)}", _mend()))
    return findings


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _mend() -> str:
    """Where the reason is written."""
    if os.environ.get("DATABASE_URL"):
        return "Is the server of DATABASE_URL up and within reach? Intake answers 503 meanwhile; nothing acknowledged is lost."
    return f"See {config.home()}/log/postgres.log; a full disk is the usual reason. watchfloor serve starts it again by itself."


def disk() -> Finding:
    """Room for a day's work."""
    free = shutil.disk_usage(config.home()).free
    state = "ok" if free > 5 * FREE_BYTES else "warn" if free > FREE_BYTES else "bad"
    return Finding(
        "disk",
        state,
        f"{free / 1e9:.1f} GB free at {config.home()}",
        "" if state == "ok" else "Make room, or move the data folder to a larger disk.",
    )


def python() -> Finding:
    """A supported interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok" if sys.version_info >= (3, 11) else "bad", version)


def assets() -> Finding:
    """The console's scripts and styles are built."""
    built = (Path(__file__).parent.parent / "console/static/console/dist/main.js").is_file()
    return Finding(
        "assets",
        "ok" if built else "bad",
        "built" if built else "missing: pages will be bare",
        "" if built else "Run: make assets",
    )


def outside() -> list[Finding]:
    """A PostgreSQL of one's own keeps what we promise; the embedded one is set so."""
    if not os.environ.get("DATABASE_URL"):
        return []
    from django.db import connection

    from watchfloor.platform import loops, pgjudge, pools

    roles = ["web", "media", "worker", *(["scheduler"] if loops.apart() else [])]
    hosts = len(str(connection.settings_dict["HOST"]).split(","))
    with connection.cursor() as cursor:
        facts = pgjudge.facts(cursor, hosts=hosts, needed=sum(pools.size(role) for role in roles) + 5)
    return [Finding(each.check, each.state, each.says, each.mend) for each in pgjudge.judge(facts)]


def schema() -> Finding:
    """No migration waits."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return (
        Finding("schema", "bad", f"{len(waiting)} migrations wait", "Run: watchfloor init")
        if waiting
        else Finding("schema", "ok", "newest")
    )


def defaults() -> Finding:
    """There is something to report under and someone to sign in."""
    from watchfloor.identity.models import User
    from watchfloor.policy.models import Reason

    reasons, users = Reason.objects.count(), User.objects.filter(is_active=True).count()
    if not reasons or not users:
        return Finding(
            "set-up",
            "warn",
            f"{reasons} report reasons, {users} users",
            "Open the console: the first-run page makes both.",
        )
    return Finding("set-up", "ok", f"{reasons} report reasons, {users} users")


def ledger() -> Finding:
    """The tree keeps up with the events."""
    from watchfloor.ledger.models import Pending

    waiting = Pending.objects.count()
    if waiting > 10_000:
        return Finding(
            "ledger", "warn", f"{waiting:,} events wait for the tree", "Is a worker running? watchfloor run worker"
        )
    return Finding("ledger", "ok", f"{waiting:,} events wait for the tree")


def spool() -> Finding:
    """Reports are being processed, and none is in quarantine."""
    from watchfloor.intake.models import Spooled

    waiting = Spooled.objects.filter(state=Spooled.State.WAITING).count()
    poisoned = Spooled.objects.filter(state=Spooled.State.QUARANTINED).count()
    says = f"{waiting:,} waiting, {poisoned:,} in quarantine"
    if poisoned:
        return Finding("intake", "warn", says, "Look at them under Settings, Quarantine; replay or discard.")
    return Finding(
        "intake",
        "warn" if waiting > 10_000 else "ok",
        says,
        "Is a worker running? watchfloor run worker" if waiting > 10_000 else "",
    )


def media() -> Finding:
    """Pictures can be opened, and the process that opens them is locked up."""
    from watchfloor.items.media import credentials, decoding
    from watchfloor.items.media.models import Media
    from watchfloor.items.media.options import trust_list

    if not (decoding.available("image") and decoding.available("video")):
        return Finding("media", "warn", "pictures and video are not opened", 'Run: pip install "watchfloor[media]"')
    held = decoding.isolation()
    decoding.close()
    refused = Media.objects.filter(state=Media.State.REFUSED).count()
    says = f"opened apart with limits, {', '.join(held) or 'nothing else'}; {refused:,} refused"
    try:
        trusted = trust_list()
    except BadInput as problem:
        return Finding("media", "warn", problem.message, f"Mend {problem.where}: content credentials are not checked.")
    says += (
        ""
        if not credentials.available()
        else "; content credentials checked"
        + ("" if trusted else ", no signer is trusted yet (WATCHFLOOR_PROVENANCE_TRUST)")
    )
    if "system-call filter" not in held:
        return Finding("media", "warn", says, "This system does not let a process lock itself up: open media on Linux.")
    return Finding("media", "ok", says, "watchfloor media list --state refused says why." if refused else "")


def deliveries() -> Finding:
    """The platform hears of every action."""
    from watchfloor.ledger.models import Outbox

    dead = Outbox.objects.filter(state=Outbox.State.DEAD).count()
    failing = Outbox.objects.filter(state=Outbox.State.FAILED).count()
    says = f"{failing:,} being retried, {dead:,} given up"
    return Finding(
        "delivery", "warn" if dead else "ok", says, "Replay them under Enforcement, Delivery." if dead else ""
    )


def flow() -> Finding:
    """backlog1 = backlog0 + in - out, for every queue and hour."""
    from watchfloor.insight import flow as identity

    wrong = identity.check()
    if wrong:
        return Finding(
            "flow identity",
            "bad",
            f"does not hold for {len(wrong)} queue-hours, first {wrong[0]}",
            "Run: watchfloor ledger rebuild --check",
        )
    return Finding("flow identity", "ok", "holds for every queue and hour")
