"""Content credentials are checked in the cage: what holds, what was changed, who is trusted; nothing of it is believed from the file."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from tests.support.credentials import CAMERA, house, signed
from tests.support.manifests import in_jpeg, store
from tests.support.media import Bytes, film, photo

from watchfloor.cli.main import cli
from watchfloor.items.media import credentials, decoding
from watchfloor.items.media.contracts import Credentials
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.sniff import sniff
from watchfloor.kernel.errors import BadInput, MissingExtra


def checked(data: bytes, trust: Path | None = None) -> Credentials:
    kind = sniff(data[:4096])
    assert kind is not None
    return credentials.check(Bytes(data), kind, trust)


def test_what_holds_what_was_changed_and_whom_the_house_trusts(tmp_path: Path) -> None:
    by, other = house(), house()
    list_of_ours, list_of_others = tmp_path / "ours.pem", tmp_path / "others.pem"
    list_of_ours.write_bytes(by.root)
    list_of_others.write_bytes(other.root)
    for mime, plain in (
        ("image/jpeg", photo(1, size=(64, 64))),
        ("image/png", photo(1, "PNG", size=(64, 64))),
        ("image/webp", photo(1, "WEBP", size=(64, 64))),
        ("video/mp4", film(2)),
    ):
        data = signed(plain, mime, by)
        alone = checked(data)
        assert (alone.standing, alone.signer, alone.by_ai) == ("untrusted", "Ada Example, Example Ltd", True), mime
        assert alone.problems == ("signingCredential.untrusted",) and alone.checked_at
        trusted = checked(data, list_of_ours)
        assert (trusted.standing, trusted.problems) == ("trusted", ()), mime
        assert checked(data, list_of_others).standing == "untrusted"
        broken = bytearray(data)
        broken[-4 if mime != "video/mp4" else data.index(b"mdat") + 40] ^= 1
        found = checked(bytes(broken), list_of_ours)
        assert found.standing in ("invalid", "unreadable") and found.problems, mime
    assert not checked(signed(photo(1, size=(64, 64)), "image/jpeg", by, source=CAMERA)).by_ai
    held = decoding.decode(Bytes(data), sniff(data[:4096]), credentials="")  # type: ignore[arg-type]
    assert isinstance(held, Made) and "system-call filter" in held.held and not held.renditions


def test_credentials_that_were_only_written_down_do_not_hold() -> None:
    pytest.importorskip("c2pa", reason='the extra is not installed: pip install "watchfloor[provenance]"')
    found = checked(in_jpeg(photo(1, size=(64, 64)), store()))
    assert found.standing in ("invalid", "unreadable") and not found.by_ai


def test_mutated_files_never_hold_and_take_nobody_along(tmp_path: Path) -> None:
    by, chance = house(), random.Random(5)
    trust = tmp_path / "ours.pem"
    trust.write_bytes(by.root)
    whole = signed(photo(1, size=(32, 32)), "image/jpeg", by)
    seen = set()
    for _ in range(40):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(20, len(broken))] ^= 1 << chance.randrange(8)
        found = checked(bytes(broken), trust)
        seen.add(found.standing)
        assert found.standing != "trusted" or bytes(broken) == whole, found
    assert seen <= {"invalid", "unreadable", "untrusted"} and "invalid" in seen
    assert checked(whole, trust).standing == "trusted"


def test_a_child_that_only_read_a_file_cannot_say_that_it_was_checked() -> None:
    with pytest.raises(ValueError, match="checked nothing"):
        decoding._provenance({"manifests": 1, "checked": {"standing": "trusted"}})
    with pytest.raises(ValueError, match="more than a check"):
        decoding._checked({"standing": "trusted", "signer": "a" * 400})


def test_without_the_library_the_command_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "installed", lambda name: name != "c2pa")
    data = photo(1, size=(32, 32))
    with pytest.raises(MissingExtra) as problem:
        checked(data)
    assert 'pip install "watchfloor[provenance]"' in problem.value.hint


def test_the_command_says_it_of_plain_files(tmp_path: Path) -> None:
    by = house()
    plain, made, words, trust = (tmp_path / name for name in ("plain.jpg", "made.jpg", "words.txt", "ours.pem"))
    plain.write_bytes(photo(1, size=(64, 64)))
    made.write_bytes(signed(plain.read_bytes(), "image/jpeg", by))
    words.write_text("no picture")
    trust.write_bytes(by.root)
    files = [str(plain), str(made)]
    run = CliRunner().invoke(cli, ["media", "credentials", *files, "--trust", str(trust), "--json"])
    assert run.exit_code == 0, run.output
    rows = json.loads(run.stdout)["files"]
    assert [(row["standing"], row["by_ai"]) for row in rows] == [("absent", False), ("trusted", True)]
    run = CliRunner().invoke(cli, ["media", "credentials", str(words), str(made)])
    assert run.exit_code == 1 and "untrusted" in run.stdout and "left out" in run.stderr
    run = CliRunner().invoke(cli, ["media", "credentials", str(made), "--trust", str(words)])
    assert isinstance(run.exception, BadInput) and "no list of certificates" in str(run.exception)
    with pytest.raises(BadInput, match="cannot be read"):
        checked(made.read_bytes(), tmp_path / "none.pem")
    Image.open(made).load()  # what was signed is a picture still
