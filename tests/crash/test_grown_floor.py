"""A grown floor out of packages, as ``deploy/one-machine`` makes it: every role has its share, and nothing acknowledged is lost.

With WATCHFLOOR_GROWN=1 only (two minutes and more): it needs Debian's PostgreSQL, NATS and Redis. Web processes are exchanged one by
one and the primary is killed (-9) for its standby, each while reports come in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy/one-machine/run.py"


@pytest.mark.crash
@pytest.mark.skipif(not os.environ.get("WATCHFLOOR_GROWN"), reason="long; set WATCHFLOOR_GROWN=1")
def test_roles_share_the_work_and_nothing_is_lost() -> None:
    argv = [sys.executable, str(SCRIPT), "--reports", "400", "--events", "800", "--rolling", "--failover", "--json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lost"] == 0 and found["refused"] == [] and found["acknowledged"] == 1200
    assert all(found["by web process"])
    shares = found["done by each process"]
    for role, work in (("worker", "intake.drain"), ("rules-worker", "events")):
        assert all(shares[f"{role}-{number}"].get(work) for number in (1, 2)), shares
    assert (
        sum(shares[f"rules-worker-{number}"]["events"] for number in (1, 2)) >= 800
    )  # some come twice, and count once
    leading = [shares[f"scheduler-{number}"] for number in (1, 2)]
    assert sum("ledger.sequence" in each for each in leading) == 1  # the other stands by
    assert found["counted in Redis"] >= 800
    assert found["doctor"]["database"].startswith("ok") and "1 standby" in found["doctor"]["database"]
    assert found["rolling"]["acknowledged meanwhile"] and found["failover"]["acknowledged meanwhile"]
    assert found["failover"]["ledger"]["problems"] == []
