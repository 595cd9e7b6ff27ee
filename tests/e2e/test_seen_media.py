"""Media seen before, a campaign veiled, and a file's own word, in one visit by a lead: nothing that shows anything is loaded unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("av", reason='pip install "watchfloor[media]"')
DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A lead, four reported copies of one picture in a cluster, and a case whose picture says that AI made it."""
    from tests.support.floor import LEAD, Floor, install
    from tests.support.manifests import in_jpeg
    from tests.support.manifests import store as manifest
    from tests.support.people import member
    from tests.support.shown import again, image_type, shown

    from watchfloor.items.media import storage, store
    from watchfloor.items.media.models import Media
    from watchfloor.kernel import clock, ids
    from watchfloor.review.clusters import gathering
    from watchfloor.review.models import Cluster

    place = storage.Folder(tmp_path / "media")
    monkeypatch.setattr(store, "storage", lambda: place)
    install()
    image_type()
    floor = Floor()
    for days, quality in ((9, 95), (4, 80), (1, 60), (1, 40)):
        floor.report(shown(f"copy-{quality}", again(1, quality), at=clock.now() - timedelta(days=days)))
    assert gathering.gather(4) == 1
    case = floor.report(shown("the-new-one", in_jpeg(again(1, 90), manifest())), reach=10_000)
    veils = {}
    for media in Media.objects.filter(state="ready"):
        with store.opened(media, "veil") as reader:
            veils[ids.encode("med", media.pk)] = reader.read_at(0, reader.size)
    return {
        "lead": member(LEAD | {"case.bulk", "review.cluster", "review.claim_case"}, "Lena Lead"),
        "case": f"/cases/{ids.encode('case', case.pk)}",
        "cluster": f"/clusters/{Cluster.objects.get().pk}",
        "veils": veils,
    }


def test_a_lead_looks_at_what_was_seen_before(
    told: dict[str, Any], open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(told["lead"], "/clusters")
    asked: list[str] = []

    def media_origin(route: Any) -> None:
        name = re.search(r"/(med_\w+)/(\w+)\?", route.request.url)
        assert name is not None
        asked.append(name[2])
        route.fulfill(body=told["veils"][name[1]], content_type="image/webp")

    page.route(re.compile(r"/med_\w+/\w+\?"), media_origin)
    page.goto(told["cluster"])
    page.wait_for_load_state("networkidle")
    panel = page.get_by_role("region", name="The campaign")
    assert panel.locator("img").count() == 4 and set(asked) == {"veil"}
    assert panel.locator("img").first.evaluate("one => one.naturalWidth") == 32
    four_looks(page)
    assert "med_" not in page.locator("#read").inner_text()
    page.goto(told["case"])
    assert "4 other items · 4 accounts" in page.locator("main").inner_text()
    four_looks(page)
    page.get_by_role("button", name="Take this very case").click()
    page.get_by_text("The file says that AI made some of it").click()
    assert "could not be checked" in page.locator(".viewer").inner_text()
    page.get_by_role("tab", name=re.compile("Linked")).click()
    page.get_by_role("heading", name="This picture, seen before").wait_for()
    four_looks(page)
    assert set(asked) <= {"veil", "small"}  # a mild picture may be there at once, small, grey and blurred; never more
