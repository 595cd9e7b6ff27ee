"""What is written down about security is what the program does: keys, callers, words, limits, classes, ways in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from tests.unit.docs.conftest import ROOT
from tests.unit.platform import test_source_rules as source

from watchfloor.identity import passwords

DECIDED = (ROOT / "docs/explanation/security-decisions.md").read_text(encoding="utf-8")


def part(title: str) -> str:
    """The text under a heading."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", DECIDED, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def test_every_key_is_in_the_inventory() -> None:
    used = {
        "".join(name)
        for text, _tree in source.files().values()
        for name in re.findall(r"""config\.secret\(["']([\w.-]+)["']\)|["']([a-z-]+\.key)["']""", text)
    }
    listed = set(
        re.findall(
            r"`([\w.-]+)`",
            "\n".join(line.split("|")[1] for line in part("Keys").splitlines() if line.startswith("| `")),
        )
    )
    assert used == listed and len(used) > 10


def test_keys_are_files_of_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.platform import config

    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))
    first = config.secret("some.key")
    assert config.secret("some.key") == first != config.secret("other.key") and len(first) == 64
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0 and (tmp_path / "home/keys").stat().st_mode & 0o077 == 0
    assert (tmp_path / "home/keys/some.key").stat().st_mode & 0o177 == 0


def test_every_caller_is_listed() -> None:
    listed = set(
        re.findall(
            r"`([\w/]+\.py)`",
            "\n".join(
                line.split("|")[1] for line in part("What is called outside").splitlines() if line.startswith("| `")
            ),
        )
    )
    assert listed == set(source.CALLERS)


def test_words_that_are_no_passwords_are_listed() -> None:
    assert set(passwords.WORDS) <= set(re.findall(r"`(\w+)`", part("Signing in")))


def test_passwords_are_kept_by_a_slow_hash() -> None:
    from django.contrib.auth.hashers import ScryptPasswordHasher

    assert settings_of("PASSWORD_HASHERS")[0].endswith("ScryptPasswordHasher")
    made = ScryptPasswordHasher
    assert (made.work_factor, made.block_size, made.parallelism) == (2**14, 8, 5) and "N 16384, r 8, p 5" in part(
        "Keys"
    )


def test_sessions_end_as_it_says() -> None:
    said = part("Sessions")
    assert (
        f"({settings.SESSION_IDLE_MINUTES})" in said
        and settings.SESSION_COOKIE_AGE == 14 * 86_400
        and "two weeks" in said
    )
    assert settings.SESSION_ENGINE.endswith("backends.db")


def test_ways_in_are_listed_with_what_slows_them() -> None:
    from allauth.account import app_settings

    said = part("Signing in")
    for way in ("password", "passkey", "one-time link", "API token", "set-up code", "demo cards"):
        assert f"| {way} |" in said
    assert app_settings.RATE_LIMITS["login_failed"] == "10/m/ip,5/300s/key" and "ten failed attempts a minute" in said
    assert settings.PASSWORD_RESET_TIMEOUT == 72 * 3600 and "72 hours" in said
    assert not {"phone", "sms", "question", "hint"} & {each.lower() for each in settings.MFA_SUPPORTED_TYPES}


def test_limits_uploads_logs_and_classes_are_there() -> None:
    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    for title in ("What costs much, and its bound", "Files that come in"):
        for name in re.findall(r"WATCHFLOOR_\w+", part(title)):
            assert f"`{name}`" in reference, name
    from watchfloor.training.domain import xmltree

    assert f"{xmltree.LONGEST // 1_000_000} MB of XML, {xmltree.DEEPEST} deep" in part("Files that come in")
    assert "five files of 10 MB" in part("Logs") and "watchfloor.security" in part("Logs")
    from watchfloor.platform import logs

    assert "maxBytes=10_000_000, backupCount=4" in Path(logs.__file__).read_text(encoding="utf-8")
    for name in ("restricted", "private", "internal", "public"):
        assert f"| **{name}** |" in part("Classes of data")


def settings_of(name: str) -> list[str]:
    """A setting as the file has it; tests hash passwords in a faster way."""
    text = (ROOT / "src/watchfloor/platform/settings.py").read_text(encoding="utf-8")
    return re.findall(r'"([\w.]+)"', text[text.index(f"{name} = [") :].partition("]")[0])


def test_the_threat_model_names_what_exists() -> None:
    text = (ROOT / "docs/explanation/threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 25
    for path, function in named:
        assert re.search(rf"^def {function}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (
            path,
            function,
        )
    assert all(f"| {letter}" in text or f", {letter} " in text for letter in "STRIDE")
    assert "within 3 days" in text and "every month" in text
