"""Made-up values for the gallery: each state of each component once, fixed, so that two pictures of it can be compared."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.templatetags.static import static

from watchfloor.items.media.contracts import Action, Credentials, Line, Provenance
from watchfloor.kernel import clock
from watchfloor.workforce.domain.filters import Filters

COLUMNS: list[dict[str, Any]] = [
    {"key": "queue", "label": "Queue", "sort": "queue"},
    {"key": "open", "label": "Open", "sort": "open", "number": True},
    {"key": "incoming", "label": "In / h", "sort": "incoming", "number": True},
    {"key": "solved", "label": "Solved / h", "sort": "solved", "number": True},
    {"key": "aht", "label": "AHT", "sort": "aht", "number": True, "title": "Average handling time"},
    {"key": "oldest", "label": "Oldest", "sort": "oldest", "number": True},
    {"key": "next", "label": "Next due", "sort": "due"},
    {"key": "staff", "label": "Staffed / needed", "number": True},
    {"key": "trend", "label": "Last 12 h"},
]


def _queues() -> list[dict[str, Any]]:
    now = clock.now()
    rows = []
    for index, (name, open_, incoming, solved, aht, oldest, due, staff, need) in enumerate(
        [
            ("hate.en.tier1", 812, 120, 98, 41, 125, 11, 11, 13),
            ("spam.es.tier1", 1204, 640, 410, 12, 66, 44, 18, 18),
            ("graphic.tier2", 96, 14, 15, 88, 552, -9, 4, 4),
            ("minor-safety", 3, 1, 1, 340, 18, 27, 3, 2),
            ("appeals.de", 58, 6, 7, 195, 1420, 400, 2, 2),
            ("impersonation", 241, 33, 31, 64, 300, 95, 5, 5),
        ]
    ):
        rows.append({
            "name": name, "url": "#tables", "open": open_, "incoming": incoming, "solved": solved, "aht": aht,
            "oldest": timedelta(minutes=oldest), "due": now + timedelta(minutes=due), "staff": staff, "need": need,
            "trend": [round(40 + 18 * math.sin((hour + index * 2) / 2.1) + hour * (index % 3)) for hour in range(12)],
        })  # fmt: skip
    return rows


def _series() -> dict[str, Any]:
    end = clock.now().replace(minute=0, second=0, microsecond=0)
    hours = [end - timedelta(hours=71 - index) for index in range(72)]
    expected = [120 + 60 * math.sin((hour.hour - 8) / 24 * 2 * math.pi) for hour in hours]
    incoming = [
        round(value * (1 + 0.06 * math.sin(index * 1.7)) + (180 if index > 64 else 0))
        for index, value in enumerate(expected)
    ]
    solved: list[int | None] = [round(value * 0.97 + 8 * math.sin(index)) for index, value in enumerate(expected)]
    solved[30:33] = [None, None, None]
    return {
        "times": [int(hour.timestamp()) for hour in hours],
        "series": [{"name": "Incoming", "values": incoming}, {"name": "Solved", "values": solved}],
        "band": {
            "low": [round(value * 0.85) for value in expected],
            "high": [round(value * 1.15) for value in expected],
        },
        "band_name": "expected for the hour",
        "marks": [{"at": int(hours[64].timestamp()), "label": "Rule R12 paused"}],
    }


HOSTILE = (
    "Hi love! Your parcel is waiting — pay the fee at pay\u200bpal-secure\u202egpj.exe and win 500\u00ad$.\n"
    "<script>alert('no')</script> <b>not bold</b>\n"
    "Family: \U0001f468\u200d\U0001f469\u200d\U0001f467 stays whole, "
    "Z\u0335\u0321\u0322\u0327\u0328\u031b\u0316\u0317 does not crawl. می\u200cخواهم"
)

TREE: list[dict[str, Any]] = [
    {
        "value": "attack", "label": "Attacks a person or group", "question": "For what trait?", "children": [
            {"value": "protected", "label": "A protected trait", "clause": "4.2 b · overlay DE: § 130 StGB", "severity": 4},
            {"value": "other", "label": "Another trait", "clause": "4.5 Harassment", "severity": 2},
        ],
    },
    {"value": "quote", "label": "Quotes or condemns an attack", "clause": "4.2 exceptions: counter-speech, news"},
    {"value": "none", "label": "No attack"},
]  # fmt: skip

POLICY_BEFORE = """4.2 Hate speech
We remove attacks on people for a protected trait.
Protected traits are: origin, religion, disability, gender, sexual orientation.
Exceptions
Quoting in order to condemn is allowed.
News reporting is allowed.
Self-reference is allowed.
Appeals
An affected user may appeal within 180 days.
Another reviewer decides."""

POLICY_AFTER = POLICY_BEFORE.replace("origin, religion,", "origin, caste, religion,").replace("180 days", "six months")


class SampleMedia(NamedTuple):
    """The shape of ``items.media.contracts.MediaView``, with pictures of our own in it: gradients, and a clip of one second."""

    kind: str
    id: str
    small_url: str = ""
    poster_url: str = ""
    strip_url: str = ""
    frames: int = 0
    play_url: str = ""
    width: int = 0
    height: int = 0
    duration_s: float | None = None
    marks: tuple[Any, ...] = ()
    alt: str = ""
    frame_times: tuple[float, ...] = ()
    state: str = "ready"
    why: str = ""
    restricted: bool = False
    waveform: tuple[int, ...] = ()
    words: tuple[Any, ...] = ()
    provenance: Provenance = Provenance()


class SampleMark(NamedTuple):
    """A place on a video's timeline worth looking at."""

    at_s: float
    label: str


