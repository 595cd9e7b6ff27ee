"""The web role as a process of its own on the tests' database: for clients that need the real server (WebSockets, a slow reader)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.support.stream import database_url

PATIENCE_S = 90


@contextmanager
def served(port: int = 0, **environment: str) -> Iterator[str]:
    """Its address, once it answers. The database must be committed to (``transactional_db``)."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    kept = {"PYTHONDONTWRITEBYTECODE": ""}  # 2,000 modules compiled anew would be most of the start
    env = {
        **os.environ,
        **kept,
        "DATABASE_URL": database_url(),
        "PYTHONPATH": "src:.",
        "WATCHFLOOR_URL": url,
        **environment,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "watchfloor", "run", "web", "--port", str(port)],
            env=env, stdout=log, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        try:
            end = time.monotonic() + PATIENCE_S
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise AssertionError(log.read()[-4000:].decode(errors="replace"))
                time.sleep(0.1)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/xrpc/_health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
