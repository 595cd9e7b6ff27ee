"""The floor says which spikes are open, to those who may see the numbers they are made of."""

from __future__ import annotations

import pytest
from tests.integration.spikes.test_pages import person, spike  # noqa: F401

from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import ids

pytestmark = pytest.mark.django_db


def test_open_spikes_stand_on_the_floor(spike: Spike) -> None:  # noqa: F811
    there = f"/insight/spikes/{ids.encode('spk', spike.pk)}"
    page = person("pilar@example.org").get("/floor").content.decode()
    assert "Open spikes" in page and there in page
    assert there in person("paul@example.org").get("/floor/now").content.decode()
    elsewhere = person("mina@example.org", markets=["US"]).get("/floor").content.decode()
    assert "Open spikes" not in elsewhere and there not in elsewhere