def _media() -> dict[str, Any]:
    small, whole, strip = (static(f"console/sample{name}.svg") for name in ("-small", "", "-strip"))
    clip = static("console/sample.webm")
    return {
        "filters": Filters(locked=("mute",), mild=True),
        "picture": SampleMedia(
            "image", "med_picture", small, whole, width=640, height=360, alt="Picture attached to the message",
            provenance=Provenance(manifests=1, generator="Painter 2.0", signer="Example Ltd", ingredients=1, actions=(
                Action("c2pa.created", "Dream 7", "trainedAlgorithmicMedia"), Action("c2pa.cropped")),
                checked=Credentials("untrusted", signer="Ada Example, Example Ltd", by_ai=True, problems=("signingCredential.untrusted",))),
        ),
        "video": SampleMedia(
            "video", "med_video", strip_url=strip, frames=8, play_url=clip, width=64, height=36, duration_s=8.0,
            marks=(SampleMark(2.0, "matches a bank"), SampleMark(6.0, "reported here")), frame_times=tuple(range(8)),
        ),
        "sound": SampleMedia(
            "audio", "med_sound", play_url=clip, duration_s=1.0,
            waveform=tuple(round(60 + 40 * math.sin(place / 9) * math.sin(place / 70)) for place in range(600)),
            words=(Line(0.0, "They said they would come to the house."), Line(0.6, "Then it went quiet.")),
        ),
        "mild": SampleMedia("image", "med_mild", small, whole, width=640, height=360, alt="A landscape"),
        "waiting": SampleMedia("image", "med_waiting", state="decoding", why="It is still being decoded."),
    }  # fmt: skip


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything ``gallery.html`` shows."""
    now = clock.now()
    return {
        "columns": COLUMNS,
        "media": _media(),
        "queues": _queues(),
        "query": request.GET,
        "series": _series(),
        "hostile": HOSTILE,
        "hits": [(HOSTILE.index("pay the fee"), HOSTILE.index("pay the fee") + 11)],
        "tree": TREE,
        "policy_before": POLICY_BEFORE,
        "policy_after": POLICY_AFTER,
        "now": now,
        "times": {
            "far": now + timedelta(hours=7), "soon": now + timedelta(minutes=11), "late": now - timedelta(minutes=9),
            "hour": now - timedelta(hours=1), "day": now - timedelta(days=1, hours=3), "week": now - timedelta(days=6),
        },
        "filters": [
            {"name": "q", "label": "Search queues", "type": "search"},
            {"name": "market", "label": "All markets", "chip": "Market", "options": [("de", "Germany"), ("es", "Spain"), ("jp", "Japan")]},
            {"name": "vendor", "label": "All vendors", "chip": "Vendor", "options": [("a", "Vendor A"), ("b", "Vendor B")]},
        ],
        "bars": [
            {"name": "spam.es", "value": 412, "low": 388, "high": 437},
            {"name": "hate.en", "value": 120, "low": 102, "high": 139},
            {"name": "graphic", "value": 64, "low": 50, "high": 81},
            {"name": "impersonation", "value": 33, "low": 22, "high": 47},
        ],
    }  # fmt: skip
