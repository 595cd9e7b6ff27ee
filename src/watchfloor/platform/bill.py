"""The bill of materials (CycloneDX 1.6): what of others' work this program consists of, read from what is installed and what was built in.

Python packages come from their own metadata, those that the program needs, with what they need; scripts and styles from the list that is
built into the console, or in a checkout from npm's lock, with its checksums.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from watchfloor import __version__

NAME = "watchfloor"
_NEED = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?$")
_LISTED = re.compile(r"^(@?[\w./-]+) (\d[\w.+-]*) \(([^)]*)\)$", re.MULTILINE)
CONSOLE = Path(__file__).resolve().parent.parent / "console/static/console/dist/LICENCES.txt"
LOCK = Path(__file__).resolve().parents[3] / "frontend/package-lock.json"


def bill(*, at: datetime, extras: tuple[str, ...] = ()) -> dict[str, Any]:
    """The whole document. Equal installations at equal times give equal documents."""
    found, needs = _installed(extras)
    parts = [_python(each) for _, each in sorted(found.items())]
    scripts = _scripts()
    root = f"pkg:pypi/{NAME}@{__version__}"
    tree = [
        {
            "ref": root,
            "dependsOn": sorted({_ref(found[name]) for name in needs[NAME]} | {each["bom-ref"] for each in scripts}),
        }
    ]
    tree += [
        {
            "ref": _ref(each),
            "dependsOn": sorted({_ref(found[other]) for other in needs.get(name, ()) if other in found}),
        }
        for name, each in sorted(found.items())
    ]
    tree += [{"ref": each["bom-ref"], "dependsOn": []} for each in scripts]
    seed = json.dumps([root, [each["bom-ref"] for each in (*parts, *scripts)], at.isoformat()])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
        "version": 1,
        "metadata": {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": root, "name": NAME, "version": __version__, "purl": root,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [*parts, *scripts],
        "dependencies": tree,
    }  # fmt: skip


def _installed(extras: tuple[str, ...]) -> tuple[dict[str, metadata.Distribution], dict[str, set[str]]]:
    """Distributions that the program needs, by their plain names, and who needs whom."""
    found: dict[str, metadata.Distribution] = {}
    needs: dict[str, set[str]] = {}
    waiting = [(NAME, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            each = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # not for this system, or an extra that is not here
            continue
        if name != NAME:
            found[name] = each
        mine = needs.setdefault(name, set())
        for need in each.requires or ():
            match = _NEED.match(need)
            if match is None:
                continue
            extra = re.search(r"extra\s*==\s*[\"']([\w-]+)[\"']", match[3] or "")
            if extra is not None and extra[1] not in wanted:
                continue
            other = _plain(match[1])
            asked = frozenset(part.strip() for part in (match[2] or "").split(",") if part.strip())
            mine.add(other)
            waiting.append((other, asked))
    for mine in needs.values():
        mine &= set(found)
    return found, needs


def _python(each: metadata.Distribution) -> dict[str, Any]:
    said = each.metadata
    told = [line for field in ("License-Expression", "License") for line in said.get_all(field) or ()]
    licence = str(next(iter(told), "")).strip().splitlines()
    named = licence[0][:120] if licence else ""
    if not named:
        classes = [
            str(line).rpartition(" :: ")[2]
            for line in said.get_all("Classifier") or ()
            if str(line).startswith("License ::")
        ]
        named = ", ".join(classes)
    part = {
        "type": "library", "bom-ref": _ref(each), "name": str(said["Name"]), "version": each.version, "purl": _ref(each),
        "scope": "required",
    }  # fmt: skip
    return part | ({"licenses": [{"license": {"name": named}}]} if named else {})


def _scripts() -> list[dict[str, Any]]:
    """What is built into the console's scripts, styles and fonts."""
    if not CONSOLE.is_file():
        return []
    locked = json.loads(LOCK.read_text(encoding="utf-8"))["packages"] if LOCK.is_file() else {}
    found = {}
    for name, version, licence in _LISTED.findall(CONSOLE.read_text(encoding="utf-8")):
        ref = f"pkg:npm/{quote(name)}@{version}"
        part: dict[str, Any] = {
            "type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref, "scope": "required",
            "licenses": [{"license": {"name": licence}}],
        }  # fmt: skip
        kept = str(locked.get(f"node_modules/{name}", {}).get("integrity", ""))
        if kept.startswith("sha512-"):
            part["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(kept[7:]).hex()}]
        found[ref] = part
    return [found[ref] for ref in sorted(found)]


def _ref(each: metadata.Distribution) -> str:
    return f"pkg:pypi/{_plain(str(each.metadata['Name']))}@{each.version}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
