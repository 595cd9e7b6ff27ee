"""Small changes to a text or file, seeded: bits, cuts, repeats, splices, numbers at their ends, signs that readers trip over."""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

from collections.abc import Iterator
from random import Random

SIGNS = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b'"', b"\\", b"\\u0000", b"\\ud800", b"{", b"[" * 200, b"]", b"<", b"<!DOCTYPE x>", b"&#0;", b"%00",
    b"-", b"1e999", b"NaN", b"18446744073709551616", b"-9223372036854775809", b"0" * 400, b"\r\n", b"\n\n", b",", b"=", b":", b"#", b"(", b"(" * 120, b"*" * 50, b"..", b"//",
)  # fmt: skip


def mutants(seeds: tuple[bytes, ...], count: int, seed: int) -> Iterator[bytes]:
    """The seeds themselves, then ``count`` changed ones."""
    yield from seeds
    chance, known = Random(seed), list(seeds)
    for _ in range(count):
        data = bytearray(chance.choice(known))
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(0, len(data))
            match chance.randint(0, 6):
                case 0 if data:
                    data[at % len(data)] ^= 1 << chance.randint(0, 7)
                case 1:
                    data[at:at] = chance.choice(SIGNS)
                case 2:
                    del data[at : at + chance.randint(1, 16)]
                case 3:
                    data[at:at] = data[at : at + chance.randint(1, 40)] * chance.randint(1, 8)
                case 4:
                    other = chance.choice(known)
                    data[at:] = other[chance.randint(0, len(other)) :]
                case 5:
                    data[at : at + 4] = chance.randbytes(4)
                case _:
                    data[at : at + 1] = chance.choice(SIGNS)
        made = bytes(data[:20_000])
        if chance.random() < 0.05:
            known.append(made)
        yield made
