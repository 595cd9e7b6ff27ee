"""The bands by which near prints meet in the database: two that differ in at most 31 of 256 bits share one of sixteen, but for one bit.

31 < 2 * 16, so of sixteen bands of sixteen bits one has at most one of the differing bits. A print is kept with its sixteen bands
(the band's number and its bits in one whole number); who asks, asks for each band as it is and with each of its bits turned: 272 numbers,
one look into an index. What is found is compared bit by bit, so nothing is left out and nothing invented (Norouzi, Punjani, Fleet 2012).
"""

from __future__ import annotations

BANDS, BITS = 16, 16


def bands_of(bits: bytes) -> list[int]:
    """The sixteen numbers a print of 32 bytes is kept with."""
    return [place << BITS | int.from_bytes(bits[2 * place : 2 * place + 2], "big") for place in range(BANDS)]


def asked_for(bits: bytes) -> list[int]:
    """The numbers of which every print within 31 bits has one."""
    made = []
    for number in bands_of(bits):
        made.append(number)
        made += [number ^ 1 << bit for bit in range(BITS)]
    return made
