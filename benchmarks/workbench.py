"""From a key to the next case on the screen: a real server, a real browser, the page's own marks; and the same with whole page loads.

    python -m benchmarks.workbench [--cases 60] [--json]

"swap" is what the workbench does: the decision's answer is the next case, put into the page. "load" is the same floor with the script's
way taken out: the form goes as a form, the browser follows the redirect and loads the page. Both run in the same browser, in turns. The bar
is 100 ms from the key to the next case, at the median, on an idle machine; the ratio says what the swap is worth on this one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILL = """
import sys
from watchfloor.console import prepare
prepare.django()
from tests.e2e import fill_floor
from tests.support.floor import Floor
fill_floor.worst_case = lambda: __import__("uuid").UUID(int=0)
fill_floor.fill()
floor = Floor()
for number in range(int(sys.argv[1])):
    floor.report(floor.item(f"Message {number}: buy one, get one free" * 4)[0])
"""


def percentile(times: list[float], share: float) -> float:
    """The value below which this share of the times lies."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def run(cases: int) -> dict[str, dict[str, float]]:
    """Decide ``cases`` cases, in turns by swap and by load; milliseconds as the browser saw them."""
    from playwright.sync_api import sync_playwright
    from tests.e2e.conftest import FLAGS, browser_path, start_server, stop_server
    from tests.e2e.fill_floor import PASSWORD

    folder = Path(tempfile.mkdtemp(prefix="wf-bench-"))
    home = folder / "home"
    home.mkdir()
    server, process = start_server(home)
    times: dict[str, list[float]] = {"swap": [], "load": [], "server": []}
    try:
        environment = {**os.environ, "WATCHFLOOR_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        subprocess.run([sys.executable, "-c", FILL, str(cases + 5)], cwd=ROOT, env=environment, check=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
            page = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900}).new_page()
            page.goto("/account/login/")
            page.locator("#login").fill("rita@example.org")
            page.locator("#login").press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
            page.goto("/review")
            page.keyboard.press("n")
            for number in range(cases):
                page.locator("main[data-heard]:not([aria-busy]) [data-bench]").wait_for()
                one(page, "swap" if number % 2 else "load", times)
            browser.close()
    finally:
        stop_server(process)
        shutil.rmtree(folder, ignore_errors=True)
    return {
        name: {"p50": percentile(found[2:], 0.5), "p95": percentile(found[2:], 0.95)} for name, found in times.items()
    }


def one(page: Any, way: str, times: dict[str, list[float]]) -> None:
    """One decision; the first two of each way warm things up and are not counted."""
    case = page.locator("[data-bench]").get_attribute("data-case")
    if way == "swap":
        page.evaluate("performance.clearMeasures('wf:next-case')")
        page.keyboard.press("2")
    else:  # submit() asks no script; the browser's own measure of a navigation ends when the page is ready
        page.evaluate(
            "() => { const f = document.querySelector('[data-decide]'); const v = document.createElement('input'); "
            "v.name = 'verdict'; v.value = 'clean'; f.append(v); f.submit(); }"
        )
    page.locator(f"main[data-heard]:not([aria-busy]) [data-bench]:not([data-case='{case}'])").wait_for()
    if way == "swap":
        times[way].append(page.evaluate("performance.getEntriesByName('wf:next-case').at(-1).duration"))
        sent = "performance.getEntriesByType('resource').filter(e => e.name.includes('/review/work/') && e.initiatorType === 'fetch')"
        times["server"].append(page.evaluate(f"(e => e.responseEnd - e.requestStart)({sent}.at(-1))"))
        page.evaluate("performance.clearResourceTimings()")
    else:
        times[way].append(page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options.cases)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{options.cases} decisions in one browser, in turns; milliseconds; load of this machine {os.getloadavg()[0]:.1f}"
    )
    words = {
        "swap": "key to next case, swapped in",
        "load": "the same by loading the page",
        "server": "of the swap, the request",
    }
    for name, title in words.items():
        print(f"  {title:<32} p50 {found[name]['p50']:>7.1f}   p95 {found[name]['p95']:>7.1f}")
    print(f"  loading takes {found['load']['p50'] / found['swap']['p50']:.1f} times as long")


if __name__ == "__main__":
    main()
