"""The demo's pictures and videos: harmless shapes drawn by code, each saying which severity it stands for, reported in the last hours.

So that the workbench has media of every severity to veil and unveil without anything graphic in the program. They go the way of all media:
taken in, sealed, opened in the sandbox. Without the extra ``media`` there is nothing to draw with, and the demo has none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import msgspec

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import SOURCE
from watchfloor.identity.domain import system
from watchfloor.intake.rows import REPORT
from watchfloor.items.media import actions, decoding, work
from watchfloor.items.media.store import Incoming
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing

Row = tuple[str, str, dict[str, Any], datetime]  # kind, key, row, moment
SIZE = (720, 450)
FILM = (480, 270)
FILM_SECONDS, FILM_RATE = 12, 12
HOURS = 3  # before the fortnight's end
# (reason of the report, severity of its policy, how many, type of the item)
PLAN: tuple[tuple[str, int, int, str], ...] = (
    ("spam", 1, 6, "image"), ("harassment", 3, 5, "image"), ("scam", 3, 5, "image"),
    ("hate-speech", 3, 4, "image"), ("sexual", 3, 5, "image"),
    ("graphic", 4, 6, "image"), ("self-harm", 4, 4, "image"), ("child-abuse", 5, 1, "image"),
    ("graphic", 4, 1, "video"), ("scam", 3, 1, "video"), ("dangerous-dare", 4, 1, "live_stream"),
)  # fmt: skip


class Sample(msgspec.Struct, frozen=True):
    """One drawn medium and the report it draws. All of it is simulated."""

    number: int
    reason: str
    severity: int
    type: str


def rows(scenario: Scenario) -> Iterator[Row]:
    """Take the drawn media in, and yield the reports on the items that carry them, in order of time. Nothing without the extra."""
    if not (decoding.available("image") and decoding.available("video")):
        return
    samples = [(reason, severity, type) for reason, severity, count, type in PLAN for _ in range(count)]
    chance = random.Random(f"{scenario.seed}:pictures")
    chance.shuffle(samples)
    accounts = sorted(key for key, account in scenario.accounts.items() if not account.campaign)
    reporters = sorted(scenario.reporters)
    step = timedelta(hours=HOURS) / (len(samples) + 1)
    for number, (reason, severity, type) in enumerate(samples, start=1):
        moment = scenario.end - timedelta(hours=HOURS) + step * number
        sample = Sample(number, reason, severity, type)
        with clock.at(moment):
            receipt = take_in(film(sample) if type == "video" else still(sample))
        account = scenario.accounts[chance.choice(accounts)]
        yield (
            REPORT,
            f"picture-{number}",
            _report(sample, receipt, account, chance.choice(reporters), moment, chance),
            moment,
        )


def open_all() -> int:
    """Decode what was taken in, as the worker would; how many."""
    opened = 0
    while done := work.decode_due(16):
        opened += done
    return opened


def still(sample: Sample) -> bytes:
    """A picture as JPEG: a gradient, a few shapes, words."""
    out = BytesIO()
    drawn(sample, SIZE, 0.3).save(out, "JPEG", quality=85)
    return out.getvalue()


def film(sample: Sample) -> bytes:
    """A short video as MP4: the shapes move."""
    import av

    out = BytesIO()
    frames: Any = av.VideoFrame
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FILM_RATE, options={"preset": "ultrafast", "g": str(FILM_RATE)})
        stream.width, stream.height = FILM
        stream.pix_fmt = "yuv420p"
        count = FILM_SECONDS * FILM_RATE
        for number in range(count):
            container.mux(stream.encode(frames.from_image(drawn(sample, FILM, number / count))))
        container.mux(stream.encode())
    return out.getvalue()


def drawn(sample: Sample, size: tuple[int, int], phase: float) -> Any:
    """The drawing at a moment (0 to 1) of its film."""
    from PIL import Image, ImageDraw, ImageFont

    chance = random.Random(sample.number)
    width, height = size
    shade = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270])).resize(size)
    first, second = (tuple(chance.randrange(40, 216) for _ in range(3)) for _ in range(2))
    image = Image.composite(Image.new("RGB", size, first), Image.new("RGB", size, second), shade)
    draw = ImageDraw.Draw(image)
    for _ in range(7):
        x, y = (chance.random() + phase * chance.uniform(-1, 1)) % 1 * width, chance.random() * height
        radius = chance.uniform(0.05, 0.2) * height
        colour = tuple(chance.randrange(256) for _ in range(3))
        box = (x - radius, y - radius, x + radius, y + radius)
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)(box, fill=colour)
    font = ImageFont.load_default(height / 12)
    words = f"Sample {sample.number}\nstands for severity {sample.severity}\n({sample.reason}; drawn by code)"
    draw.multiline_text(
        (width * 0.06, height * 0.1), words, font=font, fill="white", stroke_width=3, stroke_fill="black"
    )
    return image


def take_in(data: bytes) -> str:
    """As the platform's upload does; the receipt."""
    file = Incoming(len(data))
    file.write(data)
    file.finish()
    with writing(system("demo"), on_behalf=f"source:{SOURCE}") as w:
        return encode("med", actions.received(w, file, how="upload", source=SOURCE).pk)


def _report(
    sample: Sample, receipt: str, account: Any, reporter: str, moment: datetime, chance: random.Random
) -> dict[str, Any]:
    """As Parley's back end would send it."""
    words = f"Sample {sample.number} (simulated)"
    data: dict[str, Any] = {"author_id": account.id, "created_at": (moment - timedelta(minutes=20)).isoformat()}
    alt = "Coloured shapes and words that say which severity this stands for"
    if sample.type == "live_stream":
        data |= {
            "title": words,
            "description": "A broadcast of coloured shapes",
            "thumbnail": receipt,
            "viewers": 240,
            "live": True,
        }
        data |= {"stream": "https://live.parley.example/sample"}
    elif sample.type == "video":
        data |= {"title": words, "caption": "Coloured shapes that move", "video": receipt, "alt_text": alt}
        data |= {"seconds": FILM_SECONDS, "views": 900}
    else:
        data |= {"caption": words, "image": receipt, "alt_text": alt}
    return {
        "item": {"type": sample.type, "id": f"sample-{sample.number}", "data": data},
        "reason": sample.reason,
        "reporter": {"kind": "user", "id": reporter},
        "channel": "user",
        "note": "",
        "market": account.market,
        "language": account.language,
        "surface": "feed",
        "reach": chance.randrange(20, 20_000),
        "reported_at": moment.isoformat(),
    }
