"""What tests of doors share: a shipped floor that outlives transactions, and a token to come in by."""

from __future__ import annotations

from watchfloor.identity import tokens
from watchfloor.identity.domain import system
from watchfloor.items import defaults as items
from watchfloor.items import queries as item_queries
from watchfloor.ledger.writer import writing


def door(permissions: set[str], source: str = "door-test") -> str:
    """The shipped floor, and the secret of a token that holds these permissions."""
    from tests.support.floor import install

    install()
    with writing(system("test")) as w:
        items.install(w)
        _row, secret = tokens.create_token(
            w, system("test"), name=source, source=source, permissions=sorted(permissions)
        )
    item_queries.forget_types()
    return secret
