"""Items that show pictures, on a test's floor: taken in, opened in the cage, ready."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from PIL import Image
from tests.support.media import photo

from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items import queries as item_queries
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media import store, work
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing


def image_type() -> None:
    """An item type with a picture and an author."""
    fields = [{"name": "image", "type": "image"}, {"name": "author_id", "role": "creatorId"}]
    with writing(system("test")) as w:
        items.save_type(w, key="image", name="Image", kind="content", fields=fields)
    item_queries.forget_types()


def shown(name: str, data: bytes, *, author: str = "", at: datetime | None = None) -> Item:
    """An item of the type image that shows these bytes."""
    file = store.Incoming(10**9)
    file.write(data)
    file.finish()
    with writing(system("test")) as w:
        media = media_actions.received(w, file, how="upload")
        values = {"author_id": author or f"by-{name}", "image": encode("med", media.pk)}
        item, _ = items.see(
            w, ItemSeen(type="image", id=name, data=values, seen_at=at or clock.now(), market="US", language="en")
        )
    while work.decode_due():
        pass
    return item


def again(seed: int, quality: int) -> bytes:
    """The photo of this seed, shrunk and saved again."""
    out = BytesIO()
    Image.open(BytesIO(photo(seed))).resize((600, 450)).save(out, "JPEG", quality=quality)
    return out.getvalue()
