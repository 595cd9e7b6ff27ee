"""The floor's clockwork beside the replay: leases end, deliveries go out, the ledger is hashed, while the next arrivals are played.

A process of its own, as on a real floor. It is told the simulated moment on a line of its standard input, does what is due by then,
and answers with the number of messages it delivered.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from types import TracebackType


class Clockwork:
    """The replay's side: at most one sweep is under way while the replay goes on."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "watchfloor.demo.clockwork"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._under_way = False

    def sweep(self, moment: datetime) -> int:
        """Begin the sweep of a moment; how many messages the one before it delivered."""
        done = self.wait()
        assert self._process.stdin is not None
        self._process.stdin.write(moment.isoformat() + "\n")
        self._process.stdin.flush()
        self._under_way = True
        return done

    def wait(self) -> int:
        """Until no sweep is under way; how many messages it delivered."""
        if not self._under_way:
            return 0
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The floor's clockwork ended with {self._process.wait()}.")
        self._under_way = False
        return int(answer)

    def __enter__(self) -> Clockwork:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        if kind is not None:
            self._process.terminate()
        self._process.wait()


class InStep:
    """The same within the replay's own process, each sweep at its end before the next step (tests in one transaction)."""

    def sweep(self, moment: datetime) -> int:
        """Do what is due by the moment; how many messages were delivered."""
        return sweep(moment)

    def wait(self) -> int:
        """Nothing is ever under way."""
        return 0


def sweep(moment: datetime) -> int:
    """Leases, breaches, expiries, deliveries and the ledger's hashing as of a moment; how many messages were delivered."""
    from watchfloor.enforcement import delivery
    from watchfloor.enforcement.actions import expire_due
    from watchfloor.kernel import clock
    from watchfloor.law import follow, watching
    from watchfloor.law.models import Followed
    from watchfloor.ledger import sequencer
    from watchfloor.review import actions as review

    delivered = 0
    with clock.at(moment):
        review.sweep_leases()
        review.sweep_breaches()
        expire_due()
        while done := delivery.deliver_due(256):
            delivered += done
        while sequencer.sequence():
            pass
        if Followed.objects.exists():  # the legal clocks of the last day (``demo.legal``)
            while follow.follow():
                pass
            watching.watch()
    return delivered


def main() -> None:
    """The other side: one sweep per line."""
    from watchfloor.console import prepare

    prepare.django()
    from django.db import connection

    with connection.cursor() as cursor:  # a replay that dies is begun anew: it need not survive a power cut
        cursor.execute("SET synchronous_commit = off")
    for line in sys.stdin:
        print(sweep(datetime.fromisoformat(line.strip())), flush=True)


if __name__ == "__main__":
    main()
