"""A grown floor on one machine, out of packages: PostgreSQL with a standby, NATS, Redis, and every role in two processes.

    python deploy/one-machine/run.py [--reports 2000] [--events 4000] [--failover] [--rolling] [--old FOLDER] [--json]

Reports and events are sent to both web processes; then it says how much each process did. ``--failover`` kills the primary (-9)
while reports come in, promotes the standby, and counts what was acknowledged and is not there. ``--rolling`` begins with web
processes of another checkout (``--old``, default: this one) and exchanges them one by one while reports come in.
Everything is in a temporary folder and ends with the script.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from servers import Postgres, answers, free_port, nats, redis, wait_until

HERE = Path(__file__).resolve().parents[2]
RULE = """
Import(rules=['features.sml'])
Seen = Count(by=[AuthorId], span='1h')
Busy = Rule(when_all=[Seen > 20], description='More than twenty messages in an hour')
WhenRules(rules_any=[Busy], then=[SignalAdd(policy='spam', score=0.6)])
"""
PUT_ON = """
from watchfloor.platform.setup import setup; setup()
from watchfloor.detection.actions import attest, save_rule_file, set_rule_state
from watchfloor.detection.models import RuleFile
from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
with writing(system("example")) as w:
    main = RuleFile.objects.get(path="main.sml")
    save_rule_file(w, "busy.sml", RULE, policy_key="spam")
    save_rule_file(w, "main.sml", main.text + "\\nImport(rules=['busy.sml'])\\n")
    attest(w, "Busy", "an example")
    for step in ("backtested", "shadow", "on"):
        set_rule_state(w, "Busy", step, why="an example")
