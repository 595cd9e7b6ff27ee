"""FFmpeg as an RTMP server that plays one stream: ``python -m tests.support.rtmp_server PORT [SECONDS]`` with an FLV file at its input.

PyAV bundles FFmpeg's libraries but hands no options to what it writes to, so they are asked by themselves. It waits for one player, sends
the file (over SECONDS, at once unless told), and hangs up.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path

PIECE = 4096


def libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """libavutil and libavformat, as they came with PyAV."""
    import av  # loads them, and what they need

    folder = Path(av.__file__).parents[1] / "av.libs"
    one, two = (next(folder.glob(f"{name}-*.so*")) for name in ("libavutil", "libavformat"))
    return ctypes.CDLL(str(one)), ctypes.CDLL(str(two))


def serve(port: int, data: bytes, seconds: float) -> None:
    """Until the player has it all, or has gone."""
    util, form = libraries()
    options, line = ctypes.c_void_p(), ctypes.c_void_p()
    util.av_dict_set(ctypes.byref(options), b"listen", b"1", 0)
    util.av_dict_set(ctypes.byref(options), b"timeout", b"30", 0)
    address = f"rtmp://127.0.0.1:{port}/live/shots".encode()
    print("about to listen", flush=True)
    code = form.avio_open2(ctypes.byref(line), address, 2, None, ctypes.byref(options))
    if code < 0:
        raise SystemExit(f"FFmpeg does not serve: {code}")
    for at in range(0, len(data), PIECE):
        form.avio_write(line, data[at : at + PIECE], len(data[at : at + PIECE]))
        form.avio_flush(line)
        time.sleep(seconds * PIECE / len(data))
    form.avio_closep(ctypes.byref(line))


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.buffer.read(), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
