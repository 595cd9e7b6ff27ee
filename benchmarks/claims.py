"""A thousand reviewers at forty queues with a million open jobs: what our claim costs beside the bare one-statement SQL loop.

    python -m benchmarks.claims [--jobs 1000000] [--queues 40] [--reviewers 1000] [--connections 50] [--seconds 8] [--json]
    python -m benchmarks.claims --jobs 100000 --queues 1 --reviewers 50 --ways bare_one claim_one decide

Every reviewer is certified for six policies and works six of the queues (each holds jobs of two policies); they take turns on a pool
of connections. All ways take the most urgent job that fits by UPDATE ... FOR UPDATE SKIP LOCKED on the same rows, durably (fsync on),
then free the hand by the same bare UPDATE, and go on. The bare ways are psycopg and nothing else: ``bare`` asks what ``claim`` asks
(one's queues, one's policies, by priority over all of them), ``bare_one`` one queue only; ``bare_plain`` (only when asked for by
``--ways``) is the statement one would first write, with a list of queues and ORDER BY, which sorts the backlog. Ours are
``review.actions.claim`` over all one's queues and of one queue: roster, certificates and scopes asked, one lease per person, ledger
event written. The last way is whole work, claim and decide. The ways take turns, twice. Every job taken is remembered: the run fails
if one was handed out twice within a way, or if a queue ran dry. Only indicative on a busy machine; read the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, NamedTuple

PICK = """UPDATE review_job SET state = 'leased', lease_holder = %(holder)s, lease_token = lease_token + 1,
  lease_until = now() + interval '300 s' WHERE id = ({found}) RETURNING id"""
BARE = PICK.format(
    found="""SELECT job.id FROM (
    SELECT c.* FROM unnest(%(queues)s::text[]) AS q (key) CROSS JOIN LATERAL (
      SELECT id, priority, due_at FROM review_job WHERE queue_key = q.key AND state = 'ready' AND policy_key = ANY(%(policies)s)
      ORDER BY priority DESC, due_at, id LIMIT 8) AS c) AS candidate JOIN review_job AS job USING (id)
  WHERE job.state = 'ready' ORDER BY candidate.priority DESC, candidate.due_at, candidate.id
  FOR UPDATE OF job SKIP LOCKED LIMIT 1"""
)
BARE_PLAIN = PICK.format(
    found="""SELECT id FROM review_job
  WHERE queue_key = ANY(%(queues)s) AND state = 'ready' AND policy_key = ANY(%(policies)s)
  ORDER BY priority DESC, due_at, id FOR UPDATE SKIP LOCKED LIMIT 1"""
)
BARE_ONE = PICK.format(
    found="""SELECT id FROM review_job WHERE queue_key = %(queue)s AND state = 'ready'
  ORDER BY priority DESC, due_at, id FOR UPDATE SKIP LOCKED LIMIT 1"""
)
FREE = "UPDATE review_job SET state = 'decided' WHERE id = %s"
STATEMENTS = {"bare": BARE, "bare_plain": BARE_PLAIN, "bare_one": BARE_ONE}
WAYS = {
    "bare": "bare SQL, same question",
    "claim": "claim, all one's queues",
    "bare_one": "bare SQL, one queue",
    "claim_one": "claim, one queue",
    "decide": "claim and decide",
    "bare_plain": "bare SQL, plainly written",
}
RATIOS = {"claim": "bare", "claim_one": "bare_one", "decide": "bare"}
Turn = Callable[[], tuple[float, str]]


class Someone(NamedTuple):
    """A reviewer of the benchmark."""

    id: uuid.UUID
    queues: list[str]
    policies: list[str]


def crowd(count: int, queues: list[str], policies: list[str]) -> list[Someone]:
    """Reviewers with six certificates, and six queues in which there is work for them."""
    from benchmarks._floor import policies_of

    chance = random.Random(7)
    found = []
    for _ in range(count):
        skills = chance.sample(policies, min(6, len(policies)))
        fit = [key for place, key in enumerate(queues) if set(policies_of(place, policies)) & set(skills)]
        if not fit:  # of few queues: certified for what there is to do in one
            place = chance.randrange(len(queues))
            skills, fit = [*policies_of(place, policies), *skills][:6], [queues[place]]
        found.append(
            Someone(uuid.UUID(int=chance.getrandbits(128), version=4), chance.sample(fit, min(6, len(fit))), skills)
        )
    return found


def plan() -> tuple[list[str], list[str]]:
    """The queues in the order in which ``fill`` numbers them, and the policies."""
    from watchfloor.policy.models import Policy
    from watchfloor.review.models import Queue

    queues = Queue.objects.filter(kind="review", clearance="").order_by("position").values_list("key", flat=True)
    return list(queues), list(
        Policy.objects.filter(clearance="").order_by("position", "key").values_list("key", flat=True)
    )


def worked(queues: list[str], count: int) -> list[str]:
    """Those of the queues that ``fill`` puts jobs into."""
    return ["spam.en"] if count == 1 else queues[:count]


def set_up(options: argparse.Namespace) -> None:
    """Queues, a roster with certificates, and the jobs."""
    from benchmarks._floor import fill
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import queries as policy
    from watchfloor.review import actions
    from watchfloor.workforce import defaults
    from watchfloor.workforce.actions import grant_certificate, save_reviewer

    with writing(system("benchmark")) as w:
        defaults.install(w)
        have = len(plan()[0])
        for number in range(have, options.queues):
            actions.save_queue(w, key=f"bench.{number}", name=f"Benchmark {number}", position=1000 + number)
    queues, policies = plan()
    with writing(system("benchmark")) as w:
        for person in crowd(options.reviewers, worked(queues, options.queues), policies):
            save_reviewer(w, person.id, vendor_key="inhouse", queues=person.queues, languages=["en"])
            for key in person.policies:
                version = policy.version_in_force(key)
                grant_certificate(w, person.id, key, version=version.number if version else 1, how="exam")
    fill(options.jobs, options.jobs, queues=options.queues, policies=policies)


def bare(connection: Any, who: Someone, way: str) -> Turn:
    """One turn of a bare loop."""
    values = {"holder": who.id, "queues": who.queues, "policies": who.policies, "queue": who.queues[0]}

    def turn() -> tuple[float, str]:
        started = time.perf_counter()
        for _ in range(10):  # of one queue's first eight all may be in other hands at this moment: it asks again
            found = connection.execute(STATEMENTS[way], values).fetchall()
            if found:
                break
        else:
            raise SystemExit(f"{way}: a queue ran dry")
        spent = time.perf_counter() - started
        connection.execute(FREE, [found[0][0]])
        return spent, str(found[0][0])

    return turn


def ours(connection: Any, who: Someone, way: str) -> Turn:
    """One turn through the public functions."""
    from tests.support.floor import CLEAN, REVIEWER

    from watchfloor.identity.domain import Actor, Scope
    from watchfloor.review import actions

    actor = Actor(kind="user", id=str(who.id), scopes=(Scope(role="reviewer", permissions=REVIEWER),))
    queue = who.queues[0] if way == "claim_one" else None

    def turn() -> tuple[float, str]:
        started = time.perf_counter()
        lease = actions.claim(actor, queue=queue)
        spent = time.perf_counter() - started
        if lease is None:
            raise SystemExit(f"{way}: a queue ran dry")
        if way == "decide":
            actions.decide(actor, lease.job_id, lease.token, CLEAN)
            spent = time.perf_counter() - started
        else:
            connection.execute(FREE, [lease.job_id])
        return spent, str(lease.job_id)

    return turn


def work(way: str, options: argparse.Namespace, process: int) -> None:
    """A process of connections (threads) and the reviewers who take turns on them; prints times, jobs and the seconds it took."""
    from watchfloor.platform.setup import setup

    setup()
    import psycopg
    from django.db import connection as django_connection

    queues, policies = plan()
    people = crowd(options.reviewers, worked(queues, options.queues), policies)
    connections = options.connections // options.processes
    parameters = django_connection.get_connection_params()
    target = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)}
    times: list[float] = []
    taken: list[str] = []
    problems: list[str] = []
    gate = threading.Barrier(connections)

    def pool(number: int) -> None:
        mine = people[process * connections + number :: options.connections]
        with psycopg.connect(**target, autocommit=True, prepare_threshold=3) as connection:
            turns: Iterator[Turn] = cycle([(bare if way in STATEMENTS else ours)(connection, who, way) for who in mine])
            try:
                for _ in range(5):  # warm: the statements are planned, the roster's first rows are read
                    next(turns)()
                gate.wait()
                until = time.perf_counter() + options.seconds
                while time.perf_counter() < until:
                    spent, job = next(turns)()
                    times.append(spent)
                    taken.append(job)
            except SystemExit as problem:
                problems.append(str(problem))
                gate.abort()
        django_connection.close()

    threads = [threading.Thread(target=pool, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"times": times, "taken": taken, "problems": problems}))


def run(way: str, options: argparse.Namespace) -> list[float]:
    """All processes of one way, once; the times in seconds."""
    argv = [sys.executable, "-m", "benchmarks.claims", "--work", way, *(
        f"--{name}={getattr(options, name)}" for name in ("queues", "reviewers", "connections", "processes", "seconds")
    )]  # fmt: skip
    workers = [
        subprocess.Popen([*argv, f"--process={number}"], stdout=subprocess.PIPE, text=True)
        for number in range(options.processes)
    ]
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    problems = [problem for each in found for problem in each["problems"]]
    if problems:
        raise SystemExit(problems[0])
    taken = [job for each in found for job in each["taken"]]
    if len(set(taken)) != len(taken):
        raise SystemExit(f"{way}: {len(taken) - len(set(taken))} jobs were handed out twice")
    return [spent for each in found for spent in each["times"]]


def measure(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Rates per second and times in milliseconds of all ways, from all their runs."""
    from benchmarks._floor import percentile

    times: dict[str, list[float]] = {way: [] for way in options.ways}
    for _ in range(options.rounds):
        for way in options.ways:
            times[way] += run(way, options)
    return {
        way: {
            "rate": len(each) / options.seconds / options.rounds,
            "p50": 1000 * percentile(each, 0.5),
            "p99": 1000 * percentile(each, 0.99),
        }
        for way, each in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--queues", type=int, default=40)
    parser.add_argument("--reviewers", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ways", nargs="*", default=[way for way in WAYS if way != "bare_plain"], choices=list(WAYS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--process", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options, options.process)
        return
    from benchmarks._floor import database

    with database():
        set_up(options)
        found = measure(options)
    ratios = {
        f"{way}_to_{rival}": {
            "rate": found[way]["rate"] / found[rival]["rate"],
            "p50": found[rival]["p50"] / found[way]["p50"],
            "p99": found[rival]["p99"] / found[way]["p99"],
        }
        for way, rival in RATIOS.items()
        if way in found and rival in found
    }
    if options.json:
        print(json.dumps({**found, **ratios}, indent=2))
        return
    print(f"{options.jobs:,} ready jobs in {options.queues} queues, {options.reviewers} reviewers with 6 certificates each on "
          f"{options.connections} connections of {options.processes} processes, {os.cpu_count()} cores, fsync on; no job was handed out "
          "twice, no queue ran dry")  # fmt: skip
    for way, row in found.items():
        print(f"  {WAYS[way]:<26} {row['rate']:>8,.0f}/s   p50 {row['p50']:>7.1f} ms   p99 {row['p99']:>7.1f} ms")
    print("  ratios, 1 is as fast as the bare loop (of times: bare's by ours):")
    for name, each in ratios.items():
        way, _, rival = name.partition("_to_")
        print(
            f"    {WAYS[way]} : {WAYS[rival]}   rate {each['rate']:.3f}   p50 {each['p50']:.3f}   p99 {each['p99']:.3f}"
        )


if __name__ == "__main__":
    main()
