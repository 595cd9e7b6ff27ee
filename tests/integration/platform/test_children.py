"""A process that binds itself to its parent does not outlive it, even if it ignores the polite signal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from watchfloor.platform import children, pgprocess

CHILD = """
import os, signal
from watchfloor.platform.children import die_with_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
die_with_parent(grace=0.05)
print(os.getpid(), flush=True)
while True: signal.pause()
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.mark.crash
def test_a_stubborn_child_ends_with_its_killed_parent() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(children.__file__).parents[2])}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD], env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert pgprocess.alive(child)
    parent.kill()
    parent.wait()
    assert pgprocess.wait_until(lambda: not pgprocess.alive(child), 30)
    parent.stdout.close()


def test_a_program_that_is_not_there_is_named() -> None:
    done = subprocess.run(children.bound(["/no/such/program"]), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "/no/such/program: No such file or directory"


def test_a_child_whose_parent_is_already_gone_does_not_start() -> None:
    command = children.bound(["/bin/echo", "started"])
    command[4] = "999999999"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is gone" in done.stderr and "started" not in done.stdout
