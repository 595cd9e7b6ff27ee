"""What files say of how they were made: manifests written here after the specification, in each container, and broken in every way."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from tests.support.manifests import AI, encoded, in_jpeg, in_mp4, in_png, in_webp, store
from tests.support.media import Bytes, film, photo, sound

from watchfloor.items.media import decoding
from watchfloor.items.media.contracts import Action, Provenance
from watchfloor.items.media.decode import cbor
from watchfloor.items.media.decode.provenance import provenance
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.sniff import sniff

SAYS = Provenance(
    manifests=2, generator="Painter 2.0", signer="Ada Example, Example Ltd", ingredients=1,
    actions=(Action("c2pa.created", "Dream 7", "trainedAlgorithmicMedia"), Action("c2pa.cropped")),
)  # fmt: skip


def said(data: bytes) -> Provenance:
    kind = sniff(data[:4096])
    assert kind is not None
    made = decoding.decode(Bytes(data), kind)
    assert isinstance(made, Made), made
    return made.provenance


def test_a_manifest_is_read_from_each_container() -> None:
    size = (64, 64)
    for form, put in (("JPEG", in_jpeg), ("PNG", in_png), ("WEBP", in_webp)):
        assert said(put(photo(1, form, size=size), store())) == SAYS, form
    assert said(in_mp4(film(2), store())) == SAYS
    assert SAYS.by_ai and not said(photo(1)) and not said(photo(1)).by_ai


def test_the_source_type_of_the_xmp_is_enough() -> None:
    xmp = f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{AI}"/>'.encode()
    data = photo(1, size=(64, 64))
    part = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    jpeg = data[:2] + b"\xff\xe1" + struct.pack("!H", len(part) + 2) + part + data[2:]
    png = in_png(photo(1, "PNG", size=(64, 64)), b"XML:com.adobe.xmp\0\0\0\0\0" + xmp, b"iTXt")
    packed = in_png(photo(1, "PNG", size=(64, 64)), b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp), b"iTXt")
    for each in (jpeg, png, packed):
        assert said(each) == Provenance(source_type="trainedAlgorithmicMedia") and said(each).by_ai


def test_a_broken_manifest_says_nothing_and_takes_nobody_along() -> None:
    chance, whole = random.Random(3), store()
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        file = BytesIO(in_png(b"\x89PNG\r\n\x1a\n" + bytes(25), bytes(broken[: chance.randrange(1, len(broken) + 1)])))
        found = provenance(file, "PNG", len(file.getvalue()))
        assert set(found) <= {"manifests", "generator", "signer", "actions", "ingredients", "source_type"}
        decoding._provenance(found)


def test_deep_and_endless_cbor_is_refused() -> None:
    assert cbor.read(encoded({"a": [1, -2, 2.5, True, None, b"x", "ü"]})) == {"a": [1, -2, 2.5, True, None, b"x", "ü"]}
    assert cbor.read(b"\x9f\x01\x7f\x61a\x61b\xff\xff") == [1, "ab"]
    for bad in (
        b"\x81" * 100,
        b"\x9b" + b"\xff" * 8,
        b"\x5b" + b"\x7f" * 8,
        b"\xff",
        b"",
        b"\x1c",
        b"\x9f" + b"\x00" * 60_000,
    ):
        with pytest.raises(cbor.Bad):
            cbor.read(bad)


def test_a_sound_has_a_line_that_grows_with_it() -> None:
    from base64 import b64decode

    data = sound(4)
    made = decoding.decode(Bytes(data), sniff(data[:4096]))  # type: ignore[arg-type]
    assert isinstance(made, Made)
    line = list(b64decode(made.facts["waveform"]))
    assert len(line) == 600 and line[0] < 5 and line[-1] == 100 and line[300] == pytest.approx(50, abs=3)
