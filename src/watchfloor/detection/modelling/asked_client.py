"""One call to a policy model: over HTTP an OpenAI-compatible chat or a classifier with fixed labels; or an ONNX file of this machine's.

As every outbound call: the address is resolved once and what was checked is what is connected to, redirects are not followed, and
addresses of one's own network need ``WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS``. The key of a server stands in the environment
(``WATCHFLOOR_MODEL_KEYS``), never in the database.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

import httpx
import msgspec

from watchfloor.detection.modelling import asked_onnx
from watchfloor.detection.modelling.domain import asking
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform import targets

MOST_BYTES = 256 * 1024
ANSWER_TOKENS = 400


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """How a policy model is reached. ``timeout`` in seconds for the whole call; ``labels``: which of a classifier's mean a violation.

    ``model``: its name at the server, or of the kind ``onnx`` its file, whose SHA-256 is ``digest``.
    """

    kind: str
    url: str
    model: str = ""
    timeout: float = 10.0
    instructions: str = ""
    labels: dict[str, bool] = {}
    price_in: float = 0.0
    price_out: float = 0.0
    digest: str = ""


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """What a call brought. ``outcome`` as ``PolicyAnswer.Outcome``; ``problem``: a sentence where there is no answer."""

    outcome: str
    answer: asking.Answer | None = None
    problem: str = ""
    milliseconds: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


def call(key: str, spec: Spec, question: asking.Question) -> Called:
    """Ask once; never raises for what the other side does."""
    began = time.monotonic()

    def so_far() -> int:
        return round(1000 * (time.monotonic() - began))

    try:
        if spec.kind == "onnx":
            text = question.content[: asking.MOST_CHARACTERS]
            found: Any = asked_onnx.run(spec.model, spec.digest, text, spec.timeout)
        else:
            found = _post(key, spec, _body(spec, question))
    except asked_onnx.Unusable as problem:
        return Called(outcome="failed", problem=str(problem), milliseconds=so_far())
    except (httpx.TimeoutException, asked_onnx.Late):
        return Called(outcome="late", problem="It did not answer in time.", milliseconds=so_far())
    except WatchfloorError as error:
        return Called(outcome="failed", problem=error.message, milliseconds=so_far())
    except (httpx.HTTPError, OSError, ValueError) as error:
        return Called(outcome="failed", problem=_said(error), milliseconds=so_far())
    took = so_far()
    usage = found.get("usage") if isinstance(found, dict) else None
    tokens = [
        int(usage.get(name) or 0) if isinstance(usage, dict) else 0 for name in ("prompt_tokens", "completion_tokens")
    ]
    try:
        answer = (
            asking.read(_content(found), question) if spec.kind == "chat" else asking.read_labels(found, spec.labels)
        )
    except asking.Refused as error:
        return Called(
            outcome="refused", problem=str(error), milliseconds=took, tokens_in=tokens[0], tokens_out=tokens[1]
        )
    return Called(outcome="answered", answer=answer, milliseconds=took, tokens_in=tokens[0], tokens_out=tokens[1])


def _body(spec: Spec, question: asking.Question) -> dict[str, Any]:
    if spec.kind == "labels":
        return {
            "text": question.content[: asking.MOST_CHARACTERS],
            "inputs": question.content[: asking.MOST_CHARACTERS],
        }
    schema = {"name": "finding", "strict": True, "schema": asking.form(question)}
    return {
        "model": spec.model, "messages": asking.messages(question), "temperature": 0, "max_tokens": ANSWER_TOKENS,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }  # fmt: skip


def _post(key: str, spec: Spec, body: dict[str, Any]) -> Any:
    target = asyncio.run(targets.resolve(spec.url))
    headers = {"host": target.host, "content-type": "application/json", "accept": "application/json"}
    if secret := _keys().get(key, ""):
        headers["authorization"] = f"Bearer {secret}"
    ends = time.monotonic() + spec.timeout
    with (
        httpx.Client(trust_env=False, follow_redirects=False, timeout=spec.timeout) as client,
        client.stream("POST", target.url, headers=headers, content=json.dumps(body).encode(),
                      extensions={"sni_hostname": target.name}) as answer,
    ):  # fmt: skip
        whole = bytearray()
        for part in answer.iter_bytes():
            whole += part
            if len(whole) > MOST_BYTES:
                raise ValueError("too long")
            if time.monotonic() > ends:  # a server that drips keeps within the limit of each read
                raise httpx.ReadTimeout("whole call")
        answer.raise_for_status()
        return json.loads(bytes(whole))


def _keys() -> dict[str, str]:
    """Keys of servers by policy model, ``name=key`` parted by blanks."""
    parts = (part.partition("=") for part in os.environ.get("WATCHFLOOR_MODEL_KEYS", "").split())
    return {name: secret for name, _, secret in parts}


def _content(found: Any) -> str:
    try:
        return str(found["choices"][0]["message"]["content"])
    except (KeyError, IndexError, TypeError):
        raise asking.Refused("It did not answer as a chat does.") from None


def _said(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"It answered with HTTP {error.response.status_code}."
    if isinstance(error, ValueError):
        return "It answered with something that is no JSON, or too long."
    return "It cannot be reached."
