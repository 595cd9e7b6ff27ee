"""More messages for ``make demo-full``: comments, texts and titles of open data sets in the folder ``WATCHFLOOR_DATA``.

YouTube comments (Alberto & Almeida 2015, CC BY 4.0), SMS (Almeida & Hidalgo 2011, CC BY 4.0) and Stack Exchange titles. A file that
is missing is passed over and said; a line that cannot be read costs only itself. Who sent an SMS or a title is not in the data:
those senders are simulated.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from watchfloor.demo.language import guess_language
from watchfloor.demo.mail import Message
from watchfloor.kernel.errors import NotFound

Say = Callable[[str, int, int], None]
SMS_SHARE, TITLES = 0.35, 400


def more_messages(folder: Path, say: Say) -> list[Message]:
    """All that is there, in a fixed order.

    Raises:
        NotFound: none of the files is in ``folder``.
    """
    readers = [(path, _youtube) for path in sorted(folder.glob("youtube_*.csv"))]
    readers += [(folder / "sms_spam.tsv", _sms), (folder / "se_spam_titles_2014.txt", _spam_titles)]
    readers += [(path, _good_titles) for path in sorted(folder.glob("se_titles_*Good.txt"))]
    found: list[Message] = []
    for done, (path, read) in enumerate(readers):
        say(f"Reading {path.name}" if path.is_file() else f"{path.name} is not there", done, len(readers))
        if path.is_file():
            found += read(path)
    if not found:
        raise NotFound(
            "no_data",
            f"There is nothing to add in {folder}.",
            hint="Set WATCHFLOOR_DATA to the folder, or run without --full.",
        )
    return found


def _youtube(path: Path) -> Iterator[Message]:
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            text, label = row.get("CONTENT"), row.get("CLASS")
            if text and label in {"0", "1"}:
                yield _message(
                    f"{path.stem}/{number:05d}",
                    text,
                    label == "1",
                    name=row.get("AUTHOR") or "",
                    at=_date(row.get("DATE")),
                )


def _sms(path: Path) -> Iterator[Message]:
    chance = random.Random("sms")
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        label, _, text = line.partition("\t")
        if label in {"ham", "spam"} and text and chance.random() < SMS_SHARE:
            yield _message(f"sms/{number:05d}", text, label == "spam")


def _spam_titles(path: Path) -> Iterator[Message]:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines()):
        if line.strip():
            yield _message(f"{path.stem}/{number:05d}", line.strip(), True)


def _good_titles(path: Path) -> Iterator[Message]:
    titles = [
        line.strip() for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines() if line.strip()
    ]
    chosen = random.Random(path.stem).sample(range(len(titles)), min(TITLES, len(titles)))
    for number in sorted(chosen):
        yield _message(f"{path.stem}/{number:05d}", titles[number], False)


def _message(id: str, text: str, label: bool, *, name: str = "", at: datetime | None = None) -> Message:
    sender = f"{''.join(filter(str.isalnum, name)).lower() or id.replace('/', '-')}@people.invalid"
    return Message(
        id=id, sent_at=at, sender=sender, sender_name=name, relay_ip="", subject="", body_text=text, links=(),
        language=guess_language(text), label_spam=label, thread=id,
    )  # fmt: skip


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None
