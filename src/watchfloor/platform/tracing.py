"""Traces by OTLP, if an operator wants them: where the time of a report, a decision and its delivery goes. Off by default.

    with tracing.span("intake.drain", rows=200): ...

Off, a span costs a look at a variable. An attribute is a number, a truth or one of ``WORDS``: what a platform or a
person wrote cannot get in, whoever calls. Errors are told by their type. Queues, markets, policies and persons are no
attributes. Needs ``watchfloor[telemetry]``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from watchfloor.kernel.errors import BadInput, WatchfloorError

Value = str | int | float | bool
P = ParamSpec("P")
R = TypeVar("R")
WORDS: Final = frozenset(
    {"report", "event", "verdict", "action", "notice", "app", "identity", "test"}
)  # all that an attribute may say
_NONE: Final = nullcontext()
_tracer: Any = None
_provider: Any = None


def configured() -> str:
    """The collector's address (``WATCHFLOOR_OTLP_URL``, like http://127.0.0.1:4318), or ""."""
    return os.environ.get("WATCHFLOOR_OTLP_URL", "").strip().rstrip("/")


def start(role: str) -> None:
    """Send spans of this process from now on, if a collector is named; once in a process.

    Raises:
        BadInput: one is named and what it needs is not installed, or the share is none.
    """
    global _tracer, _provider
    address = configured()
    if not address or _tracer is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError:
        raise BadInput(
            "not_installed", "Traces need packages that are not installed.", where="WATCHFLOOR_OTLP_URL",
            hint='Run: pip install "watchfloor[telemetry]"',
        ) from None  # fmt: skip
    from watchfloor import __version__

    named = {"service.name": "watchfloor", "service.version": __version__, "watchfloor.role": role}
    _provider = TracerProvider(resource=Resource(named), sampler=ParentBased(TraceIdRatioBased(share())))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
    _tracer = _provider.get_tracer("watchfloor")


def stop() -> None:
    """Send what waits, and end."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


def span(name: str, parent: str = "", **attributes: Value) -> AbstractContextManager[None]:
    """A stretch of work; ``parent`` is a ``traceparent`` that came from elsewhere. Nothing at all while traces are off."""
    return _NONE if _tracer is None else _span(name, parent, attributes)


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The same for a whole function."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            with span(name):
                return function(*args, **kwargs)

        return inside

    return decorate


def traceparent() -> str:
    """Where we are, as W3C Trace Context writes it, to be handed on; "" outside of any span."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def _span(name: str, parent: str, attributes: dict[str, Value]) -> Iterator[None]:
    from opentelemetry.trace import Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    told = {f"watchfloor.{key}": value for key, value in attributes.items() if harmless(value)}
    with _tracer.start_as_current_span(
        name, context=context, attributes=told, record_exception=False, set_status_on_exception=False
    ) as here:
        try:
            yield
        except Exception as problem:
            here.set_status(Status(StatusCode.ERROR))
            here.set_attribute(
                "error.type", problem.code if isinstance(problem, WatchfloorError) else type(problem).__name__
            )
            raise


def harmless(value: Value) -> bool:
    """A number, a truth, or one of our few words."""
    return isinstance(value, (bool, int, float)) or value in WORDS


def share() -> float:
    """Of how many requests traces are kept, from ``WATCHFLOOR_TRACE_SHARE``."""
    text = os.environ.get("WATCHFLOOR_TRACE_SHARE", "1")
    try:
        part = float(text)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        raise BadInput(
            "bad_setting", f"{text[:40]!r} is no share.", where="WATCHFLOOR_TRACE_SHARE", hint="0 to 1, like 0.05."
        )
    return part
