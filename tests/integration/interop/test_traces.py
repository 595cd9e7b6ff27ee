"""Traces as a collector gets them: one from the decision to the platform's door, spans of every stretch, and no word of anybody's."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.integration.enforcement.receiver import Receiver
from tests.support.floor import LEAD, SPAM, Floor, install, someone
from tests.support.intake import report

from watchfloor.enforcement import delivery, endpoints
from watchfloor.identity.domain import system
from watchfloor.intake import drain
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.platform import tracing
from watchfloor.review.models import Case

pytestmark = pytest.mark.django_db
CANARY = "meet-me-at-the-lake-house"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A server that keeps what is posted to /v1/traces, with traces on."""
    pytest.importorskip("opentelemetry.sdk", reason='pip install "watchfloor[telemetry]"')
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces" and self.headers["content-type"] == "application/x-protobuf"
            got.append(gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("WATCHFLOOR_OTLP_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    tracing.start("test")
    yield got
    tracing.stop()
    server.shutdown()
    server.server_close()


def test_one_trace_from_the_decision_to_the_platform(collector: list[bytes]) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    install()
    floor, platform = Floor(), Receiver()
    with writing(system("test")) as w:
        endpoints.add(w, name="platform", url=platform.url, topics=("action",))
    body = report(CANARY, note=CANARY, reporter={"kind": "user", "id": CANARY})
    body["item"]["data"]["text"] = f"Look: {CANARY}"
    now = clock.now()
    Spooled.objects.create(
        id=new_id(), kind="report", source="chirp", body_hash=b"x", received_at=now, body=json.dumps(body).encode()
    )
    assert drain.drain() == 1 and Case.objects.count() == 1
    floor.decide(someone(LEAD), SPAM)
    while delivery.deliver_due():
        pass
    with pytest.raises(ValueError, match=CANARY), tracing.span("test.failed", words=CANARY, rows=3):
        raise ValueError(CANARY)
    tracing.stop()  # sends what waits
    platform.close()

    spans: dict[str, Any] = {}
    for raw in collector:
        assert CANARY.encode() not in raw
        for resource in ExportTraceServiceRequest.FromString(raw).resource_spans:
            assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "watchfloor"
            spans |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert {"intake.drain", "intake.row", "detection.screen", "review.decide", "delivery.send"} <= spans.keys()
    decided, sent = spans["review.decide"], spans["delivery.send"]
    assert (
        sent.trace_id == decided.trace_id != spans["intake.drain"].trace_id and sent.parent_span_id == decided.span_id
    )
    heard = platform.requests[-1]["headers"]["traceparent"]
    assert heard == f"00-{sent.trace_id.hex()}-{sent.span_id.hex()}-{heard[-2:]}"
    assert spans["intake.row"].parent_span_id == spans["intake.drain"].span_id
    failed = {a.key: a.value for a in spans["test.failed"].attributes}
    assert failed["error.type"].string_value == "ValueError" and failed["watchfloor.rows"].int_value == 3
    assert "watchfloor.words" not in failed and not spans["test.failed"].events
