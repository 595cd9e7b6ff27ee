"""Fixtures of the enforcement tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World


@pytest.fixture
def world(db: None) -> World:
    """The shipped defaults, installed (imported here: this file is read before Django is set up)."""
    from tests.integration.enforcement.world import World

    return World()
