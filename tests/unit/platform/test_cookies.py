"""Over TLS a taste counts only under a name that no other host can set; the scripts write what the server reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from watchfloor.platform.cookies import taste

SCRIPTS = Path(__file__).parents[3] / "frontend/src"


@pytest.mark.parametrize(("over_tls", "counts"), [(False, "plain"), (True, "host's own")])
def test_which_name_counts(settings: Any, over_tls: bool, counts: str) -> None:
    settings.SESSION_COOKIE_SECURE = over_tls
    request = RequestFactory().get("/")
    request.COOKIES |= {"wf-theme": "plain", "__Host-wf-theme": "host's own"}
    assert taste(request, "wf-theme") == counts and taste(request, "wf-zone") == ""


def test_scripts_write_cookies_in_one_place_with_the_prefix() -> None:
    written = [path.name for path in SCRIPTS.rglob("*.ts") if re.search(r"document\.cookie\s*=", path.read_text())]
    assert written == ["cookie.ts"]
    assert '${safe ? "__Host-" : ""}${name}' in (SCRIPTS / "cookie.ts").read_text()


# Places where a script writes under a name that is not written there: what keeps "__proto__" and its like out of each.
REVIEWED = {
    "columns.ts: next[handle]": "a number",
    "form.ts: condition.given[extra.name]": "arguments of functions, which the server lists",
    "form.ts: form.actions[number]": "a number",
    "form.ts: given[field.name]": "arguments of functions, which the server lists",
    "stage.ts: kept[name]": "names from a list in that line",
    "viewer.ts: this.on[name]": "the viewer's own filters",
    "viewer.ts: this.page.filters[name]": "the viewer's own filters",
}


def test_no_script_can_change_the_prototype_of_everything() -> None:
    """Maps hold what has names from outside; every other place that writes by a name has been looked at."""
    found = set()
    for path in SCRIPTS.rglob("*.ts"):
        text = path.read_text()
        assert "__proto__" not in text and "setPrototypeOf" not in text, path.name
        assert not re.search(r"\bfor \((?:const|let) \w+ in ", text), (
            f"{path.name}: names of a prototype are walked, too"
        )
        for place in re.findall(r"([\w.]+\[[A-Za-z_][\w.]*\])\s*(?:=(?!=)|\+=|\?\?=)", text):
            found.add(f"{path.name}: {place}")
    assert found == set(REVIEWED)
