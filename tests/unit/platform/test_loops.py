"""Every loop is somebody's, with the scheduler apart or not, and no loop is done by two kinds of process unless it must be."""

from __future__ import annotations

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import loops


def test_workers_and_scheduler_share_all_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = set(loops.load())
    monkeypatch.delenv("WATCHFLOOR_SCHEDULER", raising=False)
    assert set(loops.names_for("worker")) == everything
    monkeypatch.setenv("WATCHFLOOR_SCHEDULER", "apart")
    worker, scheduler = set(loops.names_for("worker")), set(loops.names_for("scheduler"))
    assert worker | scheduler == everything
    assert worker & scheduler == {"banks.index", "detection.hits", "models.scores"}
    assert {"intake.drain", "enforcement.deliver", "items.media"} <= worker - scheduler
    assert {"ledger.sequence", "oncall.steps", "law.watch", "intake.stream"} <= scheduler - worker


def test_a_setting_that_says_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_SCHEDULER", "yes")
    with pytest.raises(BadInput, match="no place for the scheduler"):
        loops.names_for("worker")
