"""An event as restrictions read it, made of what the floor was told."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from watchfloor.detection.beside import Happening
from watchfloor.detection.reputation import accounts
from watchfloor.detection.reputation.domain.traits import Known, Traits
from watchfloor.items import keys, queries
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config


def traits_of(what: Happening) -> Traits:
    """What may be asked of an event; the account is looked up only where a restriction asks for it."""
    item = what.item
    account = queries.account_of(item)
    name = (account.type_key, account.external_id) if account is not None else None
    try:
        _, fields = queries.item_type(item.type_key)
    except BadInput:
        fields = []

    def known() -> Known:
        return accounts.known(name) if name is not None else Known()

    return Traits(
        name=what.name, item_type=item.type_key, kind=item.kind, fields=fields, data=what.data, event=what.event, account=name,
        known=known, seal=seal_device,
    )  # fmt: skip


def seal_device(value: str) -> str:
    """A device as it is kept and compared."""
    return keys.seal(keys.DEVICE, value)


def who_is(*parts: str) -> str:
    """Whose actions are counted together, by a keyed hash."""
    return hmac.new(_secret(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


@cache
def _secret() -> bytes:
    return config.secret("restrictions").encode()
