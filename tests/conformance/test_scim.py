"""The SCIM door under the public tester of SCIM servers (``scim2-tester``), unmodified: every check it has.

By default the checks that tell most in few seconds; ``WATCHFLOOR_SCIM=all`` runs all of them.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from watchfloor.identity import actions, defaults, programs
from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.workforce.actions import save_vendor

tester = pytest.importorskip("scim2_tester", reason="scim2-tester is not installed")
pytestmark = pytest.mark.django_db
QUICK = {"discovery", "misc", "crud:create", "crud:update", "crud:delete"}


def test_every_check_of_the_public_tester(request: pytest.FixtureRequest) -> None:
    from django.core.wsgi import get_wsgi_application
    from scim2_client.engines.wsgi import WSGISCIMClient

    for signal in (request_started, request_finished):  # the connection is the test's own
        signal.disconnect(close_old_connections)
    request.addfinalizer(
        lambda: [signal.connect(close_old_connections) for signal in (request_started, request_finished)]
    )  # type: ignore[func-returns-value]
    programs.buckets.forget()
    by = system("test")
    with writing(by) as w:
        defaults.install(w)
        save_vendor(w, key="inhouse", name="In house")
        save_vendor(w, key="north", name="North", site="Riga")
        _, secret = actions.create_token(
            w, by, name="", source="directory", permissions=["people.provision"], per_minute=100_000
        )
    client = WSGISCIMClient(
        get_wsgi_application(), base_url="http://testserver/scim/v2", headers={"Authorization": f"Bearer {secret}"}
    )
    whole = os.environ.get("WATCHFLOOR_SCIM") == "all"
    results = tester.check_server(client, include_tags=None if whole else QUICK)
    told = Counter(result.status.name for result in results)
    wrong = [
        f"{result.title} {result.resource_type}: {result.reason}"
        for result in results
        if result.status.name in ("ERROR", "CRITICAL", "DEVIATION")
    ]
    assert not wrong, "\n".join(wrong)
    assert told["SUCCESS"] >= (150 if whole else 15), told
