"""The floor with planted words, built once for this folder and thrown away after."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.permissions.people import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything inside one transaction; tests undo what they do by savepoints of their own."""
    from django.db import transaction
    from tests.integration.permissions.people import World

    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock(), transaction.atomic():
        from watchfloor.insight import facts
        from watchfloor.insight import lake as fact_lake

        shutil.rmtree(facts.folder(), ignore_errors=True)
        fact_lake.forget()
        built = World(patch, tmp_path_factory.mktemp("lake"))
        yield built
        built.close()
        transaction.set_rollback(True)
    patch.undo()
