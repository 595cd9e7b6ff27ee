"""The way of a medium: in by upload or address, opened apart, shown from the second origin to whom it was signed for, erased."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.test import Client as Browser
from PIL import Image
from tests.integration.items.conftest import See, Send
from tests.support.credentials import house, signed
from tests.support.intake import Client
from tests.support.media import film, get, picture
from tests.support.people import actor_of, member

from watchfloor.identity import actions as identity
from watchfloor.identity.domain import NOBODY, Actor, system
from watchfloor.identity.models import RestrictedRead
from watchfloor.intake.media import Uploads
from watchfloor.items.media import access, actions, decoding, origin, queries, sealed, store, watchers, work
from watchfloor.items.media.contracts import MediaView, Viewed
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel import clock
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

SEES = {"case.view", "review.work"}


@pytest.fixture
def reviewer(folder: Path) -> Actor:
    return actor_of(member(SEES))


def one(version: str, actor: Actor) -> MediaView:
    [view] = queries.views(version, actor)
    return view


def opened() -> None:
    while work.decode_due():
        pass


def test_an_upload_becomes_what_a_page_shows(send: Send, see: See, reviewer: Actor, folder: Path) -> None:
    data = picture("JPEG", (1000, 500), comment=b"PLAINTEXT-CANARY")
    media = send(data)
    version = see(image=media, alt_text="a gradient")
    assert one(version, reviewer).state == "decoding"
    opened()
    view = one(version, reviewer)
    assert (view.kind, view.state, view.width, view.height, view.alt, view.field) == (
        "image",
        "ready",
        1000,
        500,
        "a gradient",
        "image",
    )
    assert view.strip_url == view.play_url == "" and view.duration_s is None
    for url, width in ((view.poster_url, 1000), (view.small_url, 320)):
        answer = get(origin.app, url)
        assert answer.status == 200 and Image.open(BytesIO(answer.body)).width == width
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"].startswith(
            "no-store"
        )
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["content-disposition"].startswith("inline; filename=")
        assert answer.headers["cross-origin-resource-policy"] and "set-cookie" not in answer.headers
        assert get(origin.app, url, "HEAD").body == b""
    for path in folder.rglob("*"):  # nothing on the disk can be read without the key
        if path.is_file():
            stored = path.read_bytes()
            assert b"CANARY" not in stored and b"\xff\xd8\xff" not in stored[:100] and b"WEBP" not in stored
    assert {event.type for event in Event.objects.filter(subject=f"media:{media.pk}")} == {
        "media.received",
        "media.ready",
    }


def test_the_same_bytes_are_kept_once(send: Send, see: See, reviewer: Actor, folder: Path) -> None:
    first, again = send(picture()), send(picture())
    assert first.pk == again.pk
    assert len(list(folder.rglob("original"))) == 1
    assert one(see(image=first), reviewer).id == one(see(image=again), reviewer).id


def test_what_was_tampered_with_on_the_disk_is_refused(send: Send, see: See, reviewer: Actor, folder: Path) -> None:
    media = send(picture())
    version = see(image=media)
    opened()
    [path] = folder.rglob("small")
    stored = bytearray(path.read_bytes())
    stored[-1] ^= 1
    path.write_bytes(stored)
    answer = get(origin.app, one(version, reviewer).small_url)
    assert (answer.status, answer.error["code"]) == (500, "media_damaged")
    with pytest.raises(sealed.Damaged), store.opened(media, "small"):
        pass


def test_an_address_is_for_one_person_one_rendition_and_two_minutes(send: Send, see: See, reviewer: Actor) -> None:
    version = see(image=send(picture()))
    opened()
    view = one(version, reviewer)
    other = actor_of(member(SEES))
    url = view.small_url
    assert get(origin.app, url).status == 200
    changed = [
        url.replace(reviewer.id, other.id), url.replace("/small?", "/poster?"), url.replace("/small?", "/original?"),
        url.replace("&e=", "&e=9"), url[:-1] + ("A" if url[-1] != "A" else "B"), url.partition("&s=")[0], url.partition("?")[0],
        url.replace(view.id, encode("med", clock_id())), url.replace(version, "0" * 64),
    ]  # fmt: skip
    for bad in changed:
        assert get(origin.app, bad).status == 403, bad
    with clock.at(clock.now() + timedelta(seconds=119)):
        assert get(origin.app, url).status == 200
    with clock.at(clock.now() + timedelta(seconds=123)):
        assert get(origin.app, url).error["code"] == "expired"
    assert get(origin.app, url, "POST").status == 405
    for dest in ("document", "iframe", "object", "script"):
        assert get(origin.app, url, sec_fetch_dest=dest).error["code"] == "not_a_page"
    assert get(origin.app, url, sec_fetch_dest="image").status == 200


def clock_id() -> Any:
    from watchfloor.kernel.ids import new_id

    return new_id()


def test_who_lost_their_rights_loses_the_picture(send: Send, see: See) -> None:
    user = member(SEES)
    version = see(image=send(picture()))
    opened()
    url = one(version, actor_of(user)).small_url
    user.is_active = False
    user.save()
    access.person.forget()
    assert get(origin.app, url).error["code"] == "nobody"
    assert queries.views(version, NOBODY) == []


def test_a_video_is_played_in_ranges(send: Send, see: See, reviewer: Actor) -> None:
    data = film(6)
    version = see("video", video=send(data))
    opened()
    view = one(version, reviewer)
    assert (
        view.kind == "video"
        and view.frames == len(view.frame_times) == 16
        and view.duration_s == pytest.approx(6, abs=0.3)
    )
    answer = get(origin.app, view.play_url)
    assert answer.status == 200 and answer.body == data and answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"
    size = len(data)
    for header, start, end in [
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, size),
        (f"bytes=-{50}", size - 50, size),
        ("bytes=5-5", 5, 6),
    ]:
        part = get(origin.app, view.play_url, range=header)
        assert part.status == 206 and part.body == data[start:end]
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    assert get(origin.app, view.play_url, range=f"bytes={size}-").status == 416
    assert get(origin.app, view.play_url, range="bytes=0-1,5-9").status == 200
    assert Image.open(BytesIO(get(origin.app, view.strip_url).body)).size == (16 * 320, 180)
    with clock.at(clock.now() + timedelta(seconds=124)):  # the video's length is added
        assert get(origin.app, view.play_url).status == 200


def test_restricted_media_have_no_thumbnails_and_each_view_is_told(
    send: Send, see: See, reviewer: Actor, folder: Path
) -> None:
    before, film_ = send(picture(shade=1)), send(film(2))
    opened()
    later = send(picture(shade=2))
    version, video = see(image=before, thumbnail=later), see("video", video=film_)
    with writing(system("test")) as w:
        assert actions.restrict_version(w, version, "child_safety") == 1
        assert actions.restrict_version(w, video, "child_safety") == 1
    extra = see(image=later)
    with writing(system("test")) as w:
        actions.restrict_version(w, extra, "child_safety")
    opened()
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {"original", "poster"}
    assert not [path for path in folder.rglob("poster") if str(film_.pk) in str(path)]
    assert queries.views(version, reviewer) == []
    cleared = actor_of(member(SEES, clearances=["child_safety"]))
    view = one(version, cleared)
    assert view.restricted and view.poster_url and not view.small_url and not view.strip_url
    moving = one(video, cleared)
    assert moving.play_url and not (moving.poster_url or moving.small_url or moving.strip_url or moving.frames)
    # An address made for one who is not cleared (or no longer is) leads nowhere.
    from watchfloor.items.media import signed

    bare = signed.address("http://m", view.id, "poster", str(reviewer))
    assert get(origin.app, bare).status == 404
    seen: list[Viewed] = []
    watchers.on_view(seen.append)
    try:
        assert get(origin.app, view.poster_url).status == get(origin.app, view.poster_url).status == 200
    finally:
        watchers._watchers.remove(seen.append)
    assert [(each.actor, each.variant, each.clearance) for each in seen] == [(str(cleared), "poster", "child_safety")]
    assert Event.objects.filter(type="media.viewed", actor=str(cleared)).count() == 1
    assert RestrictedRead.objects.filter(actor=str(cleared), subject=f"media:{before.pk}").count() == 1


def test_erased_is_erased(send: Send, see: See, reviewer: Actor, folder: Path) -> None:
    media = send(picture())
    version = see(image=media)
    opened()
    url = one(version, reviewer).poster_url
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    media.refresh_from_db()
    with writing(system("test")) as w:
        actions.erase(w, media, why="Order 12/26")
    assert not [path for path in folder.rglob("*") if path.is_file()]
    for path, data in kept.items():  # a copy of the disk: the files again, without the key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert get(origin.app, url).status == 410
    assert Media.objects.get(pk=media.pk).key is None
    view = one(version, reviewer)
    assert (view.state, view.poster_url) == ("gone", "") and "erased" in view.why
    assert "key" not in json.dumps(
        list(Event.objects.filter(subject=f"media:{media.pk}").values_list("changes", flat=True))
    )
    fresh = send(picture())  # the same bytes may come again, as a new medium
    assert fresh.pk != media.pk


def test_without_the_extra_a_card_says_what_to_install(
    send: Send, see: See, reviewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "available", lambda kind="image": False)
    version = see(image=send(picture()))
    assert work.decode_due() == 0
    view = one(version, reviewer)
    assert view.state == "missing_extra" and 'pip install "watchfloor[media]"' in view.why
    monkeypatch.undo()


def test_a_hostile_file_is_put_aside_with_a_sentence_and_can_be_tried_again(
    send: Send, see: See, reviewer: Actor
) -> None:
    media = send(b"\x89PNG\r\n\x1a\n" + bytes(300))
    good = send(picture())
    version = see(image=media)
    opened()
    view = one(version, reviewer)
    assert (view.state == "refused" and "cannot be read" in view.why) or "no picture" in view.why
    good.refresh_from_db()
    assert good.state == "ready"
    media.refresh_from_db()
    with writing(system("test")) as w:
        actions.retry(w, media)
    opened()
    media.refresh_from_db()
    assert media.state == "refused"


# -- by address -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def cdn(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes | int]]:
    """The platform's own file server, on loopback, listed by setting: what it answers to each path; a number is a status."""
    files: dict[str, bytes | int] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = files.get(self.path, 404)
            self.send_response(found if isinstance(found, int) else 200)
            body = b"" if isinstance(found, int) else found
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    files["port"] = server.server_address[1]
    monkeypatch.setenv("WATCHFLOOR_MEDIA_HOSTS", f"cdn.internal:{files['port']}")
    yield files
    server.shutdown()
    thread.join()
    server.server_close()


