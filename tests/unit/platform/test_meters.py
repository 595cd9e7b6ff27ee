"""What processes count of themselves: added up over all of them, never going back when one ends, and written as Prometheus reads it."""

from __future__ import annotations

from pathlib import Path

import psutil

from watchfloor.interop.metrics.text import Family, Sample, histogram, written
from watchfloor.platform import meters
from watchfloor.platform.meters import BUCKETS, Meters, collect, split


def process(home: Path, pid: int, born: int, *seconds: float) -> None:
    one = Meters()
    one.on = True
    for each in seconds:
        one.observe("took_seconds", each, area="x")
        one.add("done_total", 2, kind="a")
    one.put("seen", seconds[-1])
    one.write(home / "run" / "meters" / f"web-{pid}-{born}.json", "web")


def test_sums_of_all_processes_never_go_back(tmp_path: Path) -> None:
    (tmp_path / "run" / "meters").mkdir(parents=True)
    own = psutil.Process()
    process(tmp_path, own.pid, int(own.create_time() * 100), 0.01, 0.3)
    process(tmp_path, own.pid, 17, 99.0)  # another process that had our number once, and has ended
    for _time in range(3):
        found = collect(tmp_path)
        [(key, parts)] = found.sums.histograms.items()
        assert split(key) == ("took_seconds", {"area": "x"}) and parts[-2] == 3 and sum(parts[: len(BUCKETS) + 1]) == 3
        assert list(found.sums.counters.values()) == [6] and list(found.sums.gauges.values()) == [0.3]
        assert found.alive.keys() == {"web"} and found.alive["web"][0] == 1
    assert [each.name for each in (tmp_path / "run" / "meters").glob("*.json")] == [
        f"web-{own.pid}-{int(own.create_time() * 100)}.json"
    ]


def test_nothing_is_counted_before_it_is_started() -> None:
    idle = Meters()
    idle.add("x")
    idle.observe("y", 1.0)
    assert not idle._counters and not idle._histograms and not meters.METERS.on


def test_the_text_is_what_prometheus_reads() -> None:
    bars = histogram({"area": 'a"\n\\'}, (0.1, 1.0), [2, 1, 1, 4, 3.25])
    text = written(
        [
            Family("took_seconds", "histogram", "How\nlong.", bars),
            Family("seen_total", "counter", "Seen.", [Sample({}, 5)]),
        ]
    )
    assert text.splitlines() == [
        "# HELP took_seconds How\\nlong.", "# TYPE took_seconds histogram", r'took_seconds_bucket{area="a\"\n\\",le="0.1"} 2',
        r'took_seconds_bucket{area="a\"\n\\",le="1"} 3', r'took_seconds_bucket{area="a\"\n\\",le="+Inf"} 4',
        r'took_seconds_count{area="a\"\n\\"} 4', r'took_seconds_sum{area="a\"\n\\"} 3.25', "# HELP seen_total Seen.",
        "# TYPE seen_total counter", "seen_total 5",
    ]  # fmt: skip
    opened = written([Family("seen_total", "counter", "Seen.", [Sample({}, 5)])], openmetrics=True)
    assert opened == "# HELP seen Seen.\n# TYPE seen counter\nseen_total 5\n# EOF\n"
