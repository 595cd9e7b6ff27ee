"""A backtest on a cluster: the same counting, dealt out to Ray Data's workers by files, and added up to the same numbers.

Each worker compiles the rules from their text and counts whole files with the code of ``sml.backtest``; counts add up in any
order, so the result does not depend on how many workers there were or who counted what. Rules that count over events
(``Count``, ``RateLimited`` ...) need every event of a key in order, which files dealt out do not give: they are refused by name.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from watchfloor.engines.sml.backtest import Backtest
from watchfloor.engines.sml.columns.replay import Runner, parts
from watchfloor.engines.sml.columns.tally import Tally
from watchfloor.engines.sml.function import Function, LabelLookup
from watchfloor.engines.sml.lookups import Findings, ListLookup
from watchfloor.engines.sml.ruleset import RuleSet, compile_rules
from watchfloor.engines.sml.stdlib import STANDARD
from watchfloor.kernel.errors import BadInput, MissingExtra


def backtest_on_ray(
    sources: Mapping[str, str],
    files: Sequence[Path],
    *,
    workers: int = 2,
    start: datetime | None = None,
    end: datetime | None = None,
    bucket: str = "1d",
    samples: int = 20,
    only: Collection[str] | None = None,
    functions: Mapping[str, Function] = STANDARD,
    labels: LabelLookup | None = None,
    lists: ListLookup | None = None,
    findings: Findings | None = None,
) -> Backtest:
    """Run rules over stored events on Ray; the same result as ``sml.backtest``, but for ``seconds``.

    Uses the cluster that ``ray.init`` has connected to, else (``RAY_ADDRESS``, or this machine) the one it finds.

    Args:
        sources: rule text by path; the workers compile it themselves.
        files: Parquet files of event frames; every worker must see them under these names.
        workers: among how many the files are dealt out.
        functions, labels, lists, findings: as for ``compile_rules``. They travel to the workers, so they must be picklable
            (``sml.frozen`` lists are; what asks a database is not), and the packages they come from must be there.
        start, end, bucket, samples, only: as for ``sml.backtest``.

    Raises:
        MissingExtra: Ray is not installed.
        BadInput: a rule counts over events. NotFound: ``only`` names a rule that is not there.
    """
    with_what: dict[str, Any] = {"functions": functions, "labels": labels, "lists": lists, "findings": findings}
    rules = compile_rules(sources, **with_what)
    refuse_counters(rules)
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtra("compute", "A backtest on Ray") from None
    total = Tally(Runner(rules, only=only, bucket=bucket, samples=samples).names, samples)
    began = time.perf_counter()
    if not files:
        return total.finished(time.perf_counter() - began, start, end)
    if functions is STANDARD:
        del with_what["functions"]  # the workers have them
    how = {"only": None if only is None else tuple(only), "bucket": bucket, "samples": samples}
    task = _pickled((dict(sources), with_what, how, start, end))
    if not ray.is_initialized():
        ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
    shares = [{"files": "\n".join(map(str, share))} for share in parts(list(files), workers)]
    ray.data.DataContext.get_current().enable_progress_bars = False
    counted = ray.data.from_items(shares, override_num_blocks=len(shares)).map(
        partial(_count_share, task=task), concurrency=workers
    )
    for row in counted.iter_rows():
        total.add(pickle.loads(row["tally"]))  # noqa: S301  made by our own workers
    return total.finished(time.perf_counter() - began, start, end)


def refuse_counters(rules: RuleSet) -> None:
    """Raise ``BadInput`` when rules count over events."""
    if rules.counters:
        names = ", ".join(spec.name for spec in rules.counters)
        raise BadInput(
            "needs_order",
            f"These rules count over events ({names}), and a count is right only when it sees every event of its key in order.",
            hint="Run sml.backtest, which replays in order, or leave out the rules that count.",
        )


def count_files(
    sources: Mapping[str, str],
    with_what: Mapping[str, Any],
    how: Mapping[str, Any],
    start: datetime | None,
    end: datetime | None,
    files: Sequence[Path],
) -> Tally:
    """What one worker does: ``with_what`` is for ``compile_rules``, ``how`` for the ``Runner``."""
    return Runner(compile_rules(sources, **with_what), **how).run(files, start=start, end=end)


def _pickled(task: object) -> bytes:
    try:
        return pickle.dumps(task)
    except Exception as problem:
        raise BadInput(
            "not_portable", f"What the rules ask cannot be sent to the workers: {problem}.",
            hint="Give lists as sml.frozen(...), not one that asks a database.",
        ) from None  # fmt: skip


def _count_share(row: dict[str, Any], task: bytes) -> dict[str, Any]:
    sources, with_what, how, start, end = pickle.loads(task)  # noqa: S301  made by the driver
    files = [Path(name) for name in row["files"].split("\n")]
    return {"tally": pickle.dumps(count_files(sources, with_what, how, start, end, files))}
