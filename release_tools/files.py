"""Checksums of a release's files, and their signature by a key that ``ssh-keygen`` has: what any machine can check with what it has.

python -m release_tools.files dist --key ~/.ssh/release     writes SHA256SUMS and signs it
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
from pathlib import Path

# ruff: noqa: S603, S607 - our own arguments; ssh-keygen is wherever the machine has it

SUMS = "SHA256SUMS"
SPACE = "watchfloor-release"  # a signature for anything else is none for this


def write_sums(folder: Path) -> Path:
    """One line for each file of the folder, as ``sha256sum -c`` reads them."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(SUMS))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]
    sums = folder / SUMS
    sums.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sums


def sign(sums: Path, key: Path) -> Path:
    """``SHA256SUMS.sig`` beside it."""
    signature = sums.with_name(f"{SUMS}.sig")
    signature.unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", SPACE, "-f", str(key), str(sums)], check=True, capture_output=True
    )
    return signature


def verify(folder: Path, signers: Path, who: str) -> list[str]:
    """What is wrong with a release, in sentences; nothing when it is whole and signed by ``who``."""
    sums = folder / SUMS
    with sums.open("rb") as text:
        done = subprocess.run(
            ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", who, "-n", SPACE, "-s", f"{sums}.sig"],
            stdin=text, capture_output=True, check=False,
        )  # fmt: skip
    wrong = [] if done.returncode == 0 else [f"{SUMS} is not signed by {who}."]
    listed = dict(reversed(line.split("  ", 1)) for line in sums.read_text(encoding="utf-8").splitlines())
    for path in sorted(folder.iterdir()):
        if path.name.startswith(SUMS):
            continue
        if path.name not in listed:
            wrong.append(f"{path.name} is not listed.")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != listed[path.name]:
            wrong.append(f"{path.name} is not what was signed.")
    return wrong + [f"{name} is missing." for name in listed if not (folder / name).is_file()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=Path)
    given = parser.parse_args()
    made = write_sums(given.folder)
    if given.key:
        sign(made, given.key)
    print(f"{made}{' and its signature' if given.key else ' (not signed: no --key)'}")
