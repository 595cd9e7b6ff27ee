"""Free memory goes back to the system, and nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from watchfloor.platform import heap

SOURCE = Path(heap.__file__).parents[2]
# Many small blocks of the system's allocator, freed but for one at the end that keeps the heap from shrinking by itself.
GROW = """
import ctypes, threading
from watchfloor.platform import heap
library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes, library.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon")) // 1024
blocks = [library.malloc(1000) for _ in range(100_000)]
for block in blocks: ctypes.memset(block, 1, 1000)
for block in blocks[:-1]: library.free(block)
before = held()
heap.EVERY = 0
assert heap.settle() and heap.settle()
assert sum(thread.name == "heap" for thread in threading.enumerate()) == 1
while held() > before - 60: pass
"""


@pytest.mark.skipif(heap._gnu() is None, reason="this system's allocator is another")
def test_what_is_free_is_given_back() -> None:
    subprocess.run([sys.executable, "-c", GROW], env={"PYTHONPATH": str(SOURCE)}, check=True, timeout=60)