"""


class Sender(threading.Thread):
    """Sends rows one after another under its own keys, to the web processes in turn; what is not answered is sent again."""

    def __init__(self, ports: list[int], token: str, name: str, kind: str, most: int | None) -> None:
        super().__init__(daemon=True)
        self.ports, self.token, self.name_, self.kind, self.most = ports, token, name, kind, most
        self.acknowledged: dict[str, str] = {}
        self.by_port: Counter[int] = Counter()
        self.tries = 0
        self.stop = threading.Event()
        self.refused: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.stop.is_set() and (self.most is None or count < self.most):
            if self._send(count):
                count += 1
            else:
                self.stop.wait(0.05)

    def _send(self, count: int) -> bool:
        self.tries += 1
        port = self.ports[self.tries % len(self.ports)]
        item = {
            "type": "message", "id": f"{self.name_}-{count}", "data": {"text": f"see you at {count % 24}"},
            "author": {"id": f"a{count % 40}"},
        }  # fmt: skip
        report = {
            "item": item,
            "reason": "spam",
            "reporter": {"kind": "user", "id": f"r{count % 200}"},
            "channel": "user",
        }
        body = json.dumps(report if self.kind == "reports" else {"name": "message.sent", "item": item})
        key = f"{self.name_}-{count}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            line.request("POST", f"/v1/{self.kind}", body, headers)
            answer = line.getresponse()
            text = answer.read()
            line.close()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status == 202:
            self.acknowledged[key] = str(json.loads(text)["id"])
            self.by_port[port] += 1
            return True
        if answer.status < 500:
            self.refused.append(f"{answer.status} {text[:200]!r}")
        return False


class Floor:
    """All of it."""

    def __init__(self, folder: Path, old: Path) -> None:
        self.folder, self.old = folder, old
        self.said: dict[str, Any] = {}
        self.roles: dict[str, tuple[subprocess.Popen[bytes], int]] = {}
        self.primary, self.standby = Postgres(folder / "pg/one"), Postgres(folder / "pg/two")
        self.primary.make([])
        self.standby.follow(self.primary)
        # From here on a commit waits for the standby: what was acknowledged is on both.
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'", "SELECT pg_reload_conf()")
        self.others = [nats(folder), redis(folder)]
        hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        self.env = {
            **os.environ, "WATCHFLOOR_HOME": str(folder / "home"), "DATABASE_URL": f"postgresql://watchfloor@{hosts}/watchfloor",
            "WATCHFLOOR_STREAM": f"nats://127.0.0.1:{self.others[0].port}", "WATCHFLOOR_SCHEDULER": "apart",
            "WATCHFLOOR_COUNTERS": f"redis://127.0.0.1:{self.others[1].port}/0", "WATCHFLOOR_STREAMS": "off",
        }  # fmt: skip

    def command(self, *argv: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "watchfloor", *argv, "--json"], env=self._env(HERE), capture_output=True, text=True
        )
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise SystemExit(f"watchfloor {' '.join(argv)}: {done.stdout}{done.stderr}") from None

    def python(self, code: str) -> None:
        subprocess.run([sys.executable, "-c", code], env=self._env(HERE), check=True)

    def _env(self, checkout: Path) -> dict[str, str]:
        return {**self.env, "PYTHONPATH": str(checkout / "src")} if (checkout / "src/watchfloor").is_dir() else self.env

    def start(self, name: str, *argv: str, checkout: Path = HERE, port: int | None = None) -> int:
        """One process of a role; its port answers for it."""
        port = port or free_port()
        place = ["--port", str(port)] if argv[0] in {"web", "media"} else ["--health", f"127.0.0.1:{port}"]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "watchfloor", "run", *argv, *place],
                env=self._env(checkout),
                stdout=log,
                stderr=log,
            )
        self.roles[name] = (process, port)
        return port

    def ready(self) -> None:
        for name, (_, port) in self.roles.items():
            wait_until(
                lambda port=port: answers(port) and asked(port, "/readyz")[0] in {200, 404}, f"{name} answering", 240
            )

    def end(self, name: str) -> None:
        process, _ = self.roles.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)

    def close(self) -> None:
        for process, _ in self.roles.values():
            process.terminate()
        for process, _ in self.roles.values():
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for each in (*self.others, self.standby, self.primary):
            each.stop()

    def primary_now(self) -> Postgres:
        return self.primary if self.primary.process else self.standby

    def waiting(self) -> int:
        return int(
            self.primary_now().sql("SELECT count(*) FROM intake_spool WHERE state = 'waiting'", database="watchfloor")
        )

    def lost(self, senders: list[Sender]) -> int:
        """Acknowledged rows that are not there, exactly once."""
        keys = [key for each in senders for key in each.acknowledged]
        there = Counter(
            self.primary_now()
            .sql("SELECT key FROM intake_spool WHERE key IS NOT NULL", database="watchfloor")
            .split("\n")
        )
        return sum(there[key] != 1 for key in keys)

    def shares(self) -> dict[str, Any]:
        found = {}
        for name, (_, port) in sorted(self.roles.items()):
            done = asked(port, "/healthz")[1].get("done", {})
            found[name] = {key: done[key] for key in sorted(done, key=done.get, reverse=True)[:4]}
        return found


def asked(port: int, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}
    except (OSError, ValueError):
        return 0, {}


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=4_000)
    parser.add_argument("--failover", action="store_true")
    parser.add_argument("--rolling", action="store_true")
    parser.add_argument("--old", type=Path, default=HERE, help="A checkout whose web processes serve first.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchfloor-grown-") as name:
        Path(name).chmod(0o755)
        say("PostgreSQL with a standby, NATS and Redis start")
        floor = Floor(Path(name), options.old.resolve())
        try:
            found = play(floor, options)
        finally:
            floor.close()
    print(
        json.dumps(found, indent=2)
        if options.json
        else "\n".join(f"{key}: {json.dumps(value)}" for key, value in found.items())
    )


def play(floor: Floor, options: argparse.Namespace) -> dict[str, Any]:
    """The whole course; what it came to."""
    say("watchfloor init")
    floor.command("init")
    token = floor.command("token", "add", "example")["token"]
    floor.python(PUT_ON.replace("RULE", repr(RULE)))
    ports = [floor.start(f"web-{n}", "web", checkout=floor.old if options.rolling else HERE) for n in (1, 2)]
    for number in (1, 2):
        floor.start(f"worker-{number}", "worker")
        floor.start(f"rules-worker-{number}", "rules-worker")
        floor.start(f"scheduler-{number}", "scheduler")
    floor.ready()
    say(f"{len(floor.roles)} processes are ready; rows come in")
    senders = [Sender(ports, token, f"r{n}", "reports", options.reports // 4) for n in range(4)]
    senders += [Sender(ports, token, f"e{n}", "events", options.events // 4) for n in range(4)]
    began = time.monotonic()
    finish(senders, 600)
    say(f"all acknowledged after {time.monotonic() - began:.0f} s")
    wait_until(lambda: floor.waiting() == 0, "all rows worked", 600)
    say("all worked")
    found: dict[str, Any] = {
        "acknowledged": sum(len(each.acknowledged) for each in senders),
        "by web process": [sum(each.by_port[port] for each in senders) for port in ports],
        "refused": [said for each in senders for said in each.refused],
        "done by each process": floor.shares(),
        "counted in Redis": int(redis_calls(floor)),
        "doctor": {each["check"]: f"{each['state']}: {each['says']}" for each in floor.command("doctor")
                   if each["check"] in {"database", "standby", "database connections", "schema", "intake", "ledger", "flow identity"}},
    }  # fmt: skip
    if options.rolling:
        found["rolling"] = rolling(floor, ports, token, senders)
    if options.failover:
        found["failover"] = failover(floor, ports, token, senders)
    found["lost"] = floor.lost(senders)
    return found


def finish(senders: list[Sender], seconds: float) -> None:
    for each in senders:
        each.start()
    for each in senders:
        each.join(seconds)
        if each.is_alive():
            raise SystemExit(f"sender {each.name_} did not finish: {each.refused[:1]}")


def under_load(ports: list[int], token: str, name: str, everyone: list[Sender]) -> list[Sender]:
    senders = [Sender(ports, token, f"{name}{n}", "reports", None) for n in range(3)]
    everyone += senders
    for each in senders:
        each.start()
    wait_until(lambda: all(len(each.acknowledged) > 10 for each in senders), "reports coming in")
    return senders


def rolling(floor: Floor, ports: list[int], token: str, everyone: list[Sender]) -> dict[str, Any]:
    """Each web process is ended and a new one started on its port, while reports come in."""
    senders = under_load(ports, token, "up", everyone)
    for number, port in enumerate(ports, 1):
        before = sum(len(each.acknowledged) for each in senders)
        say(f"web-{number} is exchanged")
        floor.end(f"web-{number}")
        floor.start(f"web-{number}", "web", port=port)
        floor.ready()
        wait_until(lambda: sum(len(each.acknowledged) for each in senders) > before + 60, "reports after the exchange")  # noqa: B023
    return {"acknowledged meanwhile": stop(senders)}


def failover(floor: Floor, ports: list[int], token: str, everyone: list[Sender]) -> dict[str, Any]:
    """The primary dies (-9) while reports come in; the standby is promoted."""
    senders = under_load(ports, token, "fo", everyone)
    say("kill -9 of the primary")
    floor.primary.kill()
    died = time.monotonic()
    # The standby is alone now: it must not wait for another one.
    floor.standby.sql("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
    floor.standby.promote()
    promoted = time.monotonic()
    say("the standby is promoted")
    before = sum(len(each.acknowledged) for each in senders)
    wait_until(lambda: sum(len(each.acknowledged) for each in senders) > before, "reports after the promotion", 120)
    serving = time.monotonic()
    wait_until(lambda: sum(len(each.acknowledged) for each in senders) > before + 60, "more reports", 120)
    count = stop(senders)
    wait_until(lambda: floor.waiting() == 0, "all rows worked after the promotion", 300)
    say("all worked")
    return {
        "acknowledged meanwhile": count, "seconds from kill to promoted": round(promoted - died, 1),
        "seconds from promoted to the next 202": round(serving - promoted, 1),
        "ledger": floor.command("ledger", "verify"),
    }  # fmt: skip


def stop(senders: list[Sender]) -> int:
    for each in senders:
        each.stop.set()
    for each in senders:
        each.join(30)
    return sum(len(each.acknowledged) for each in senders)


def redis_calls(floor: Floor) -> int:
    """Transactions that Redis has carried out: each is an event whose counters it keeps."""
    import redis as client

    stats = client.Redis(port=floor.others[1].port).info("commandstats")
    return int(stats.get("cmdstat_exec", {"calls": 0})["calls"])


if __name__ == "__main__":
    main()
