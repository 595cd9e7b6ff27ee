"""``watchfloor media hash|match|cluster|watch``: what they print, what they leave out, and errors in one sentence."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from tests.support.films import RATE, film

from watchfloor.cli.media import media
from watchfloor.engines.matching import videos
from watchfloor.kernel.errors import BadInput

A, B, C = "0f" * 32, "0f" * 31 + "0e", "f0" * 32


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(media, [str(each) for each in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def picture(path: Path, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    grey = Image.fromarray((rng.random((12, 12)) * 255).astype(np.uint8)).resize((240, 180), Image.Resampling.BICUBIC)
    grey.save(path)
    return path


def test_hash_says_all_there_is_of_a_picture_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "good.png", 1), tmp_path / "note.txt"
    bad.write_text("no picture")
    code, out, err = run("hash", "--variants", bad, good, tmp_path / "missing")
    assert code == 1
    made = json.loads(out)
    assert (made["file"], made["kind"], made["width"], made["height"]) == (str(good), "image", 240, 180)
    assert made["variants"]["as it is"] == made["pdq"] and len(made["variants"]) == 8
    assert made["quality"] > 50 and made["frames"] is None
    assert f"{bad}: left out: It cannot be read as a picture" in err
    assert "missing: left out: it cannot be read: No such file or directory." in err


def test_match_finds_each_pair_and_names_bad_rows_by_their_lines(tmp_path: Path) -> None:
    bank, asked = tmp_path / "bank.csv", tmp_path / "asked.csv"
    bank.write_text(f"name,pdq\nfirst,{A}\nsecond,{C}\nbroken,123\n")
    asked.write_text(f"hash\n{B}\n{'ab' * 32}\n")
    code, out, err = run("match", bank, asked, "--json")
    made = json.loads(out)
    assert code == 0
    assert made["rows"] == [{"query": "line 2", "line": 2, "bank": "first", "bank_line": 2, "distance": 1}]
    assert (made["bank"], made["queries"], made["matched"], made["left_out"]) == (2, 2, 1, 1)
    assert "bank.csv:4: left out: '123' is not a hash of 64 hexadecimal digits." in err
    code, out, err = run("match", bank, asked, "--radius", "0")
    assert "Nothing lies within the radius." in out


def test_match_reads_a_plain_list_and_a_column_by_name_or_number(tmp_path: Path) -> None:
    plain, odd = tmp_path / "plain.txt", tmp_path / "odd.csv"
    plain.write_text(f"{A}\n{C}\n")
    odd.write_text(f"what,print\nx,{A}\n")
    assert json.loads(run("match", plain, plain, "--json")[1])["pairs"] == 2
    with pytest.raises(BadInput, match=r"No column of .* is called as hashes are") as told:
        run("match", odd, plain)
    assert "what, print" in told.value.hint
    with pytest.raises(BadInput, match="cannot be read"):
        run("match", tmp_path / "none.csv", plain)
    assert json.loads(run("match", odd, odd, "--column", "print", "--json")[1])["pairs"] == 1


def test_cluster_groups_a_folder_and_a_table(tmp_path: Path) -> None:
    for name, seed in (("a.png", 1), ("b.png", 1), ("c.png", 2)):
        picture(tmp_path / name, seed)
    Image.new("L", (90, 90)).save(tmp_path / "plain.png")
    (tmp_path / "note.txt").write_text("x")
    code, out, _ = run("cluster", tmp_path, "--json")
    made = json.loads(out)
    assert code == 0
    assert made["groups"] == [{"size": 2, "representative": "a.png", "members": ["a.png", "b.png"]}]
    assert (made["alone"], made["too_plain"], made["left_out"]) == (1, 1, 1)
    rows = tmp_path / "rows.csv"
    rows.write_text(f"id,hash\n1,{A}\n2,{B}\n3,{C}\n")
    assert "1 group; 1 like no other." in run("cluster", rows)[1]


def test_watch_prints_a_line_for_what_it_sees(tmp_path: Path) -> None:
    stream, bank = tmp_path / "stream.mp4", tmp_path / "bank.csv"
    stream.write_bytes(film([1, 2, 50, 51, 3], key_every=RATE))
    known = videos.key_frames(BytesIO(film([50, 51], key_every=RATE))).frames
    bank.write_text("name,hash\n" + "".join(f"known,{frame.hex}\n" for frame in known))
    code, out, _ = run("watch", stream, "--bank", bank)
    seen = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["known"], each["at"], each["delay"]) for each in seen] == [("known", 2.0, 0.0)]
    with pytest.raises(BadInput, match="cannot be read as a video"):
        run("watch", tmp_path / "bank.csv", "--bank", bank)
