"""Templates keep the rules of the house: all parse, every icon exists, nothing inline, nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from watchfloor.console import errors
from watchfloor.console.filters.links import link_with
from watchfloor.console.jinja import tojson_script
from watchfloor.kernel.errors import BadInput, NotFound

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "src/watchfloor").glob("*/jinja2/**/*.html"))
ICONS = set(re.sub(r"^#.*$", "", (ROOT / "frontend/icons.txt").read_text(), flags=re.M).split())


def name_of(path: Path) -> str:
    return path.as_posix().rpartition("/jinja2/")[2]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template(path: Path) -> None:
    engines["jinja2"].env.get_template(name_of(path))  # parses
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<[a-z][^>{]*\sstyle=", source), "style attributes are blocked by the content policy"
    assert not re.search(r"<[a-z][^>{]*\son[a-z]+=", source), "handlers in attributes are blocked by the content policy"
    assert not re.search(r"<style|<script(?![^>]*(src=|application/json))", source), "inline code is blocked"
    assert not re.search(r"src=\"(https?:)?//|<link[^>]*href=\"(https?:)?//", source), "nothing loads from outside"
    # the help text of a Django form comes from our own code
    marked = re.findall(r"[\w.]+ \| safe\b(?!_)", source)
    assert set(marked) <= {"field.help_text | safe"}, "content is never marked safe in a template"
    used = set(re.findall(r"\bicon\(\s*\"([a-z0-9-]+)\"", source))
    assert used <= ICONS, f"add to frontend/icons.txt: {sorted(used - ICONS)}"


def test_filters_on_constants_follow_the_language_of_each_request() -> None:
    template = engines["jinja2"].from_string("{{ 12481.5 | number(1) }}")
    with translation.override("de"):
        assert template.render() == "12.481,5"
    with translation.override("en"):
        assert template.render() == "12,481.5"


def test_autoescape_cannot_be_forgotten() -> None:
    assert engines["jinja2"].from_string("{{ x }}").render({"x": "<b>"}) == "&lt;b&gt;"
    assert engines["jinja2"].from_string("{{ icon('x', label=l) }}").render({"l": '"><script>'}).count("<script>") == 0


def test_a_name_that_is_looked_up_is_text() -> None:
    """Jinja's own ``_`` would take a policy's name for markup, and a per cent sign in it for a place."""
    made = engines["jinja2"].from_string(
        "{{ _(x) }} {{ _(y.name) }} {{ gettext(x) }} {{ _('Hello <b>%(name)s</b>', name=_(x)) }}"
    )
    bad = "<i>50% off"
    assert made.render({"x": bad, "y": {"name": bad}}) == " ".join(
        ["&lt;i&gt;50% off"] * 3 + ["Hello <b>&lt;i&gt;50% off</b>"]
    )
    assert (
        engines["jinja2"].from_string("{% macro m(t) %}{{ _(t) }}{% endmacro %}{{ m(x) }}").render({"x": bad})
        == "&lt;i&gt;50% off"
    )


def test_json_in_a_script_cannot_end_it() -> None:
    assert "<" not in tojson_script({"a": "</script><!--"})
    assert tojson_script({"a": [1, "é"]}) == '{"a":[1,"é"]}'


def test_a_link_keeps_the_query_it_changes() -> None:
    query = RequestFactory().get("/", {"market": "de", "sort": "-open", "page": "3"}).GET
    assert link_with(query, sort="open", page=None) == "?market=de&sort=open"
    assert link_with(None, q="a b&c") == "?q=a+b%26c"
    assert query.urlencode() == "market=de&sort=-open&page=3"


@pytest.mark.parametrize(
    ("view", "status"), [(errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)]
)
def test_error_pages(view: object, status: int) -> None:
    response = view(RequestFactory().get("/x"), Exception("secret detail"))  # type: ignore[operator]
    assert response.status_code == status
    assert b"secret detail" not in response.content
    assert f"Error {status}".encode() in response.content


def test_the_error_page_of_a_fault_needs_nothing() -> None:
    response = errors.server_error(RequestFactory().get("/x"))
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


def test_our_own_errors_say_what_and_how_to_mend() -> None:
    response = errors.not_found(
        RequestFactory().get("/x"), NotFound("no_case", "There is no such case.", hint="Check the id.")
    )
    assert b"There is no such case." in response.content
    assert b"Check the id." in response.content
    shown = engines["jinja2"].get_template("console/error.html").render({
        "error": BadInput("bad", "The share is <140>.", where="rule.share"), "language": "en", "direction": "ltr", "theme": "auto",
        "density": "comfortable",
    })  # fmt: skip
    assert "The share is &lt;140&gt;." in shown
    assert "rule.share" in shown


def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    response = errors.csrf_failure(RequestFactory().post("/x"), reason="CSRF cookie not set.")
    assert response.status_code == 403
    assert b"This form is too old" in response.content
