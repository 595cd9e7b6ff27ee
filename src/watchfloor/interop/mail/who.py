"""Who a mail's sender counts as: standing only for those we list, and only where our own server proved that it is they."""

from __future__ import annotations

import msgspec

from watchfloor.interop.mail import sealing
from watchfloor.interop.mail.addresses import ORDINARY, in_force
from watchfloor.interop.mail.domain.parsing import Letter
from watchfloor.interop.mail.domain.proof import PROVED, Proof, proof_of
from watchfloor.interop.mail.models import MailAddress
from watchfloor.interop.mail.settings import current


class Who(msgspec.Struct, frozen=True):
    """A reporter: kind and id as reports name them, and how far it is known to be they."""

    kind: str
    id: str
    proof: Proof

    @property
    def proved(self) -> bool:
        """Whether our server vouches for the address."""
        return self.proof.state == PROVED


def of(letter: Letter, address: MailAddress, *, relayed: bool) -> Who:
    """The reporter of a mail to this address."""
    proof = proof_of(letter.headers, letter.sender, ids=current().authserv, trusted=relayed)
    if not letter.sender:
        return Who("anonymous", "", proof)
    if proof.state == PROVED:
        body = in_force().trusted(letter.sender)
        if body is not None:
            return Who(body.reporter_kind, sealing.reporter_id(body.who, proved=True), proof)
    kind = address.reporter_kind if address.reporter_kind in ORDINARY else "user"
    return Who(kind, sealing.reporter_id(letter.sender, proved=proof.state == PROVED), proof)
