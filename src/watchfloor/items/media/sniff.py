"""What a file is, by its first bytes and never by its name or claim. Only kinds that are decoded (and may be shown) are known.

Signatures are those of the formats' own specifications: PNG (W3C), JPEG (T.81), GIF89a, RIFF, ISO 14496-12, Matroska (RFC 9559),
Ogg (RFC 3533), MPEG-2 systems (H.222.0), ID3v2, FLAC (RFC 9639), BMP, TIFF 6. Pure.
"""

from __future__ import annotations

import msgspec

HEAD = 4096  # bytes of the beginning that are enough
_AVIF = {b"avif", b"avis"}
_HEIF = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AUDIO_BRANDS = {b"M4A ", b"M4B "}
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<head", b"<body")
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"Rar!", "a rar archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"8BPS", "a Photoshop document"),
    (b"#EXTM3U", "a playlist, which only names other files"),
    (b"#!", "a script"),
)


class Kind(msgspec.Struct, frozen=True):
    """``decoder`` is the name Pillow or FFmpeg's demuxer knows the format by: no other is tried on the file."""

    kind: str  # image | video | audio
    mime: str
    decoder: str


def sniff(head: bytes) -> Kind | None:
    """The kind of a file that begins with ``head`` (its first ``HEAD`` bytes); None when it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind("image", "image/jpeg", "JPEG")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind("image", "image/png", "PNG")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Kind("image", "image/gif", "GIF")
    if (
        head.startswith(b"BM")
        and len(head) >= 26
        and head[14:18] in {b"\x28\0\0\0", b"\x0c\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"}
    ):
        return Kind("image", "image/bmp", "BMP")
    if head.startswith((b"II*\0", b"MM\0*")):
        return Kind("image", "image/tiff", "TIFF")
    if head.startswith(b"RIFF") and len(head) >= 12:
        return {
            b"WEBP": Kind("image", "image/webp", "WEBP"),
            b"AVI ": Kind("video", "video/x-msvideo", "avi"),
            b"WAVE": Kind("audio", "audio/wav", "wav"),
        }.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        webm = b"webm" in head[:64]
        return Kind("video", "video/webm" if webm else "video/x-matroska", "matroska,webm")
    if head.startswith(b"OggS"):
        return Kind("video", "video/ogg", "ogg") if b"theora" in head[:64] else Kind("audio", "audio/ogg", "ogg")
    if head.startswith(b"fLaC"):
        return Kind("audio", "audio/flac", "flac")
    if head.startswith(b"FLV\x01"):
        return Kind("video", "video/x-flv", "flv")
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return Kind("video", "video/mp2t", "mpegts")
    if head.startswith(b"ID3") or (
        len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0
    ):
        return Kind("audio", "audio/mpeg", "mp3")
    return None


def what(head: bytes) -> str:
    """For people: what a file that we do not take seems to be."""
    if not head:
        return "an empty file"
    if head[4:8] == b"ftyp":
        return "a HEIC picture, which is not read yet"
    text = head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in head[:HEAD].lower()):
        return "an SVG drawing, which can carry programs"
    if text.startswith(_MARKUP):
        return "a web page"
    if text[:1] in {b"{", b"["}:
        return "JSON"
    for signature, words in _OTHERS:
        if head.startswith(signature):
            return words
    return "of no kind that is known here"


def _iso(head: bytes) -> Kind | None:
    """ISO base media: the brands say whether it is a film, a sound or a picture."""
    size = min(int.from_bytes(head[:4], "big"), len(head), 256)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if brands & _AVIF:
        return Kind("image", "image/avif", "AVIF")
    if head[8:12] in _HEIF:
        return None
    if head[8:12] in _AUDIO_BRANDS:
        return Kind("audio", "audio/mp4", "mov,mp4,m4a,3gp,3g2,mj2")
    mime = "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    return Kind("video", mime, "mov,mp4,m4a,3gp,3g2,mj2")
