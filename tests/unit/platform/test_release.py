"""A release says what it consists of, is locked and signed, and holds no secret and nothing that is not the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from release_tools import files

from watchfloor.platform import bill

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}",
    "a token of ours": r"\bwf_[A-Za-z0-9_-]{43}\b",
    "a webhook secret": r"\bwhsec_[A-Za-z0-9+/]{40,}={0,2}",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})\b",
    "a token of Slack": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of Stripe": r"\b[sr]k_live_[0-9A-Za-z]{20,}",
    "a token of GitLab or PyPI": r"\b(?:glpat-[\w-]{20}|pypi-AgE[\w-]{50,})",
    "a signed token": r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
    "a password in an address": r"\b(?:postgres(?:ql)?|redis|amqp|https?)://[\w.-]+:(?!password|secret|x@|pass@|b@|p@)[^@\s/'\"{}<>]{10,}@",
}


def tracked(folder: str = "") -> list[Path]:
    """Files that git keeps."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git here, or no checkout")
    done = subprocess.run(
        [git, "-C", str(ROOT), "ls-files", "-z", folder or "."], capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_the_bill_names_what_is_installed() -> None:
    made = bill.bill(at=AT)
    assert made == bill.bill(at=AT) and (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    refs = [each["bom-ref"] for each in made["components"]]
    assert len(refs) == len(set(refs)) > 30
    names = {each["name"].lower().replace("_", "-") for each in made["components"]}
    for need in PROJECT["project"]["dependencies"]:
        assert re.match(r"[\w-]+", need)[0].lower() in names, need  # type: ignore[index]
    known = {made["metadata"]["component"]["bom-ref"], *refs}
    assert {each["ref"] for each in made["dependencies"]} == known
    assert all(set(each["dependsOn"]) <= known for each in made["dependencies"])
    assert "pytest" not in names and not any(name.startswith("types-") for name in names)


def test_the_bill_keeps_to_its_schema() -> None:
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason='pip install "cyclonedx-python-lib[json-validation]"'
    )
    import json

    from cyclonedx.schema import SchemaVersion

    assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill.bill(at=AT))) is None


def test_every_locked_package_has_checksums() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked: dict[str, int] = {}
    name = ""
    for line in text.splitlines():
        if found := re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==\S+", line):
            name = found[1].lower().replace("_", "-")
            locked.setdefault(name, 0)
        elif re.match(r"\s+--hash=sha256:[0-9a-f]{64}\b", line):
            locked[name] += 1
    assert len(locked) > 30 and all(locked.values()), [name for name, count in locked.items() if not count]
    for need in PROJECT["project"]["dependencies"]:
        assert re.match(r"[\w-]+", need)[0].lower() in locked, f"{need}: run `make lock`"  # type: ignore[index]
    assert "://" not in re.sub(r"#.*", "", text)  # from the index by name, never from an address


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen here")
def test_a_release_is_signed_and_any_change_is_seen(tmp_path: Path) -> None:
    key, folder, signers = tmp_path / "key", tmp_path / "dist", tmp_path / "signers"
    folder.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", str(key)], check=True)
    signers.write_text(f'release@watchfloor namespaces="{files.SPACE}" ' + key.with_suffix(".pub").read_text())
    for name in ("watchfloor-1-py3-none-any.whl", "bom.json"):
        (folder / name).write_bytes(name.encode())
    files.sign(files.write_sums(folder), key)
    assert files.verify(folder, signers, "release@watchfloor") == []
    assert files.verify(folder, signers, "somebody@else") != []
    (folder / "bom.json").write_bytes(b"other")
    (folder / "more.txt").write_bytes(b"")
    assert files.verify(folder, signers, "release@watchfloor") == [
        "bom.json is not what was signed.",
        "more.txt is not listed.",
    ]
    files.write_sums(folder)
    assert files.verify(folder, signers, "release@watchfloor") == ["SHA256SUMS is not signed by release@watchfloor."]


def test_no_secret_is_in_the_repository() -> None:
    found = []
    wanted = {kind: re.compile(pattern) for kind, pattern in SECRETS.items()}
    for path in tracked():
        if path.suffix in {".png", ".woff2", ".svg", ".po", ".lock"} or not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {kind}" for kind, pattern in wanted.items() if pattern.search(text)]
    assert not found, "\n".join(found)
    assert not [
        path
        for path in tracked()
        if path.name in {".env", "id_rsa", "id_ed25519", ".netrc", ".pypirc"} or path.suffix in {".pem", ".p12", ".key"}
    ]


def test_the_wheel_holds_the_program_and_nothing_else() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["src/watchfloor"]
    for path in tracked("src/watchfloor"):
        parts = path.relative_to(ROOT / "src/watchfloor").parts
        assert not {".git", ".svn", "tests", "test", "node_modules", ".github"} & set(parts) and not parts[
            -1
        ].startswith("test_"), path
