"""A database of one's own that breaks a promise is named with its remedy; and where connections may go is read from one address."""

from __future__ import annotations

import msgspec
import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config, pgjudge, pools

WELL = pgjudge.Facts(
    version=180001, encoding="UTF8", fsync="on", full_page_writes="on", synchronous_commit="on", synchronous_standbys="ANY 1 (*)",
    standbys=1, in_recovery=False, read_only="off", max_connections=400, reserved=3, role_limit=-1, skew=0.1, superuser=False,
    may_create=True, log_statement="none", idle_in_transaction="300000", hosts=2, needed=93,
)  # fmt: skip
ILL: list[tuple[dict[str, object], str, str, str]] = [
    ({"version": 140010}, "database version", "bad", "older than 15"),
    ({"encoding": "SQL_ASCII"}, "database encoding", "bad", "SQL_ASCII"),
    ({"fsync": "off"}, "database durability", "bad", "fsync is off"),
    ({"full_page_writes": "off"}, "database durability", "bad", "full_page_writes"),
    ({"in_recovery": True}, "database role", "bad", "takes no writes"),
    ({"read_only": "on"}, "database role", "bad", "takes no writes"),
    ({"standbys": 0}, "standby", "warn", "no standby follows"),
    ({"synchronous_standbys": ""}, "standby", "warn", "do not wait"),
    ({"synchronous_commit": "local"}, "standby", "warn", "do not wait"),
    ({"max_connections": 95}, "database connections", "warn", "92 connections"),
    ({"role_limit": 20}, "database connections", "warn", "20 connections"),
    ({"skew": -4.0}, "database clock", "warn", "4.0 s behind"),
    ({"skew": 31.0}, "database clock", "bad", "31.0 s ahead"),
    ({"may_create": False}, "database rights", "bad", "may not make tables"),
    ({"superuser": True}, "database rights", "warn", "superuser"),
    ({"log_statement": "all"}, "database log", "warn", "what people wrote"),
    ({"idle_in_transaction": "0"}, "database transactions", "warn", "forgotten"),
]  # fmt: skip


def test_all_is_well() -> None:
    [only] = pgjudge.judge(WELL)
    assert (only.state, only.says) == ("ok", "PostgreSQL 18.1, 1 standby, durable, 400 connections")


@pytest.mark.parametrize(("change", "check", "state", "says"), ILL, ids=lambda each: str(each)[:30])
def test_each_ill_is_named_with_its_remedy(change: dict[str, object], check: str, state: str, says: str) -> None:
    [only] = pgjudge.judge(msgspec.structs.replace(WELL, **change))
    assert (only.check, only.state) == (check, state) and says in only.says and only.mend


def test_commits_that_wait_for_nothing_are_two_ills() -> None:
    found = pgjudge.judge(msgspec.structs.replace(WELL, synchronous_commit="off"))
    assert [each.check for each in found] == ["database durability", "standby"]


def test_several_hosts_find_the_one_that_takes_writes() -> None:
    found = config.database("postgresql://u:p%40x@one:5433,[::1],three/name?sslmode=require")
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("one,::1,three", "5433,5432,5432", "p@x")
    assert found["OPTIONS"] == {
        **config.KEEP_ALIVE, "target_session_attrs": "read-write", "connect_timeout": "3", "sslmode": "require",
        "prepare_threshold": 3,
    }  # fmt: skip
    asked = config.database("postgresql://u@one,two/name?target_session_attrs=any")["OPTIONS"]
    assert isinstance(asked, dict) and asked["target_session_attrs"] == "any"
    one = config.database("postgresql://u@one/name")
    assert one["PORT"] == "" and "target_session_attrs" not in one["OPTIONS"]  # type: ignore[operator]
    with pytest.raises(BadInput, match="cannot be read"):
        config.database("postgresql://u@one:5432:7,two/name")


def test_pools_are_sized_by_role(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pools.options("rules") is None and pools.options("") is None
    monkeypatch.setenv("WATCHFLOOR_POOL_WORKER", "12")
    monkeypatch.setenv("WATCHFLOOR_STREAMS", "apart")
    found = pools.options("worker")
    assert found is not None and found["max_size"] == 12 and "reset" in found
    monkeypatch.setenv("WATCHFLOOR_STREAMS", "on")
    monkeypatch.setenv("WATCHFLOOR_STREAMS_AT_ONCE", "9")
    assert pools.options("worker")["max_size"] == 21  # type: ignore[index]
    monkeypatch.setenv("WATCHFLOOR_POOL_SCHEDULER", "7")
    with pytest.raises(BadInput, match="WATCHFLOOR_POOL_SCHEDULER"):
        pools.options("scheduler")
