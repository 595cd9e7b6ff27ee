"""Makes the pictures of the documentation from a demo that has been replayed, and from an empty folder for the first-run page.

    python -m tests.e2e.shots --home HOME [--out docs/images] [--only floor,case]

HOME (default ``demo-data``) is served while the pictures are taken: give it a copy if the demo is running. Each page is taken at
1440 and 390 px, light and dark: ``floor-1440-light.png`` ...
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from tests.e2e.conftest import FLAGS, ROOT, browser_path, start_server, stop_server, wait_for

SIZES = (1440, 390)
THEMES = ("light", "dark")
HEIGHT = {1440: 900, 390: 844}
TALLEST = {1440: 1500, 390: 1400}
MOST_BYTES = 150_000
PEOPLE = {
    "floor": "Program manager", "kpis": "Program manager", "case": "Escalation lead", "workbench": "Senior reviewer",
    "rules": "Rule author", "rule": "Rule author", "rule-editor": "Rule author", "rule-form": "Rule author",
    "investigate": "Rule author", "delivery": "Platform engineer",
}  # fmt: skip
PALETTE = """async (address) => {
  const image = new Image(); image.src = address; await image.decode();
  const {width, height} = image, canvas = new OffscreenCanvas(width, height), area = canvas.getContext("2d");
  area.drawImage(image, 0, 0);
  const data = area.getImageData(0, 0, width, height).data, counts = new Map(), pixels = new Uint8Array(width * height);
  const key = (at) => (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
  for (let at = 0; at < data.length; at += 4) counts.set(key(at), (counts.get(key(at)) ?? 0) + 1);
  const chosen = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const nearest = new Map(chosen.map((colour, place) => [colour, place]));
  const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  for (const colour of counts.keys()) {
    if (nearest.has(colour)) continue;
    let best = 0;
    for (let place = 1; place < chosen.length; place++) if (far(colour, chosen[place]) < far(colour, chosen[best])) best = place;
    nearest.set(colour, best);
  }
  for (let at = 0; at < pixels.length; at++) pixels[at] = nearest.get(key(4 * at));
  let text = ""; for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
  return {width, height, palette: chosen.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]), pixels: btoa(text)};
}"""
NAMES = (*PEOPLE, "sign-in", "appeal", "first-run")


@contextmanager
def demo(home: Path, port: int) -> Iterator[str]:
    """``watchfloor demo`` on the folder; its address."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("WATCHFLOOR_", "DJANGO_", "DATABASE_"))}
    own |= {"WATCHFLOOR_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    argv = [sys.executable, "-m", "watchfloor", "demo", "--no-open", "--port", str(port)]
    process = subprocess.Popen(
        argv, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/account/login/", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    wait_for(answers, "the demo to answer", 300)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    process.wait(60)


def session(browser: Any, url: str, who: str = "") -> Any:
    """A page, signed in by the demo's card of this title."""
    context = browser.new_context(
        base_url=url, timezone_id="Europe/Madrid", reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    if who:
        page.goto("/account/login/")
        page.get_by_role("button", name=re.compile(f"^{who}")).first.click()
        page.wait_for_selector("[aria-label^='Account of']")
    return page


def take(page: Any, name: str, out: Path) -> None:
    """The page as it is, four times."""
    blank = page.context.browser.new_page()  # without a content policy
    for width in SIZES:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": HEIGHT[width]})
            page.wait_for_timeout(150)
            tall = min(TALLEST[width], max(HEIGHT[width], page.evaluate("document.documentElement.scrollHeight")))
            page.set_viewport_size({"width": width, "height": tall})
            page.wait_for_timeout(150)
            raw = page.screenshot(animations="disabled")
            picture = small(blank, raw)
            assert len(picture) < MOST_BYTES, f"{name}-{width}-{theme} has {len(picture):,} bytes"
            (out / f"{name}-{width}-{theme}.png").write_bytes(picture)
    blank.close()


def small(page: Any, raw: bytes) -> bytes:
    """The picture with the 256 colours it uses most: a quarter of the bytes, and no other look. The browser counts, we write."""
    address = "data:image/png;base64," + base64.b64encode(raw).decode()
    found = page.evaluate(PALETTE, address)
    pixels = base64.b64decode(found["pixels"])
    width, height = found["width"], found["height"]
    lines = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def floor(page: Any) -> None:
    page.goto("/floor")


def kpis(page: Any) -> None:
    page.goto("/insight?span=7d&by=market")


def case(page: Any) -> None:
    """Of the newest English cases the one with the longest way: decided, appealed, overturned."""
    page.goto("/cases?state=closed&policy=spam&market=US")
    best, most = "", -1
    for link in page.locator("main table th a").all()[:40]:
        where = str(link.get_attribute("href"))
        other = page.context.request.get(page.url.split("/cases")[0] + where).text()
        count = other.count("timeline-sign") + 20 * other.count("appealed")
        if count > most:
            best, most = where, count
    page.goto(best)


def workbench(page: Any) -> None:
    """A case in hand, with a violation chosen and its effects shown."""
    page.goto("/review")
    page.keyboard.press("n")
    page.wait_for_url("**/review/work/**")
    page.keyboard.press("1")
    page.keyboard.press("Space")
    page.get_by_text("What follows", exact=True).wait_for()
    page.get_by_text("Choose what is violated first").wait_for(state="hidden", timeout=20_000)


def rules(page: Any) -> None:
    page.goto("/rules")


def rule(page: Any) -> None:
    page.goto("/rules/name/BulkFooter")


def investigate(page: Any) -> None:
    """A question to a week of events, answered in all panels."""
    page.goto(
        "/investigate?span=7d&q="
        + quote("RegexMatch(pattern='unsubscribe', target=$.item.data.text, case_insensitive=True)")
    )
    page.get_by_role("heading", name="What leads").wait_for()
    page.wait_for_load_state("networkidle")


def rule_editor(page: Any) -> None:
    """A rule being written, with what may come next."""
    page.goto("/rules/files/spam.sml")
    page.get_by_role("textbox", name="Text of the rules").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("\nPillWave = Rule(when_all=[TextContains(phrase='cheap pills', text=LowerText), Mark")
    page.keyboard.type("et")
    page.get_by_role("listbox", name="Completions").wait_for()


def rule_form(page: Any) -> None:
    """The same as a form, with a group and an action."""
    page.goto("/rules/files/spam.sml")
    page.get_by_role("tab", name="Form").click()
    page.get_by_label("Rule", exact=True).select_option("BulkFooter")
    page.locator(".rule-form-row").first.wait_for()


def delivery(page: Any) -> None:
    page.goto("/enforcement/delivery")


STEPS: dict[str, Callable[[Any], None]] = {
    "floor": floor, "kpis": kpis, "case": case, "workbench": workbench, "rules": rules, "rule": rule,
    "investigate": investigate, "rule-editor": rule_editor,
    "rule-form": rule_form, "delivery": delivery,
}  # fmt: skip


def appeal_link(home: Path) -> str:
    """The way to the appeal page of the newest notice that can still be appealed."""
    code = (
        "from watchfloor.platform.setup import setup; setup()\n"
        "from watchfloor.enforcement.models import Notice; from watchfloor.enforcement import notices; "
        "from watchfloor.kernel import clock\n"
        "row = Notice.objects.filter(template='author_violating', language='en', appeal_until__gt=clock.now()).latest('created_at')\n"
        "print(notices.appeal_link(row))"
    )
    own = {**os.environ, "WATCHFLOOR_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "WATCHFLOOR_DEMO": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True)
    return "/appeal/" + done.stdout.strip().rpartition("/")[2]


def main() -> None:
    """Take what was asked for."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path("demo-data"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images")
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument(
        "--port", type=int, default=8740, help="The port of the replay: its platform listens on the next one."
    )
    parser.add_argument("--url", default="", help="A demo that is being served from --home already.")
    given = parser.parse_args()
    wanted = given.only.split(",")
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        if given.url:
            take_demo(browser, given.url, given.home, wanted, given.out)
        elif set(wanted) - {"first-run"}:
            with demo(given.home.resolve(), given.port) as url:
                take_demo(browser, url, given.home.resolve(), wanted, given.out)
        if "first-run" in wanted:
            with tempfile.TemporaryDirectory(prefix="wf-") as folder:
                home = Path(folder) / "home"
                home.mkdir()
                server, process = start_server(home)
                page = session(browser, server.url)
                page.goto("/")
                take(page, "first-run", given.out)
                stop_server(process)
        browser.close()


def take_demo(browser: Any, url: str, home: Path, wanted: list[str], out: Path) -> None:
    """Every page that the demo has."""
    for name, who in PEOPLE.items():
        if name in wanted:
            page = session(browser, url, who)
            STEPS[name](page)
            take(page, name, out)
            page.context.close()
    for name in ("sign-in", "appeal"):
        if name in wanted:
            page = session(browser, url)
            page.goto("/account/login/" if name == "sign-in" else appeal_link(home))
            take(page, name, out)
            page.context.close()


if __name__ == "__main__":
    main()
