"""What is wrong with a PostgreSQL of one's own, as sentences with their remedy: pure judgement over facts that ``facts`` reads.

Watchfloor promises that nothing acknowledged is lost. An outside server keeps that promise only if it is set so; this says where not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from watchfloor.kernel import clock

LEAST_VERSION = 15
SKEW_WARN, SKEW_BAD = 2.0, 30.0  # seconds between the database's clock and ours


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a server and its role say of themselves.

    ``hosts``: how many ``DATABASE_URL`` names; ``needed``: connections of one process of each role.
    """

    version: int  # server_version_num
    encoding: str
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    synchronous_standbys: str
    standbys: int
    in_recovery: bool
    read_only: str
    max_connections: int
    reserved: int
    role_limit: int  # -1: none
    skew: float
    superuser: bool
    may_create: bool
    log_statement: str
    idle_in_transaction: str
    hosts: int = 1
    needed: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """``state`` is ``ok``, ``warn`` or ``bad``."""

    check: str
    state: str
    says: str
    mend: str = ""


def judge(facts: Facts) -> list[Verdict]:
    """What is worth saying; ``database`` alone when all is well."""
    found = [each for look in _LOOKS for each in look(facts)]
    version = f"PostgreSQL {facts.version // 10_000}.{facts.version % 10_000}"
    kept = f", {facts.standbys} standby" + ("s" if facts.standbys != 1 else "") if facts.standbys else ""
    if not found:
        return [Verdict("database", "ok", f"{version}{kept}, durable, {facts.max_connections} connections")]
    return found


def _version(facts: Facts) -> list[Verdict]:
    if facts.version >= LEAST_VERSION * 10_000:
        return []
    says = f"PostgreSQL {facts.version // 10_000} is older than {LEAST_VERSION}"
    return [Verdict("database version", "bad", says, f"Move to PostgreSQL {LEAST_VERSION} or newer.")]


def _encoding(facts: Facts) -> list[Verdict]:
    if facts.encoding.upper() in {"UTF8", "UTF-8"}:
        return []
    return [
        Verdict("database encoding", "bad", f"{facts.encoding}: not every language can be stored",
                "Make the database anew: CREATE DATABASE watchfloor ENCODING 'UTF8' TEMPLATE template0.")
    ]  # fmt: skip


