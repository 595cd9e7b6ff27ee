"""``watchfloor media hash|match|cluster|watch`` on plain files: no server, no database. Reads files of one's own, in this process."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from watchfloor.cli.media_rows import read_hashes, tell_bad
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.cli.text_rows import BadRow
from watchfloor.engines.matching.pdq import ENOUGH, RADIUS
from watchfloor.kernel.errors import BadInput

_FEW = 256  # questions asked at once
radius_option = click.option(
    "--radius",
    default=RADIUS,
    show_default=True,
    type=click.IntRange(0, 128),
    help="Bits two hashes of one picture may differ in.",
)
column_option = click.option(
    "--column", metavar="COL", help="Column of the hash; a number (from 1) if there is no header line."
)
_FILE = click.Path(path_type=Path)


class Hashed(NamedTuple):
    """What is known of a file: one JSON line."""

    file: str
    kind: str
    pdq: str | None
    quality: int | None
    md5: str
    sha256: str
    bytes: int
    width: int | None
    height: int | None
    seconds: float | None
    frames: list[dict[str, Any]] | None


@click.command("hash")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--exact", is_flag=True, help="Read every pixel of a large JPEG: slower, and exactly what the reference finds."
)
@click.option(
    "--variants", is_flag=True, help="Also the hashes of the eight ways a picture can be turned and mirrored."
)
@click.option(
    "--every", type=click.FloatRange(0), help="Seconds between frames of a video, 0 for all; default: key frames first."
)
def hash_command(files: tuple[Path, ...], exact: bool, variants: bool, every: float | None) -> None:
    """PDQ, MD5 and SHA-256 of FILES (or of all files in a folder), one JSON line each. Exit code 1 if one cannot be read."""
    found = list(_files(files))
    failed = 0
    with Bar("Hashing", len(found)) as bar:
        for path in found:
            try:
                made: dict[str, Any] = _hashed(path, exact=exact, every=every)._asdict()
                if variants and made["kind"] == "image":
                    from watchfloor.engines.matching import hash_variants

                    made["variants"] = {name: each.hex for name, each in hash_variants(path.read_bytes()).items()}
                click.echo(msgspec.json.encode(made).decode())
            except BadInput as problem:
                failed += 1
                click.echo(f"{path}: left out: {problem.message}", err=True)
            bar.step()
    if failed:
        sys.exit(1)


@click.command("match")
@click.argument("bank", type=_FILE)
@click.argument("queries", type=_FILE)
@radius_option
@column_option
@json_option
def match_command(bank: Path, queries: Path, radius: int, column: str | None, as_json: bool) -> None:
    """Which hashes of QUERIES lie near which of BANK: every pair within the radius, none left out. Both are tables."""
    from watchfloor.engines.matching.hashes import rows_of
    from watchfloor.engines.matching.index import HashIndex

    bad: list[BadRow] = []
    known, asked = read_hashes(bank, column, bad), read_hashes(queries, column, bad)
    tell_bad(bad)
    index = HashIndex()
    if known:
        index.add(list(range(len(known))), rows_of([each.hex for each in known]))
    rows: list[dict[str, Any]] = []
    with Bar("Looking up", len(asked)) as bar:
        for start in range(0, len(asked), _FEW):
            part = asked[start : start + _FEW]
            for question, place, distance in zip(
                *index.search(rows_of([each.hex for each in part]), radius), strict=True
            ):
                query, entry = part[question], known[place]
                rows.append(
                    {
                        "query": query.name,
                        "line": query.line,
                        "bank": entry.name,
                        "bank_line": entry.line,
                        "distance": int(distance),
                    }
                )
            bar.step(len(part))
    hit = len({row["line"] for row in rows})
    counts = {
        "bank": len(known),
        "queries": len(asked),
        "matched": hit,
        "pairs": len(rows),
        "left_out": len(bad),
        "radius": radius,
    }
    summary = f"{hit:,} of {len(asked):,} lie within {radius} bits of one of {len(known):,} in the bank."
    text = f"{table(rows, ['query', 'line', 'bank', 'bank_line', 'distance'], empty='Nothing lies within the radius.')}\n{summary}"
    emit({**counts, "rows": rows}, as_json=as_json, text=text)


@click.command("cluster")
@click.argument("source", type=_FILE)
@radius_option
@column_option
@json_option
def cluster_command(source: Path, radius: int, column: str | None, as_json: bool) -> None:
    """Groups of near-duplicates: of the pictures in a folder, or of the hashes in a table; each with one that stands for it."""
    from watchfloor.engines.matching.groups import groups
    from watchfloor.engines.matching.hashes import rows_of
    from watchfloor.engines.matching.index import HashIndex

    bad: list[BadRow] = []
    if source.is_dir():
        named, weak = _pictures(source, bad)
    else:
        named, weak = [(each.name, each.hex) for each in read_hashes(source, column, bad)], 0
    tell_bad(bad)
    index = HashIndex()
    rows = rows_of([digits for _, digits in named])
    pairs: list[tuple[int, int]] = []
    if named:
        index.add(list(range(len(named))), rows)
    with Bar("Comparing", len(named)) as bar:
        for start in range(0, len(named), _FEW):
            found = index.search(rows[start : start + _FEW], radius)
            pairs += [
                (start + left, right)
                for left, right in zip(found[0].tolist(), found[1].tolist(), strict=True)
                if start + left < right
            ]
            bar.step(min(_FEW, len(named) - start))
    found_groups = groups(len(named), pairs)
    made = [
        {
            "size": len(group.members),
            "representative": named[group.representative][0],
            "members": [named[each][0] for each in group.members],
        }
        for group in found_groups
    ]
    alone = len(named) - sum(len(group.members) for group in found_groups)
    summary = f"{len(made):,} group{'' if len(made) == 1 else 's'}; {alone:,} like no other."
    if weak:
        summary += f" {weak:,} show too little to be compared (quality below {ENOUGH})."
    shown = [{"size": each["size"], "representative": each["representative"]} for each in made]
    text = f"{table(shown, ['size', 'representative'], empty='No two are alike.')}\n{summary}"
    emit(
        {"groups": made, "alone": alone, "too_plain": weak, "left_out": len(bad), "radius": radius},
        as_json=as_json,
        text=text,
    )


@click.command("watch")
@click.argument("stream")
@click.option("--bank", required=True, type=_FILE, help="Table of known hashes; of known videos, a row for each frame.")
@radius_option
@column_option
@click.option("--at-rate", is_flag=True, help="Read a file no faster than it plays, as if it were live.")
def watch_command(stream: str, bank: Path, radius: int, column: str | None, at_rate: bool) -> None:
    """Known content in a video while it runs: one JSON line each time it appears. STREAM is a file, or an address FFmpeg knows."""
    from watchfloor.engines.matching.clips import ClipBank
    from watchfloor.engines.matching.live import watch
    from watchfloor.engines.matching.videos import Frame

    bad: list[BadRow] = []
    by_name: dict[str, list[Frame]] = {}
    for each in read_hashes(bank, column, bad):
        frames = by_name.setdefault(each.name, [])
        frames.append(Frame(len(frames), float(len(frames)), each.hex, 100))
    tell_bad(bad)
    known = ClipBank()
    known.add_all(list(by_name.items()))
    for seen in watch(stream, known, radius=radius, at_rate=at_rate):
        click.echo(msgspec.json.encode(seen._asdict()).decode())


def _files(named: tuple[Path, ...]) -> Iterator[Path]:
    for path in named:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path


def _hashed(path: Path, *, exact: bool, every: float | None) -> Hashed:
    from watchfloor.engines.matching import digests, grey_of
    from watchfloor.engines.matching.pdq import of_grey

    try:
        with path.open("rb") as file:
            sums = digests(file)
    except OSError as error:
        raise BadInput("unreadable", f"it cannot be read: {error.strerror or error}.") from error
    if _looks_like_video(path):
        from watchfloor.engines.matching.videos import hash_video

        video = hash_video(path, every=every)
        frames = [frame._asdict() for frame in video.frames]
        return Hashed(
            str(path),
            "video",
            None,
            None,
            sums.md5,
            sums.sha256,
            sums.size,
            video.width,
            video.height,
            round(video.seconds, 3),
            frames,
        )
    picture = grey_of(path.read_bytes(), exact=exact, upright=False)
    made = of_grey(picture.grey)
    return Hashed(
        str(path),
        "image",
        made.hex,
        made.quality,
        sums.md5,
        sums.sha256,
        sums.size,
        picture.width,
        picture.height,
        None,
        None,
    )


def _looks_like_video(path: Path) -> bool:
    """By its first bytes, or else its name; a moving GIF or WebP counts as the picture it begins with."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp":
        return head[8:12] not in (b"avif", b"avis", b"heic", b"mif1")
    if head[:4] in (b"\x1a\x45\xdf\xa3", b"OggS", b"FLV\x01") or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    if head[:2] == b"\xff\xd8" or head[:4] in (b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*") or head[:2] == b"BM":
        return False
    return (mimetypes.guess_type(path.name)[0] or "").startswith("video/")


def _pictures(folder: Path, bad: list[BadRow]) -> tuple[list[tuple[str, str]], int]:
    """(name, hash) of every picture in a folder that can be compared, and how many show too little."""
    from watchfloor.engines.matching import hash_picture

    files = [path for path in _files((folder,)) if not _looks_like_video(path)]
    made, weak = [], 0
    with Bar("Hashing", len(files)) as bar:
        for path in files:
            try:
                found = hash_picture(path.read_bytes())
                if found.quality >= ENOUGH:
                    made.append((str(path.relative_to(folder)), found.hex))
                else:
                    weak += 1
            except (BadInput, OSError) as problem:
                bad.append(BadRow(str(path.relative_to(folder)), 0, getattr(problem, "message", str(problem))))
            bar.step()
    return made, weak
