"""Workers on a stream for tests: the real worker with the real screening, and a log of what it committed, in order.

``python -m tests.support.stream`` is a worker process to be killed; its settings come from the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

LOG = "test_stream_log"
MAKE = f"""
DROP TABLE IF EXISTS {LOG};
CREATE TABLE {LOG} (id bigserial PRIMARY KEY, author text, number int, worker int);
"""
POSTS = "Posts = Count(by=[Sender], span='1d')\n"
COUNTING = f"""{POSTS}Bad = Rule(when_all=[Text == 'bad', Posts > 0], description=f'{{Posts}} posts')
WhenRules(rules_any=[Bad], then=[SendToReview(policy='spam', severity='low')])
"""


def handlers() -> Mapping[str, Any]:
    """Ordinary screening; then, in the same transaction, one line in the log."""
    from django.db import connection

    from watchfloor.intake import drain
    from watchfloor.intake.rows import EVENT

    def screen_and_log(w: Any, row: Any) -> None:
        drain.work_event(w, row)
        event = drain.read(row)
        author = event.item.author.id if event.item.author else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {LOG} (author, number, worker) VALUES (%s, %s, %s)",
                [author, int(event.item.id), os.getpid()],
            )

    return {EVENT: screen_and_log}


def log_rows() -> list[tuple[str, int, int]]:
    """(author, number, worker), in the order of their commits' inserts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT author, number, worker FROM {LOG} ORDER BY id")
        return list(cursor.fetchall())


def counts(authors: Iterable[str]) -> dict[str, int]:
    """What the rules' own counter ``Posts`` says of each author now."""
    from watchfloor.detection import counting, ruleset
    from watchfloor.engines import sml
    from watchfloor.engines.sml.counters import Peek
    from watchfloor.kernel import clock

    rules = ruleset.current().rules
    assert rules is not None
    found = {}
    for author in authors:
        data = {
            "item": {"type": "message", "id": "look", "data": {"text": "bad"}},
            "author": {"type": "account", "id": author},
        }
        look = sml.Event(1, "look", clock.now(), data)
        found[author] = rules.evaluate(look, Peek(counting.store())).features["Posts"] - 1  # itself
    return found


def accept(numbers: range, *, authors: int = 12, text: str = "bad") -> None:
    """Events as intake stores them: event n is by author n modulo ``authors``."""
    import msgspec

    from watchfloor.intake.rows import EVENT, Known, check
    from watchfloor.intake.store import own_connection, store
    from watchfloor.items import queries as items

    known = Known(types={key: fields for key, (_, fields) in items.types().items()}, reasons={})
    rows = []
    for number in numbers:
        value = {
            "name": "message.sent", "id": f"e{number}",
            "item": {"type": "message", "id": str(number), "data": {"text": text}, "author": {"id": f"a{number % authors}"}},
        }  # fmt: skip
        rows.append(check(EVENT, value, msgspec.json.encode(value), source="test", known=known))
    with own_connection() as connection:
        store(connection, rows)


def database_url() -> str:
    """The test's database, for another process."""
    from django.db import connection

    at = connection.settings_dict
    user, password = quote(at["USER"]), f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else ""
    return f"postgresql://{user}{password}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"


def start_process() -> subprocess.Popen[bytes]:
    """A worker process, to be killed."""
    env = {**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": "src:."}
    return subprocess.Popen([sys.executable, "-m", "tests.support.stream"], env=env)


class InThread:
    """A worker in a thread of this process."""

    def __init__(self, work: Any = None) -> None:
        self.stop = threading.Event()
        self.work = work
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        from django.db import connection

        try:
            run(self.stop, self.work)
        finally:
            connection.close()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def run(stop: threading.Event, work: Any = None) -> None:
    """The real worker."""
    from watchfloor.detection import stream
    from watchfloor.detection.stream import worker
    from watchfloor.intake import streaming

    settings = stream.configured()
    assert settings is not None
    source = stream.make_source(settings)
    try:
        worker.run(source, work or partial(streaming.work, handlers=handlers()), stop, batch=16, wait=0.2)
    finally:
        source.close()


if __name__ == "__main__":
    from watchfloor.platform.setup import setup

    setup()
    run(threading.Event())
