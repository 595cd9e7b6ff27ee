"""Secret parts of links for people without an account: a signed name of a row and of its turn, so that a new link ends the one before."""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer

from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode


class SecretLinks:
    """The links to one kind of row: ``prefix`` is that of its ids, ``salt`` keeps them from opening another kind's pages."""

    def __init__(self, salt: str, prefix: str) -> None:
        self._salt, self._prefix = salt, prefix

    def token(self, pk: UUID, turn: int) -> str:
        """The secret part of the link."""
        return self._signer().sign(f"{encode(self._prefix, pk)}-{turn}")

    def read(self, token: str) -> tuple[UUID, str]:
        """The row's id and the turn as it was written; ``NotFound`` when it was cut, changed or made up."""
        try:
            name, _, turn = self._signer().unsign(token).rpartition("-")
            return decode(self._prefix, name), turn
        except (BadSignature, BadInput):
            raise NotFound("bad_link", "This link is not complete.", hint="Open it again from the message.") from None

    def _signer(self) -> Signer:
        return Signer(salt=self._salt, sep=".")
