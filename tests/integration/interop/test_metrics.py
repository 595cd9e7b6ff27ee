"""``/metrics``: restricted queues as one, for tokens and named addresses only; promtool finds no fault with it or its alerts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support.floor import CLEAN, LEAD, Floor, install, someone

from watchfloor.identity import tokens
from watchfloor.identity.domain import system
from watchfloor.interop.metrics import reading, text, views
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Job

pytestmark = pytest.mark.django_db

ALERT_TESTS = """
rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'watchfloor_spool_oldest_age_seconds{lane="never_shed"}', values: '0 40 40 40 0 0'}
      - {series: 'watchfloor_processes{role="worker"}', values: '1 1 1 1 1 1'}
      - {series: 'watchfloor_disk_free_bytes', values: '5x20'}
      - {series: 'watchfloor_disk_size_bytes', values: '100x20'}
      - {series: 'watchfloor_http_request_duration_seconds_count{area="review",code="5xx"}', values: '0+6x20'}
      - {series: 'watchfloor_http_request_duration_seconds_count{area="review",code="2xx"}', values: '0+94x20'}
    alert_rule_test:
      - {eval_time: 3m, alertname: WatchfloorUrgentIntakeWaits, exp_alerts: [{exp_labels: {severity: page, lane: never_shed},
         exp_annotations: {summary: "Urgent reports wait 40s to be worked",
         mend: "Is a worker running? watchfloor doctor; log/worker.log"}}]}
      - {eval_time: 5m, alertname: WatchfloorUrgentIntakeWaits}
      - {eval_time: 3m, alertname: WatchfloorNoWorker}
      - {eval_time: 15m, alertname: WatchfloorDiskFills, exp_alerts: [{exp_labels: {severity: page},
         exp_annotations: {summary: "5% of the disk is left", mend: "Make room, or move WATCHFLOOR_HOME"}}]}
      - {eval_time: 15m, alertname: WatchfloorErrors, exp_alerts: [{exp_labels: {severity: page},
         exp_annotations: {summary: "6% of answers are failures of ours", mend: "log/web.log"}}]}
"""


def promtool(*arguments: str, cwd: Path, given: str = "") -> None:
    program = os.environ.get("WATCHFLOOR_PROMTOOL") or shutil.which("promtool")
    if not program:
        pytest.skip("promtool is not here (Debian: apt-get install prometheus)")
    done = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, cwd=cwd, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def scraped(tmp_path: Path) -> str:
    install()
    floor = Floor()
    for _number in range(3):
        floor.report()
    floor.report(reason="child-abuse", market="KP")
    floor.decide(someone(LEAD), CLEAN)
    return text.written(reading.families())


def test_who_may_read_what(scraped: str, settings: Any) -> None:
    queues = set(Job.objects.filter(clearance="").values_list("queue_key", flat=True))
    secret_queues = set(Job.objects.exclude(clearance="").values_list("queue_key", flat=True))
    assert 'watchfloor_jobs{queue="restricted",state="ready"} 1' in scraped
    assert f'watchfloor_jobs{{queue="{queues.pop()}",state="ready"}} 2' in scraped
    assert (
        secret_queues
        and not any(name in scraped for name in secret_queues)
        and "KP" not in scraped
        and "child" not in scraped
    )
    assert "watchfloor_read_success" in scraped and "} 0" not in scraped.partition("# TYPE watchfloor_read_success")[2]
    with writing(system("test")) as w:
        _, right = tokens.create_token(w, system("test"), name="prometheus", source="p", permissions=[views.PERMISSION])
        _, wrong = tokens.create_token(w, system("test"), name="other", source="o", permissions=["report.submit"])
    client = Client()
    assert (
        client.get("/metrics").status_code
        == client.get("/metrics", headers={"authorization": f"Bearer {wrong}"}).status_code
        == 401
    )
    asked = {"authorization": f"Bearer {right}", "accept": "application/openmetrics-text; version=1.0.0"}
    answer = client.get("/metrics", headers=asked)
    assert answer["Content-Type"] == text.OPEN and answer.content.endswith(b"# EOF\n")
    settings.METRICS_ALLOW = ["127.0.0.0/8"]
    assert client.get("/metrics")["Content-Type"] == text.PLAIN
    assert (
        client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401
    )  # anybody's, by a proxy of ours
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 401


def test_promtool_finds_no_fault(scraped: str, tmp_path: Path) -> None:
    promtool("check", "metrics", cwd=tmp_path, given=scraped)
    rules = resources.files("watchfloor.interop.metrics").joinpath("alerts.yml").read_text("utf-8")
    (tmp_path / "alerts.yml").write_text(rules)
    (tmp_path / "tests.yml").write_text(ALERT_TESTS)
    promtool("check", "rules", "alerts.yml", cwd=tmp_path)
    promtool("test", "rules", "tests.yml", cwd=tmp_path)
    for name in set(re.findall(r"watchfloor_\w+", rules)):  # no alert watches what nobody says
        family = name.removesuffix("_bucket").removesuffix("_count")
        assert family in scraped or family in reading._HELP, name
