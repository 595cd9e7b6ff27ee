"""An installed package brings an action class of its own; what is wrong with one is said with the name of its entry point."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchfloor.enforcement import catalogue
from watchfloor.kernel.errors import BadInput

DOCS = Path(__file__).parents[3] / "docs"
GIVEN = catalogue.Given(policy_key="spam", violation_key="spam.bulk", market="DE", fixed={})


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path; what is put into it is an installed package."""
    monkeypatch.syspath_prepend(str(tmp_path))
    catalogue.effects.cache_clear()
    yield tmp_path
    sys.modules.pop("ours_actions", None)
    importlib.invalidate_caches()
    catalogue.effects.cache_clear()


def package(folder: Path, code: str, names: str) -> None:
    (folder / "ours_actions.py").write_text(code, encoding="utf-8")
    info = folder / "ours_actions-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ours-actions\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[watchfloor.actions]\n{names}\n", encoding="utf-8")
    importlib.invalidate_caches()


def test_the_example_of_the_docs_works_when_it_is_installed(installed: Path) -> None:
    text = (DOCS / "how-to/add-an-action.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.S)
    package(installed, code, "hide_replies = ours_actions:HideReplies")
    found = catalogue.effect("hide_replies")
    assert (found.inverse, found.target, found.item_state) == ("show_replies", "item", "restricted")
    params = found.params(GIVEN)
    assert params == {"depth": 1} and not found.hold(GIVEN, params) and found.hold(GIVEN, {"depth": 9})
    assert (
        found.preview(params) == "Folds the replies away."
        and found.notify(params)
        and found.slot(params) == "hide_replies"
    )
    assert "remove" in catalogue.effects()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("class Bad: key = 'x'", "names no action class"),
        ("from watchfloor.enforcement.catalogue import Effect\nclass Bad(Effect): pass", "names no action class"),
        (
            "from watchfloor.enforcement.catalogue import Effect\nclass Bad(Effect): key = 'remove'",
            "two action classes 'remove'",
        ),
    ],
)
def test_a_class_that_cannot_be_one_is_refused(installed: Path, code: str, said: str) -> None:
    package(installed, code, "bad = ours_actions:Bad")
    with pytest.raises(BadInput, match=said):
        catalogue.effects()


def test_every_built_in_class_says_what_it_does_and_how_it_is_undone() -> None:
    for cls in catalogue.BUILT_IN:
        effect = cls()
        params = effect.params(GIVEN)
        assert effect.preview(params) != catalogue.Effect.says
        assert effect.inverse or effect.key == "stop_stream"
        assert effect.slot(params).partition(":")[0] in (
            effect.key,
            {"geo_restrict": "geo", "limit_features": "limit"}.get(effect.key),
        )
        assert isinstance(effect.hold(GIVEN, params), bool) and isinstance(effect.notify(params), bool)