def _durable(facts: Facts) -> list[Verdict]:
    found = []
    for name in ("fsync", "full_page_writes"):
        if getattr(facts, name) == "off":
            says = f"{name} is off: a power cut loses or breaks what was acknowledged"
            found.append(
                Verdict("database durability", "bad", says, f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();")
            )
    if facts.synchronous_commit == "off":
        says = (
            "synchronous_commit is off: a crash of the server loses the last decisions (reports have their own setting)"
        )
        mend = "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
        found.append(Verdict("database durability", "bad", says, mend))
    return found


def _standby(facts: Facts) -> list[Verdict]:
    if facts.in_recovery or facts.read_only == "on":
        mend = "Name the primary, or all hosts: DATABASE_URL=postgresql://user@one:5432,two:5432/name."
        return [Verdict("database role", "bad", "this server takes no writes (a standby)", mend)]
    if facts.hosts > 1 and not facts.standbys:
        says = f"DATABASE_URL names {facts.hosts} hosts, but no standby follows the primary"
        return [
            Verdict(
                "standby",
                "warn",
                says,
                "Is the standby up, and does it stream? pg_stat_replication on the primary is empty.",
            )
        ]
    if facts.standbys and (not facts.synchronous_standbys or facts.synchronous_commit in {"local", "off"}):
        says = "a standby follows, but commits do not wait for it: promoted, it may lack the last acknowledged reports"
        mend = "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'; two standbys, so that one may be away."
        return [Verdict("standby", "warn", says, mend)]
    return []


def _room(facts: Facts) -> list[Verdict]:
    room = facts.max_connections - facts.reserved
    if facts.role_limit >= 0:
        room = min(room, facts.role_limit)
    if room >= facts.needed:
        return []
    says = f"{room} connections, but one process of each role may want {facts.needed}"
    mend = "Raise max_connections (and the role's CONNECTION LIMIT), or lower WATCHFLOOR_POOL and its like."
    return [Verdict("database connections", "warn", says, mend)]


def _clock(facts: Facts) -> list[Verdict]:
    if abs(facts.skew) < SKEW_WARN:
        return []
    where = "ahead of" if facts.skew > 0 else "behind"
    says = f"its clock is {abs(facts.skew):.1f} s {where} ours: due times are counted by both"
    state = "bad" if abs(facts.skew) >= SKEW_BAD else "warn"
    return [
        Verdict("database clock", state, says, "Let both machines follow one time service (chrony, systemd-timesyncd).")
    ]


def _rights(facts: Facts) -> list[Verdict]:
    found = []
    if not facts.may_create:
        mend = "GRANT CREATE ON SCHEMA public TO the role, or make it the owner of the database."
        found.append(Verdict("database rights", "bad", "our role may not make tables: upgrades will fail", mend))
    if facts.superuser:
        mend = "Use a role of its own: CREATE ROLE watchfloor LOGIN; it needs no more than to own its database."
        found.append(Verdict("database rights", "warn", "our role is a superuser, whom no row filter binds", mend))
    return found


def _quiet(facts: Facts) -> list[Verdict]:
    found = []
    if facts.log_statement in {"mod", "all"}:
        mend = "ALTER SYSTEM SET log_statement = 'none'; SELECT pg_reload_conf();"
        found.append(Verdict("database log", "warn", "its log keeps statements, and with them what people wrote", mend))
    if facts.idle_in_transaction == "0":
        mend = "ALTER ROLE watchfloor SET idle_in_transaction_session_timeout = '5min';"
        found.append(
            Verdict("database transactions", "warn", "a forgotten transaction may hold back the ledger for ever", mend)
        )
    return found


_LOOKS: tuple[Callable[[Facts], list[Verdict]], ...] = (
    _version, _encoding, _durable, _standby, _room, _clock, _rights, _quiet,
)  # fmt: skip

_SETTINGS = """SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'server_encoding', 'fsync', 'full_page_writes',
  'synchronous_commit', 'synchronous_standby_names', 'transaction_read_only', 'max_connections', 'superuser_reserved_connections',
  'log_statement', 'idle_in_transaction_session_timeout')"""
_ROLE = """SELECT rolsuper, rolconnlimit, pg_is_in_recovery(), has_schema_privilege(current_schema(), 'CREATE'),
  (SELECT count(*) FROM pg_stat_replication), extract(epoch FROM clock_timestamp())::float8
  FROM pg_roles WHERE rolname = current_user"""


def facts(cursor: Any, *, hosts: int, needed: int) -> Facts:
    """Ask a server; any cursor of psycopg or Django."""
    cursor.execute(_SETTINGS)
    said: Mapping[str, str] = dict(cursor.fetchall())
    before = clock.now()
    cursor.execute(_ROLE)
    superuser, limit, recovering, may_create, standbys, its_time = cursor.fetchone()
    ours = (before.timestamp() + clock.now().timestamp()) / 2
    return Facts(
        version=int(said["server_version_num"]), encoding=said["server_encoding"], fsync=said["fsync"],
        full_page_writes=said["full_page_writes"], synchronous_commit=said["synchronous_commit"],
        synchronous_standbys=said["synchronous_standby_names"], standbys=int(standbys), in_recovery=bool(recovering),
        read_only=said.get("transaction_read_only", "off"), max_connections=int(said["max_connections"]),
        reserved=int(said["superuser_reserved_connections"]), role_limit=int(limit), skew=float(its_time) - ours,
        superuser=bool(superuser), may_create=bool(may_create), log_statement=said["log_statement"],
        idle_in_transaction=said["idle_in_transaction_session_timeout"], hosts=hosts, needed=needed,
    )  # fmt: skip
