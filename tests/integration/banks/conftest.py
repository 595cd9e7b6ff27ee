"""The shipped floor with banks, and an index in a folder of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.banks import Banks


@pytest.fixture
def banks(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Banks]:
    """Verbs for banks."""
    from tests.support.banks import Banks

    from watchfloor.detection.banks import indexes

    yield Banks(tmp_path, monkeypatch)
    indexes.forget()
