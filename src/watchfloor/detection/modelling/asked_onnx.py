"""A policy model that runs here: a text classifier as an ONNX file, over the field's own runtime (extra ``onnx``).

The file lies in one folder of the machine's (``WATCHFLOOR_ONNX_MODELS``) and is named, never addressed. It takes the text itself (one input
of strings) and answers with a probability for each label. Its digest is part of what was set up: another file under the same name
answers nothing until it is saved anew, as a new version that is measured anew. Budget, time-out and gates are those of every policy model.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput, MissingExtra
from watchfloor.platform import config

MOST_BYTES: Final = 2_000_000_000  # a larger model keeps its weights in files of their own, which are not read
MOST_LABELS: Final = 200
_TEXT: Final = "tensor(string)"


class Late(Exception):
    """It took longer than it may."""


class Unusable(Exception):
    """It cannot answer; the message is a sentence."""


class Loaded(msgspec.Struct, frozen=True):
    """A model in memory. ``rank``: dimensions of its input; ``names``: its labels, by their place."""

    session: Any
    digest: str
    rank: int
    names: tuple[str, ...]


def folder() -> Path:
    """Where models lie."""
    return Path(os.environ.get("WATCHFLOOR_ONNX_MODELS", "").strip() or config.home() / "models")


def digest_of(name: str) -> str:
    """SHA-256 of a model that can be used here.

    Raises:
        BadInput: no such file, none that takes a text, or the extra is not installed.
    """
    try:
        return _loaded(name).digest
    except MissingExtra as problem:
        raise BadInput("missing_extra", problem.message, where="kind", hint=problem.hint) from None
    except Unusable as problem:
        raise BadInput("bad_model", str(problem), where="model", hint=f"Models lie in {folder()}.") from None


def run(name: str, digest: str, text: str, seconds: float) -> list[dict[str, Any]]:
    """``{"label", "score"}`` of each label. Raises ``Late`` and ``Unusable``."""
    try:
        model = _loaded(name)
    except MissingExtra as problem:
        raise Unusable(f"{problem.message} {problem.hint}") from None
    if model.digest != digest:
        raise Unusable("The file is another than the one that was set up. Save the model again: it is measured anew.")
    import numpy as np
    import onnxruntime

    given: Any = text
    for _ in range(model.rank or 1):
        given = [given]
    options = onnxruntime.RunOptions()
    ends = threading.Timer(seconds, lambda: setattr(options, "terminate", True))
    ends.daemon = True
    began = time.monotonic()
    ends.start()
    try:
        found = model.session.run(None, {model.session.get_inputs()[0].name: np.array(given, dtype=object)}, options)
    except Exception as problem:  # the runtime raises kinds of its own
        if time.monotonic() - began >= seconds:
            raise Late from None
        raise Unusable(f"It failed on this text ({type(problem).__name__}).") from None
    finally:
        ends.cancel()
    return _scores(found, model.names)


def _scores(found: list[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Of the output with probabilities: a map by label (as scikit-learn's converter writes it), or numbers by their place."""
    for output in reversed(found):
        row = output[0] if isinstance(output, list) and output else output
        if isinstance(row, dict):
            return [{"label": str(label), "score": _rounded(score)} for label, score in row.items()][:MOST_LABELS]
        if getattr(getattr(row, "dtype", None), "kind", "") == "f":
            flat = row.reshape(-1)[:MOST_LABELS]
            labels = names if len(names) == len(flat) else tuple(str(place) for place in range(len(flat)))
            return [{"label": label, "score": _rounded(score)} for label, score in zip(labels, flat, strict=True)]
    raise Unusable("It answered with no probabilities.")


def _rounded(score: Any) -> float:
    """Of 32 bits: what is a hair above one is one."""
    value = float(score)
    return min(value, 1.0) if value < 1.0001 else value


def _loaded(name: str) -> Loaded:
    path = folder() / name
    if Path(name).name != name or path.suffix != ".onnx":
        raise Unusable("A model is named by its file, like spam.onnx.")
    try:
        known = path.stat()
    except OSError:
        raise Unusable(f"There is no file {name} on this machine.") from None
    if known.st_size > MOST_BYTES:
        raise Unusable(f"{name} is larger than a model may be.")
    return _opened(str(path), known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=4)
def _opened(path: str, _changed: int, _size: int) -> Loaded:
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra("onnx", "Running ONNX models here") from None
    data = Path(path).read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as problem:
        raise Unusable(f"{Path(path).name} is no model that can be run ({type(problem).__name__}).") from None
    inputs = session.get_inputs()
    if len(inputs) != 1 or inputs[0].type != _TEXT:
        raise Unusable("It does not take a text: it must have one input, of strings.")
    names: tuple[str, ...] = ()
    with contextlib.suppress(KeyError):
        names = tuple(each.strip() for each in session.get_modelmeta().custom_metadata_map["labels"].split(","))
    return Loaded(session, hashlib.sha256(data).hexdigest(), len(inputs[0].shape), names)
