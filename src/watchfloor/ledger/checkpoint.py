"""Signed statements "at this size the ledger had this root": kept elsewhere, they make later removal provable.

Formats, so that other people's tools read them: C2SP ``tlog-checkpoint`` (origin, size, root) in a C2SP
``signed-note`` with Ed25519 keys (https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from watchfloor.kernel.errors import BadInput

_ED25519 = b"\x01"  # signed-note's number for this kind of signature
_DASH = "\u2014"
_MOST_SIGNATURES = 100
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def _bad(message: str) -> BadInput:
    return BadInput("bad_checkpoint", message)


def _unbase64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _bad(f"The {what} is not base64.") from None


def _key_id(name: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, newline, kind and key (signed-note, "Signatures")."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _check_name(name: str) -> str:
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise _bad(f"{name!r} is not a key name: it may hold neither spaces nor plus signs.")
    return name


@dataclass(frozen=True)
class Verifier:
    """A public key and the name it signs under; what a witness keeps."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """From ``name+keyid+base64``, checking that the id fits the key."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = _unbase64(encoded, "public key")
        if key[:1] != _ED25519 or len(key) != 33:
            raise _bad("Only Ed25519 keys are known.")
        found = cls(_check_name(name), key[1:])
        if found.key_id.hex() != key_id:
            raise _bad("The key id does not belong to this name and key.")
        return found

    @property
    def key_id(self) -> bytes:
        return _key_id(self.name, self.public)

    @property
    def vkey(self) -> str:
        """The key as signed-note writes it: ``name+keyid+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def accepts(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key and the name it signs under."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.verifier = Verifier(_check_name(name), private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Signer:
        """From the 32 secret bytes."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def sign(self, text: str) -> str:
        """The signature line for a note's text, to be put after an empty line."""
        signature = self.verifier.key_id + self._private.sign(text.encode())
        return f"{_DASH} {self.verifier.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, verifiers: Sequence[Verifier]) -> tuple[str, list[str]]:
    """The text of a signed note and the names of those of ``verifiers`` who signed it; others are passed over.

    Raises:
        BadInput: the note is malformed, nobody known signed it, or a known signature is false.
    """
    text, separator, tail = note.rpartition("\n\n")
    text += "\n"
    lines = tail.split("\n")
    if not separator or lines.pop() != "" or not lines or len(lines) > _MOST_SIGNATURES:
        raise _bad("It is not a signed note: text, an empty line, then signature lines.")
    if any(ord(char) < 0x20 and char != "\n" for char in note):
        raise _bad("A signed note holds no control characters.")
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signers: list[str] = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        signature = _unbase64(encoded, "signature")
        if dash != _DASH or len(signature) < 5:
            raise _bad("A signature line is malformed.")
        verifier = known.get((_check_name(name), signature[:4]))
        if verifier is None or name in signers:
            continue
        if not verifier.accepts(text, signature[4:]):
            raise _bad(f"The signature of {name} is false.")
        signers.append(name)
    if not signers:
        raise _bad("No key that is known signed it.")
    return text, signers


@dataclass(frozen=True)
class Checkpoint:
    """``size`` entries under ``origin`` (a name as unique as a host name) had this 32-byte ``root``."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    def signed(self, *signers: Signer) -> str:
        """The signed note."""
        return self.text + "\n" + "".join(signer.sign(self.text) for signer in signers)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """From a note's text, without looking at signatures: use ``verify`` for anything that came from outside."""
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise _bad("A checkpoint has an origin, a size and a root, each on a line.")
        origin, size, root, *extensions = lines
        digest = _unbase64(root, "root")
        if len(digest) != 32:
            raise _bad("The root is not 32 bytes.")
        return cls(origin, int(size), digest, tuple(extensions))

    @classmethod
    def verify(cls, note: str, verifiers: Sequence[Verifier], *, origin: str | None = None) -> Checkpoint:
        """The checkpoint in a note that one of ``verifiers`` signed; of ``origin``, where given.

        Raises:
            BadInput: malformed, not signed by a known key, falsely signed, or of another log.
        """
        text, _ = open_note(note, verifiers)
        found = cls.parse(text)
        if origin is not None and found.origin != origin:
            raise _bad(f"It is a checkpoint of {found.origin}, not of {origin}.")
        return found