async def inside(name: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_addresses_are_fetched_opened_and_shown(cdn: dict[str, Any], see: See, send: Send, reviewer: Actor) -> None:
    cdn["/a.jpg"], cdn["/b.jpg"], cdn["/page"] = picture(shade=5), picture(shade=6), b"<!doctype html><script>"
    at = f"http://cdn.internal:{cdn['port']}"
    known = send(picture(shade=6))
    post = see(
        "post",
        images=[
            f"{at}/a.jpg",
            {"url": f"{at}/b.jpg", "alt": "words"},
            f"{at}/page",
            f"{at}/none",
            "http://127.0.0.1/x",
        ],
    )
    assert [view.state for view in queries.views(post, reviewer)] == ["fetching"] * 5
    while work.work(resolve=inside):
        pass
    views = queries.views(post, reviewer)
    assert [view.state for view in views] == ["ready", "ready", "refused", "refused", "refused"]
    assert views[1].id == encode("med", known.pk) and views[1].alt == "words"  # the bytes were here already
    assert ["a web page" in views[2].why, "answered 404" in views[3].why, "not a public" in views[4].why] == [True] * 3
    assert get(origin.app, views[0].small_url).status == 200
    see("post", images=[f"{at}/a.jpg"])  # the same address today: the same medium
    assert Media.objects.filter(state="fetching").count() == 0
    assert not Event.objects.filter(data__icontains="cdn.internal").exists()  # addresses are not in the ledger
    assert "cdn.internal" not in json.dumps(list(Event.objects.values_list("changes", flat=True)))
    sequencer.catch_up()
    assert rebuild.check().differences == []  # the events say all that the rows say


def test_what_cannot_be_reached_is_tried_later_and_then_put_aside(
    cdn: dict[str, Any], see: See, reviewer: Actor
) -> None:
    cdn["/busy"] = 503
    version = see("image", image=f"http://cdn.internal:{cdn['port']}/busy")
    moment = clock.now()
    tries = 0
    for _ in range(20):
        with clock.at(moment):
            tries += work.fetch_due(resolve=inside)
        moment += timedelta(hours=1)
    view = one(version, reviewer)
    assert tries == len(work.PAUSES) + 1
    assert view.state == "refused" and "After 6 tries: cdn.internal answered 503." in view.why


# -- the doors ------------------------------------------------------------------------------------------------------------


def _token(*permissions: str) -> str:
    with writing(system("test")) as w:
        return identity.create_token(w, system("test"), name="t", source="chirp", permissions=list(permissions))[1]


def test_the_upload_door(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_MEDIA_MAX_MB", "1")
    good, other = _token("media.submit", "item.read"), _token("report.submit")
    client = Client(Uploads())  # type: ignore[arg-type]
    data = picture("PNG", (300, 200))

    def post(body: bytes, token: str | None = good, **more: Any) -> Any:
        headers = {"content-type": "application/octet-stream", **more.pop("headers", {})}
        return asyncio.run(client.post("/v1/media", body, token=token, headers=headers, **more))

    answer = post(data, chunks=[data[:10], data[10:500], data[500:]])
    assert answer.status == 201
    receipt = answer.json
    assert (receipt["kind"], receipt["mime"], receipt["bytes"], receipt["state"]) == (
        "image",
        "image/png",
        len(data),
        "decoding",
    )
    assert post(data).json["id"] == receipt["id"]
    media = Media.objects.get(pk=decode("med", receipt["id"]))
    with store.opened(media, "original") as reader:
        assert reader.read_at(0, 10**6) == data
    assert post(b"").status == 422
    assert post(b"<svg>").status == 415 and "SVG" in post(b"<svg>").error["message"]
    assert post(data + bytes(1_000_000)).status == 413
    assert post(data, headers={"content-length": str(10**9)}).status == 413
    assert post(data, headers={"content-type": "multipart/form-data; boundary=x"}).status == 415
    assert post(data, headers={"content-encoding": "gzip"}).status == 415
    assert post(data, token=other).status == 403
    assert post(data, token=None).status == post(data, token="no").status == 401
    assert post(data, method="PUT").status == 405
    assert Media.objects.count() == 1
    assert {path.parent.name for path in folder.rglob("*") if path.is_file()} == {
        str(media.pk)
    }  # no remains of the refused
    told = Browser().get(f"/v1/media/{receipt['id']}", headers={"authorization": f"Bearer {good}"})
    assert told.json()["state"] == "decoding"
    assert Browser().get(f"/v1/media/{receipt['id']}", headers={"authorization": f"Bearer {other}"}).status_code == 403


def test_a_page_may_load_media_from_the_second_origin_alone(folder: Path) -> None:
    from django.conf import settings

    policy = Browser().get("/account/login/").headers["Content-Security-Policy"]
    assert (
        f"media-src 'self' {settings.MEDIA_ORIGIN};" in policy
        and f"img-src 'self' data: {settings.MEDIA_ORIGIN};" in policy
    )
    assert settings.MEDIA_ORIGIN != settings.PUBLIC_URL
    assert not MediaLink.objects.exists()


def test_content_credentials_are_checked_as_a_file_comes_in_and_said_beside_it(
    send: Send, see: See, reviewer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = house()
    plain, broken = picture("JPEG"), bytearray(signed(picture("JPEG", shade=9), "image/jpeg", by))
    broken[-5] ^= 1
    items = {"absent": plain, "untrusted": signed(plain, "image/jpeg", by), "invalid": bytes(broken)}
    versions = {name: see(id=name, image=send(data)) for name, data in items.items()}
    opened()
    views = {name: one(version, reviewer) for name, version in versions.items()}
    macro = engines["jinja2"].env.get_template("workforce/viewer.html").module.media  # type: ignore[attr-defined]
    said = {name: str(macro(view, 1)) for name, view in views.items()}
    assert all(view.state == "ready" and view.small_url for view in views.values())
    assert views["absent"].provenance.checked is None and "No content credentials were found" in said["absent"]
    checked = views["untrusted"].provenance.checked
    assert (
        checked is not None
        and checked.signer == "Ada Example, Example Ltd"
        and "signature not checked" not in said["untrusted"]
    )
    assert "signer not on the list" in said["untrusted"] and "AI made some of it" in said["untrusted"]
    assert "the file was changed after it was signed" in said["invalid"] and "It decides nothing" in said["invalid"]
    (tmp_path / "signers.pem").write_bytes(by.root)
    monkeypatch.setenv("WATCHFLOOR_PROVENANCE_TRUST", str(tmp_path / "signers.pem"))
    for row in Media.objects.filter(provenance__manifests__gt=0):
        assert work.check_again(row)
    assert "signature holds, signer trusted" in str(macro(one(versions["untrusted"], reviewer), 1))
    assert "signature does not hold" in str(macro(one(versions["invalid"], reviewer), 1))
    monkeypatch.setenv(
        "WATCHFLOOR_PROVENANCE_TRUST", str(tmp_path / "gone.pem")
    )  # a list that is gone keeps nobody from looking
    later = see(id="later", image=send(signed(picture("JPEG", shade=4), "image/jpeg", by)))
    opened()
    view = one(later, reviewer)
    assert view.state == "ready" and view.provenance.manifests == 1 and view.provenance.checked is None
