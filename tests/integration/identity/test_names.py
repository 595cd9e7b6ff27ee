"""People read names where the ledger stores ids: of colleagues, of tokens, of the program's own parts."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.people import member

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.identity.names import names_of
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def test_everyone_has_a_name() -> None:
    ada = member({"floor.view"}, name="Ada")
    with writing(system("test")) as w:
        token, _secret = create_token(
            w, system("test"), name="chirp back end", source="chirp", permissions=["report.submit"]
        )
    gone = f"user:{uuid.uuid4()}"
    actors = [f"user:{ada.pk}", f"token:{token.pk}", "system:delivery", "rule:Bad", gone, "user:x", ""]
    with CaptureQueriesContext(connection) as asked:
        found = names_of(actors)
    assert len(asked) == 2
    assert found == {
        f"user:{ada.pk}": "Ada", f"token:{token.pk}": "Token chirp back end", "system:delivery": "Watchfloor (delivery)",
        "rule:Bad": "Rule Bad", gone: gone.removeprefix("user:"), "user:x": "x",
    }  # fmt: skip
