"""A file that somebody puts into a folder of the server, one signal a line: read whole each time, so what is missing has gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from watchfloor.detection.exchanges.formats.rows import kind_of
from watchfloor.detection.exchanges.kinds.base import Checkpoint, Field, Kind, NotTold, Page, Update, library
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform import config

PAGE = 2_000


def folder() -> Path:
    """Where such files lie: ``exchange-files`` of the data folder, or ``WATCHFLOOR_EXCHANGE_FILES``."""
    import os

    return Path(os.environ.get("WATCHFLOOR_EXCHANGE_FILES") or config.home() / "exchange-files")


class LocalFile:
    """Lines of ``type value``, or of values alone when the type is set."""

    def __init__(self, settings: dict[str, Any], secret: dict[str, str]) -> None:
        self._impl = library("impl.file_api")
        path = (folder() / str(settings["filename"])).resolve()
        if not path.is_relative_to(folder().resolve()):
            raise BadInput(
                "outside", "The file must lie in the folder for such files.", where="filename", hint=str(folder())
            )
        if not path.is_file():
            raise WatchfloorError("no_file", f"The file {settings['filename']} is not there.")
        self._api = self._impl.LocalFileSignalExchangeAPI(
            self._impl.FileCollaborationConfig(
                name="watchfloor", filename=str(path), signal_type=settings.get("signal_type") or None
            )
        )

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """The library reads it at once; it is taken in by pages."""
        found = [key for delta in self._api.fetch_iter([], None) for key in delta.updates]
        for begin in range(0, len(found), PAGE):
            yield Page(updates=tuple(_update(name, value) for name, value in found[begin : begin + PAGE]))

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """There is nobody to tell it."""
        raise NotTold("no_feedback", "A file takes no feedback.")


def _update(name: str, value: str) -> Update:
    try:
        signals: tuple[tuple[str, str], ...] = ((kind_of(name), value),)
    except BadInput:
        signals = ((name, value),)  # said as a bad value of the page
    return Update(key=f"{name}|{value}", ref=f"{name} {value[:100]}", signals=signals)


KIND = Kind(
    key="local_file",
    name="File on the server",
    about="A file with one signal a line, such as a partner's list that is copied here each night.",
    settings=(
        Field(
            name="filename",
            label="File",
            help="Its name in the folder exchange-files of the data folder.",
            required=True,
        ),
        Field(
            name="signal_type",
            label="Kind of all lines",
            help="pdq, video_md5, sha256 ...; empty: each line begins with its kind.",
        ),
    ),
    secrets=(),
    open=LocalFile,
    whole=True,
)
