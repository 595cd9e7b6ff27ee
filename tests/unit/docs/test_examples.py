"""The examples that the how-to guides hand out do what they say."""

from __future__ import annotations

import importlib.util
import sys
import time
from types import ModuleType

import pytest
from standardwebhooks import Webhook
from tests.unit.docs.conftest import ROOT

from watchfloor.enforcement.sending import headers

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest.fixture(scope="module")
def receiver() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webhook_receiver", ROOT / "examples/webhook_receiver.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_receiver_takes_what_we_sign_and_nothing_else(receiver: ModuleType) -> None:
    body = b'{"type": "action"}'
    ours = headers("act_1", body, [SECRET])
    assert receiver.genuine(ours, body, SECRET)
    Webhook(SECRET).verify(body, ours)  # the library agrees
    assert not receiver.genuine(ours, body + b" ", SECRET)
    assert not receiver.genuine({**ours, "webhook-id": "act_2"}, body, SECRET)
    assert not receiver.genuine({}, body, SECRET)
    old = {**ours, "webhook-timestamp": str(int(time.time()) - 3600)}
    assert not receiver.genuine(old, body, SECRET)


def test_the_receiver_takes_either_key_during_a_change(receiver: ModuleType) -> None:
    other = "whsec_" + "b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
    both = headers("act_1", b"{}", [other, SECRET])
    assert receiver.genuine(both, b"{}", SECRET) and receiver.genuine(both, b"{}", other)


def test_the_receiver_says_what_it_does(receiver: ModuleType) -> None:
    action = {
        "type": "action",
        "effect": "remove",
        "undo": False,
        "until": None,
        "item": {"type": "message", "id": "m-1"},
    }
    assert receiver.apply(action) == "applies remove on message m-1, until further notice"
    assert receiver.apply({**action, "undo": True}).startswith("takes back remove")
    assert "notice" in receiver.apply({"type": "notice"})


@pytest.mark.parametrize("name", ["platform_client.py", "webhook_receiver.py"])
def test_examples_need_the_standard_library_only(name: str) -> None:
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    modules = [line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert modules and set(modules) <= sys.stdlib_module_names


def test_the_verifier_takes_one_bundle_a_list_or_what_the_console_saves() -> None:
    from watchfloor.ledger import verifier

    one = {"format": "watchfloor-proof/1"}
    assert verifier.bundles(one) == verifier.bundles([one]) == verifier.bundles({"bundles": [one]}) == [one]
    with pytest.raises(verifier.Rejected):
        verifier.bundles([])
