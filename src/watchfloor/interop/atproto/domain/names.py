"""What things of ours are called in the protocol, and back: accounts are did:web, items are at:// addresses, versions are CIDs.

An account or item whose own id is already a DID or an at:// address keeps it, so a platform of the protocol sees its own names. In
ours every character the protocol does not allow is written as its bytes: ``:7C`` in a DID, ``~7C`` in a record key. (``%7C`` and ``_``
are allowed in a DID, but the protocol's own library for npm reads no at:// address whose DID has one of them beside a dot.)
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

ACCOUNT_TYPE: Final = "account"
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_IN_DID = re.compile(r"[A-Za-z0-9.-]")
_WRITTEN = re.compile(r":(?=[0-9A-Fa-f]{2})")
_IN_KEY = re.compile(r"[A-Za-z0-9._:-]")
_HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_CID_HEAD = bytes((0x01, 0x55, 0x12, 0x20))  # version 1, raw bytes, sha2-256, 32 long
NO_HANDLE: Final = "handle.invalid"  # the protocol's own word for an account without one
LONGEST: Final = 2_048


class Here(msgspec.Struct, frozen=True):
    """This installation as the protocol sees it: the address it is reached at, and the DID of a labeler it is, if it is one."""

    url: str
    labeler: str = ""

    @property
    def host(self) -> str:
        """Host and port, small."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    @property
    def did(self) -> str:
        """The service's own DID: who signs labels."""
        return self.labeler or self.root

    @property
    def root(self) -> str:
        """What the names of things here begin with: they stay whoever the labeler is."""
        return "did:web:" + self.host.replace(":", "%3A")

    @property
    def domain(self) -> str:
        """The host if it is a name with dots, else empty: an address of numbers names nothing."""
        name = self.host.partition(":")[0]
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name if _HANDLE.fullmatch(name) else ""
        return ""

    @property
    def collections(self) -> str:
        """What our collections begin with, the domain backwards: ``org.example.floor``."""
        return ".".join(reversed(self.domain.split("."))) if self.domain else "local.watchfloor"


class Name(msgspec.Struct, frozen=True):
    """What the platform calls a thing; ``author`` its account, where the name says it."""

    type: str
    id: str
    author: str = ""


def did_of(here: Here, type_key: str, external_id: str) -> str:
    """An account's DID."""
    if is_did(external_id):
        return external_id
    kind = "user" if type_key == ACCOUNT_TYPE else camel(type_key)
    return f"{here.root}:{kind}:{_bytewise(external_id)}"


def uri_of(here: Here, type_key: str, external_id: str, author_did: str = "") -> str:
    """An item's address. One without an author is the service's own."""
    if external_id.startswith("at://"):
        return external_id
    return f"at://{author_did or here.root}/{here.collections}.{camel(type_key)}/{_key(external_id)}"


def read(here: Here, text: str, kinds: Mapping[str, str]) -> Name | None:
    """The name behind a DID or an at:// address; None for what is neither. ``kinds``: item types and their kind (account, content ...)."""
    loose = unquote(here.root)  # a console that decodes its own addresses loses the escape of the port
    if loose != here.root and text.removeprefix("at://").startswith(f"{loose}:"):
        text = text.replace(loose, here.root, 1)
    accounts = [key for key, kind in kinds.items() if kind == "account"]
    account = ACCOUNT_TYPE if ACCOUNT_TYPE in accounts else (accounts or [""])[0]
    if text.startswith("at://"):
        return _record(here, text, kinds, account)
    if not is_did(text) or not account:
        return None
    own = f"{here.root}:"
    if not text.startswith(own):
        return Name(account, text)
    kind, _, rest = text.removeprefix(own).partition(":")
    type_key = account if kind == "user" else next((key for key in accounts if camel(key) == kind), "")
    return Name(type_key, unquote(_WRITTEN.sub("%", rest))) if type_key and rest else None


def _record(here: Here, text: str, kinds: Mapping[str, str], account: str) -> Name | None:
    repo, _, rest = text.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    key = key.partition("/")[0].partition("#")[0]
    if not repo:
        return None
    if not collection:
        return read(here, repo, kinds) if is_did(repo) else None
    if not key or len(text) > LONGEST:
        return None
    author = read(here, repo, kinds) if repo != here.root else None
    ours = {f"{here.collections}.{camel(kind)}": kind for kind in sorted(kinds, reverse=True)}
    if collection in ours and repo.startswith(here.root):
        return Name(ours[collection], _unkey(key), author.id if author else "")
    if collection == "app.bsky.actor.profile" and author is not None:
        return author
    last = collection.rpartition(".")[2]
    contents = [kind for kind, sort in kinds.items() if sort != "account"]
    named = next((kind for kind in contents if camel(kind) == last), "")
    fallback = named or ("post" if "post" in contents else (sorted(contents) or [""])[0])
    return Name(fallback, text, author.id if author else repo) if fallback else None


def collection_of(uri: str) -> str:
    """The collection of an at:// address."""
    return uri.removeprefix("at://").partition("/")[2].partition("/")[0]


def repo_of(uri: str) -> str:
    """The account of an at:// address, or the DID itself."""
    return uri.removeprefix("at://").partition("/")[0]


def is_did(text: str) -> bool:
    """Whether this is written like a DID."""
    return len(text) <= LONGEST and _DID.fullmatch(text) is not None


def handle_of(here: Here, wanted: str) -> str:
    """A handle: the account's own if it is one, else a name below our domain, else the protocol's word for none."""
    small = wanted.strip().lower().lstrip("@")
    if len(small) <= 253 and _HANDLE.fullmatch(small):
        return small
    label = re.sub(r"[^a-z0-9]+", "-", small).strip("-")[:40].strip("-")
    return f"{label}.{here.domain}" if label and here.domain else NO_HANDLE


def cid_of(digest: str) -> str:
    """The CID of an item version, from the sha256 (hex) it is kept by."""
    try:
        raw = bytes.fromhex(digest)
    except ValueError:
        raw = b""
    return _cid(raw if len(raw) == 32 else hashlib.sha256(b"").digest())


def digest_of(cid: str) -> str:
    """The sha256 (hex) in a CID of the form above; empty for any other."""
    if not cid.startswith("b"):
        return ""
    try:
        raw = base64.b32decode(cid[1:].upper() + "=" * (-len(cid[1:]) % 8))
    except ValueError:
        return ""
    return raw[4:].hex() if raw[:4] == _CID_HEAD and len(raw) == 36 else ""


def camel(type_key: str) -> str:
    """``live_stream`` -> ``liveStream``: names of collections are letters and digits."""
    first, *rest = [part for part in re.split(r"[^A-Za-z0-9]+", type_key) if part] or ["item"]
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _cid(digest: bytes) -> str:
    return "b" + base64.b32encode(_CID_HEAD + digest).decode().lower().rstrip("=")


def _bytewise(text: str) -> str:
    return "".join(char if _IN_DID.fullmatch(char) else _bytes(char, ":") for char in text)


def _key(text: str) -> str:
    if text in (".", ".."):  # the protocol allows neither
        return text.replace(".", "~2E")
    return "".join(char if _IN_KEY.fullmatch(char) else _bytes(char, "~") for char in text)


def _unkey(key: str) -> str:
    return unquote(key.replace("%", "%25").replace("~", "%"))


def _bytes(char: str, mark: str) -> str:
    return "".join(f"{mark}{each:02X}" for each in char.encode())
