"""A file is what its bytes say."""

from __future__ import annotations

import pytest
from tests.support.media import film, moving, picture

from watchfloor.items.media.sniff import sniff, what


@pytest.mark.parametrize(
    ("data", "mime", "decoder"),
    [
        (picture("JPEG"), "image/jpeg", "JPEG"), (picture("PNG"), "image/png", "PNG"), (moving(2), "image/gif", "GIF"),
        (picture("WEBP"), "image/webp", "WEBP"), (picture("BMP"), "image/bmp", "BMP"), (picture("TIFF"), "image/tiff", "TIFF"),
        (picture("AVIF", (64, 64)), "image/avif", "AVIF"), (film(1), "video/mp4", "mov,mp4,m4a,3gp,3g2,mj2"),
        (film(1, form="mov"), "video/quicktime", "mov,mp4,m4a,3gp,3g2,mj2"),
        (film(1, form="matroska"), "video/x-matroska", "matroska,webm"), (film(1, form="avi"), "video/x-msvideo", "avi"),
        (b"OggS" + bytes(60), "audio/ogg", "ogg"), (b"ID3\x04" + bytes(60), "audio/mpeg", "mp3"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", "wav"), (b"fLaC" + bytes(40), "audio/flac", "flac"),
        (b"\0\0\0\x1cftypM4A " + bytes(16), "audio/mp4", "mov,mp4,m4a,3gp,3g2,mj2"),
        ((b"\x47" + bytes(187)) * 3, "video/mp2t", "mpegts"),
    ],
)  # fmt: skip
def test_kinds(data: bytes, mime: str, decoder: str) -> None:
    found = sniff(data[:4096])
    assert found is not None
    assert (found.mime, found.decoder) == (mime, decoder)
    assert found.kind == mime.partition("/")[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"), (b"<svg xmlns='x'>", "SVG"), (b"<?xml version='1.0'?><svg/>", "SVG"), (b"\n <!DOCTYPE html>", "web page"),
        (b"%PDF-1.7", "PDF"), (b"PK\x03\x04aa", "zip"), (b"#EXTM3U\nhttp://10.0.0.1/", "playlist"), (b"{}", "JSON"),
        (b"\x7fELF", "program"), (b"\0\0\0\x18ftypheic" + bytes(8), "HEIC"), (b"hello", "no kind"),
        (b"BMW is a car, not a picture at all", "no kind"),
        (b"\xff\xff\xff\xff" + bytes(20), "no kind"), (b"RIFF\0\0\0\0CDXA", "no kind"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_named(data: bytes, words: str) -> None:
    assert sniff(data) is None
    assert words in what(data)
