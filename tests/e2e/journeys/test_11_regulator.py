"""Journey 11: a regulator asks for the transparency report and the proof of one decision; ten minutes, and a stranger checks it.

The pages of transparency are looked at on the way: wide and narrow, light and dark, by axe. WATCHFLOOR_SHOTS (a folder) keeps pictures.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import WIDE, Floor, program
from tests.e2e.journeys.keyboard import Keyboard
from tests.e2e.journeys.test_6_affected_user import find_a_scam, take_when_there

pytestmark = pytest.mark.e2e
MESSAGE = "fake-lottery"


def table(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    [name] = [each for each in archive.namelist() if f"_Part_{part}_" in each]
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def saved(page: Any, press: Callable[[], None], path: Path) -> Path:
    """What a button downloads."""
    with page.expect_download() as waiting:
        press()
    waiting.value.save_as(path)
    return path


def test_the_report_and_the_proof_of_one_decision(
    floor: Floor, person: Callable[[str], Keyboard], four_looks: Callable[[Any], None], tmp_path: Path
) -> None:
    floor.report(MESSAGE, "You won! Pay the fee to lena@example.com to get it", reason="scam", market="DE")
    sam = person("sam")
    take_when_there(sam)
    find_a_scam(sam)

    ada = person("ada")
    page = ada.page
    _statement(page)
    _texts(page)
    archive = _report(page, tmp_path)
    _proof(floor, page, tmp_path)

    summary = {row["Indicator"]: row["Value"] for row in table(archive, "1")}
    assert summary["Name of the service provider"] == "Chirp Ltd"
    [notices] = [row for row in table(archive, "4") if row["Category of illegal content"] == "TOTAL"]
    assert notices["Number of notices received "] == "1" and float(notices["Median time to take action"]) < 1
    assert notices["Number of actions taken on the basis of the terms and conditions of the service"] == "1"
    measures = {row["Indicator"]: row["Value"] for row in table(archive, "8") if row["Scope"] == "Total number"}
    assert measures["Number of measures not taken by automated means"] == "1"

    for address in ("reports", "statements", "texts", "numbers", "frameworks"):
        page.goto(f"/transparency/{address}")
        four_looks(page)
        _picture(page, address)


def _statement(page: Any) -> None:
    """What the EU's database would hear of the decision, in words; nothing is sent while no address is set."""

    def there() -> bool:
        page.goto("/transparency/statements")
        return bool(page.locator("table a[href*='/transparency/statements/sor_']").count())

    wait_for(there, "the statement", 30)
    assert page.get_by_text("Nothing is sent: no address of the database is set.").count() == 1
    page.locator("table a[href*='/transparency/statements/sor_']").first.click()
    article = "Notice submitted in accordance with Article 16"
    for words in ("Scams and/or fraud", "The whole European Economic Area", "Not Automated", article):
        page.get_by_text(words).first.wait_for()
    assert "lena@" not in page.locator("main").inner_text()
    _picture(page, "statement")


def _texts(page: Any) -> None:
    page.goto("/transparency/texts")
    page.get_by_label("Name of the service provider").fill("Chirp Ltd")
    page.get_by_role("button", name="Save the texts").click()
    page.get_by_text("Saved.").first.wait_for()


def _report(page: Any, folder: Path) -> zipfile.ZipFile:
    """Asked for, counted, published, downloaded."""
    year = datetime.now(UTC).year
    page.goto("/transparency/reports")
    page.get_by_label("First day").fill(f"{year}-01-01")
    page.get_by_label("Last day").fill(f"{year}-12-31")
    page.get_by_role("button", name="Make the report").click()
    page.get_by_text("Everything adds up").wait_for(timeout=60_000)
    page.get_by_role("button", name="Publish").first.click()
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_text("kept until").first.wait_for()
    _picture(page, "report")
    path = saved(page, lambda: page.get_by_role("link", name="Download the files").click(), folder / "report.zip")
    archive = zipfile.ZipFile(path)
    assert len(archive.namelist()) == 11
    return archive


def _proof(floor: Floor, page: Any, folder: Path) -> None:
    """From the case page to the stranger's own computer: the program in the archive, the key on another way."""
    page.goto(f"/cases?q={MESSAGE}")
    page.locator("main table a[href*='/cases/case_']").first.click()
    path = saved(page, lambda: page.get_by_role("link", name="Proof").first.click(), folder / "proof.zip")
    stranger = folder / "stranger"
    zipfile.ZipFile(path).extractall(stranger)
    key = json.loads(program(floor.server.home, "-m", "watchfloor", "ledger", "checkpoint", "--json"))["key"]
    argv = [sys.executable, "-I", "verify.py", "proof.json", "--key", key]
    done = subprocess.run(argv, cwd=stranger, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("verdict=violating", "text of version 1", "action.taken", "statement.made", "notice.written"):
        assert words in done.stdout, words
    assert "lena@example.com" not in done.stdout + (stranger / "proof.json").read_text()
    assert _by_another_author(stranger / "proof.json") > 3
    page.set_viewport_size(WIDE)


def _by_another_author(path: Path) -> int:
    """The regulator's own tool, which nobody of ours wrote: pymerkle accepts each event under the signed root, and no other. How many."""
    import pymerkle
    from pymerkle.core import _inclusion_path_layout

    found = json.loads(path.read_text())
    bundles = found["bundles"] if isinstance(found, dict) and "bundles" in found else found
    for each in bundles:
        root = base64.b64decode(each["checkpoint"].split("\n")[2])
        index, size = each["leaf_index"], each["tree_size"]
        rule, _ = _inclusion_path_layout(index + 1, size)
        sides = [base64.b64decode(digest) for digest in each["inclusion"]]
        for text, holds in ((each["event"], True), (each["event"].replace("a", "e", 1), False)):
            leaf = hashlib.sha256(b"\0" + text.encode()).digest()
            proof = pymerkle.InclusionProof("sha256", True, size, index + 1, rule, [leaf, *sides])
            if holds:
                pymerkle.verify_inclusion(leaf, root, proof, index=index + 1, size=size)
                continue
            with pytest.raises(pymerkle.InvalidProof):
                pymerkle.verify_inclusion(leaf, root, proof, index=index + 1, size=size)
    return len(bundles)


def _picture(page: Any, name: str) -> None:
    if not os.environ.get("WATCHFLOOR_SHOTS"):
        return
    folder = Path(os.environ["WATCHFLOOR_SHOTS"])
    for width in (1440, 390):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=str(folder / f"{name}-{width}-{theme}.png"), full_page=True)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
