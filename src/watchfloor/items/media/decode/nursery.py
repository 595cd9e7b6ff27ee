"""The process decoders are forked from: it has the libraries loaded and has never seen a byte of anybody's file.

    parent -> nursery   {"plan": {...}} with one end of a socket   nursery -> parent   {"pid": n}
    parent -> nursery   {"end": n, "patience": s}                        nursery -> parent   {"code": c}   (the child is dead then)

Each child locks itself up (``cage``), serves one file over its socket (``wire``) and is gone. A child that is not reaped keeps its number,
so nothing else can be killed by mistake. The nursery ends when its parent does: its line is cut then.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
import wave
from io import BytesIO
from typing import Any

from watchfloor.items.media.decode import cage, credentials, wire
from watchfloor.items.media.decode.closely import closely
from watchfloor.items.media.decode.pictures import Unreadable, picture
from watchfloor.items.media.decode.provenance import provenance

try:
    from watchfloor.items.media.decode.videos import video
except ImportError:  # Pillow is here, PyAV is not
    video = None  # type: ignore[assignment]

MESSAGE = 64 * 1024


def main(descriptor: int) -> None:
    """Serve the control line until it is cut."""
    control = socket.socket(fileno=descriptor)
    _warm_up()
    control.send(json.dumps({"ready": True, "video": video is not None}).encode())
    children: set[int] = set()
    parent = os.getppid()
    control.settimeout(2.0)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 1)
        except TimeoutError:
            if os.getppid() != parent:  # where a line does not tell that it was cut
                break
            continue
        if not message:
            break
        asked = json.loads(message)
        if "plan" in asked:
            pid = os.fork()
            if pid == 0:
                control.close()
                _child(asked["plan"], descriptors[0])
            os.close(descriptors[0])
            children.add(pid)
            control.send(json.dumps({"pid": pid}).encode())
        elif asked.get("end") in children:
            children.discard(asked["end"])
            control.send(json.dumps({"code": _end(asked["end"], asked.get("patience", 0.0))}).encode())
    for pid in children:
        _end(pid)


def _end(pid: int, patience: float = 0.0) -> int:
    """Bury a child; its exit code, or minus the signal it died of. After ``patience`` seconds it is killed with all it may have made."""
    until = time.monotonic() + patience
    ended, status = os.waitpid(pid, os.WNOHANG)
    while not ended and time.monotonic() < until:  # its line is cut a moment before it is dead
        time.sleep(0.002)
        ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        for kill in (os.killpg, os.kill):  # the child may not have a group of its own yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return 1000  # it had to be killed
    return os.waitstatus_to_exitcode(status)


def _child(plan: dict[str, Any], descriptor: int) -> None:
    code = 1
    try:
        os.setsid()
        line = socket.socket(fileno=descriptor)
        trust = plan.get("credentials")
        context = (
            None if trust is None else credentials.prepared(trust)
        )  # the house's own file, read while files can be
        cage.limit(memory=plan["memory"], seconds=plan["seconds"])
        cage.drop_root()
        held = cage.lock()
        wire.send(line, b"E", json.dumps(_work(plan, line, context) | {"held": held}).encode())
        code = 0
    except MemoryError:
        code = 3
    finally:
        os._exit(code)


def _work(plan: dict[str, Any], line: socket.socket, context: Any) -> dict[str, Any]:
    file = wire.RemoteFile(line, plan["size"])
    if context is not None:
        return {"checked": credentials.credentials(file, plan["mime"], context), "read": file.asked}

    def emit(name: str, mime: str, width: int, height: int, data: bytes) -> None:
        wire.send(line, b"O", *wire.pack_rendition(name, mime, width, height, data))

    try:
        if plan.get("closely"):
            return closely(file, plan["decoder"]) | {"read": file.asked}
        if plan["kind"] == "image":
            report = picture(file, plan["decoder"], emit)
        elif video is None:
            report = {"error": "missing_extra", "why": "PyAV is not installed."}
        else:
            report = video(file, plan["decoder"], emit)
    except Unreadable as problem:
        report = {"error": problem.code, "why": problem.why}
    else:
        report["provenance"] = provenance(file, plan["decoder"], plan["size"])
    return report | {"read": file.asked}


def _warm_up() -> None:
    """Decode one small picture of each format: whatever is loaded at first use is loaded now, for a child can open no file.

    That holds for numpy, too, and for the matrices of the fingerprints.
    """
    from PIL import Image, features

    def ignore(*_: object) -> None:
        """Nobody wants these."""

    for form in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"):
        if form in {"WEBP", "AVIF"} and not features.check(form.lower()):
            continue
        out = BytesIO()
        frames = [Image.new("RGB", (24, 24), (shade, 0, 0)) for shade in (0, 200)]
        moving = {"save_all": True, "append_images": frames[1:]} if form in {"PNG", "GIF", "WEBP"} else {}
        frames[0].save(out, form, **moving)
        out.seek(0)
        with contextlib.suppress(Unreadable):
            picture(out, form, ignore)
        out.seek(0)
        with contextlib.suppress(Unreadable):
            closely(out, form)
    credentials.warm_up()
    if video is not None:
        _warm_up_video(ignore)


def _warm_up_video(ignore: Any) -> None:
    import av
    from PIL import Image

    out = BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for shade in (0, 90, 180):
            frame: Any = av.VideoFrame
            container.mux(stream.encode(frame.from_image(Image.new("RGB", (32, 32), (shade, 0, 0)))))
        container.mux(stream.encode())
    out.seek(0)
    with contextlib.suppress(Unreadable):
        video(out, "matroska,webm", ignore)
    out = BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(3200))
    out.seek(0)
    with contextlib.suppress(Unreadable):
        video(out, "wav", ignore)
