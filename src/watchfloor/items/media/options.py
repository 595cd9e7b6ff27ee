"""The media store's settings, from the environment; documented in docs/reference/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from cryptography import x509

from watchfloor.items.media.decoding import Budget
from watchfloor.items.media.fetch import Limits
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config

FETCH = ("public", "listed", "off")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """``fetch``: from public hosts, from ``hosts`` only, or not at all. Sizes in bytes."""

    fetch: str
    hosts: frozenset[str]
    most: int
    memory: int

    def limits(self) -> Limits:
        """What a fetch may do: a second more for each 250 kB allowed, two minutes at least."""
        return Limits(
            bytes=self.most,
            seconds=max(120.0, self.most / 250_000),
            hosts=self.hosts,
            listed_only=self.fetch == "listed",
        )

    def budget(self) -> Budget:
        """What decoding one file may cost."""
        return Budget(memory=self.memory)


def options() -> Options:
    """As they are now. Raises ``BadInput`` naming the variable."""
    fetch = os.environ.get("WATCHFLOOR_MEDIA_FETCH", "public").strip().lower()
    if fetch not in FETCH:
        raise BadInput(
            "bad_setting",
            f"{fetch!r} is no way to fetch media.",
            where="WATCHFLOOR_MEDIA_FETCH",
            hint="One of: " + ", ".join(FETCH),
        )
    hosts = os.environ.get("WATCHFLOOR_MEDIA_HOSTS", "").lower().split(",")
    return Options(
        fetch=fetch,
        hosts=frozenset(host.strip() for host in hosts if host.strip()),
        most=_whole("WATCHFLOOR_MEDIA_MAX_MB", 2048) * 1_000_000,
        memory=_whole("WATCHFLOOR_MEDIA_MEMORY_MB", 1280) * 1024 * 1024,
    )


def _whole(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10_000_000:
        raise BadInput(
            "bad_setting", f"{name}={text!r} is no number of megabytes.", where=name, hint=f"Like {default}."
        )
    return int(text)


def trust_list(path: Path | None = None) -> str:
    """The PEM file with the certificates whose signatures on files are trusted; "" for none. Raises ``BadInput`` if it cannot be read."""
    where = "WATCHFLOOR_PROVENANCE_TRUST" if path is None else str(path)
    named = str(path or os.environ.get("WATCHFLOOR_PROVENANCE_TRUST", "").strip())
    if not named:
        return ""
    try:
        found = x509.load_pem_x509_certificates(Path(named).read_bytes())
    except OSError as problem:
        raise BadInput("bad_setting", f"{named} cannot be read: {problem.strerror}.", where=where) from None
    except ValueError:
        raise BadInput(
            "bad_setting",
            f"{named} is no list of certificates.",
            where=where,
            hint="One or more blocks that begin with -----BEGIN CERTIFICATE-----.",
        ) from None
    return str(Path(named).resolve()) if found else ""


def installation_secret() -> str:
    """What all data keys are wrapped with; made at first use, kept in ``keys/media.key`` of the data folder."""
    return installation_secrets()[0]


def installation_secrets() -> tuple[str, ...]:
    """The same and, while it is being replaced, the one before it."""
    return config.secrets_of("media.key")
