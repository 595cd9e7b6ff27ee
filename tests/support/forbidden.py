"""Addresses that no server may be made to call, in every spelling we know of; a DNS server whose answers live no second; who was called.

All are made here, from the inner addresses themselves.
"""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import ipaddress
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

INNER = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.192",
    "198.18.0.1",
)
INNER_6 = (
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "64:ff9b:1::808:808",
    "100::1",
    "3fff::1",
    "2001::1",
)
DOTS = ("\u3002", "\uff0e", "\uff61")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SUPERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def spellings(text: str) -> Iterator[str]:
    """Hosts that some program somewhere takes for this IPv4 address."""
    number = int(ipaddress.IPv4Address(text))
    a, b, c, d = text.split(".")
    yield from (text, f"{text}.", f"{text}..", f"%{ord(text[0]):02x}{text[1:]}")
    yield from (str(number), f"0x{number:x}", f"0X{number:X}", f"0{number:o}", str(number + 2**32), f"0x{number:016x}")
    yield from (
        f"0{int(a):o}.0{int(b):o}.0{int(c):o}.0{int(d):o}",
        f"0x{int(a):x}.0x{int(b):x}.0x{int(c):x}.0x{int(d):x}",
    )
    yield from (
        f"00{a}.00{b}.00{c}.00{d}",
        f"{a}.{b}.{int(c) * 256 + int(d)}",
        f"{a}.{(int(b) << 16) + (int(c) << 8) + int(d)}",
    )
    yield from (f"0x{int(a):x}.{b}.0{int(c):o}.{d}", f"{a}.{b}.{c}.0x{int(d):x}")
    yield from (text.replace(".", dot) for dot in DOTS)
    yield from (text.translate(CIRCLED), text.translate(WIDE), text.translate(SUPERS), text.replace(".", ".\u200b"))
    high, low = number >> 16, number & 0xFFFF
    for form in (
        f"::ffff:{text}", f"::ffff:{high:x}:{low:x}", f"::ffff:0:{text}", f"::{text}", f"64:ff9b::{text}", f"64:ff9b::{high:x}:{low:x}",
        f"64:ff9b:1::{high:x}:{low:x}", f"2002:{high:x}:{low:x}::", f"2002:{high:x}:{low:x}::1", f"2a00:1::5efe:{text}", f"2a00:1::200:5efe:{text}",
        f"2001:0:{high:x}:{low:x}::{(high ^ 0xFFFF):x}:{(low ^ 0xFFFF):x}", f"0:0:0:0:0:ffff:{high:x}:{low:x}", f"::ffff:{text}%1",
    ):  # fmt: skip
        yield f"[{form}]"


def hosts() -> list[str]:
    """Every spelling of every inner address, and of names that mean the machine itself."""
    found = [each for text in INNER for each in spellings(text)]
    for text, zone in product(INNER_6, ("", "%1", "%25lo", "%eth0")):
        found.append(f"[{text}{zone}]")
    found += [f"[{ipaddress.IPv6Address(text).exploded}]" for text in INNER_6]
    found += [f"[{ipaddress.IPv6Address(text).exploded.upper()}]" for text in INNER_6]
    found += [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "localhost.localdomain",
        "ip6-localhost",
        "ⓛocalhost",
        "loc\u00adalhost",
        "inner.test",
        "inner.test.",
        "both.test",
    ]
    return list(dict.fromkeys(found))


def urls() -> list[str]:
    """Those hosts as addresses; for a few also with ports, user names, other schemes and signs that readers disagree about."""
    made = [f"https://{host}/hook" for host in hosts()]
    for text in ("127.0.0.1", "169.254.169.254", "[::1]"):
        for port in (0, 22, 25, 53, 2375, 3306, 5432, 6379, 8740, 9200, 11211, 65535, 65536, -1):
            made.append(f"https://{text}:{port}/")
        for scheme in (
            "http",
            "ftp",
            "file",
            "gopher",
            "dict",
            "ldap",
            "sftp",
            "tftp",
            "data",
            "jar",
            "netdoc",
            "ws",
            "unix",
            "HTTPS ",
            "",
        ):
            made.append(f"{scheme}://{text}/")
        made += [
            f"https://public.test@{text}/", f"https://public.test:x@{text}/", f"https://{text}#@public.test/", f"https://public.test\\@{text}/",
            f"https://{text}\\@public.test/", f"https://public.test%2f@{text}/", f"https:///{text}/", f"https:/{text}/", f"https:{text}/",
            f"https://{text}%00.public.test/", f"https://{text}%0d%0aHost:%20public.test/", f"https://{text}\t/", f"https://\n{text}/", f" https://{text}/",
            f"https://{text}?@public.test/", f"https://{text};public.test/", f"https://@{text}/", f"https://:@{text}/", f"https://[{text}/",
        ]  # fmt: skip
    return list(dict.fromkeys(made))


class Names(threading.Thread):
    """A DNS server on loopback: each question takes the next of a name's answers, and each answer lives 0 seconds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def run(self) -> None:
        """Until the socket is closed."""
        while True:
            try:
                packet, who = self.socket.recvfrom(512)
            except OSError:
                return
            if len(packet) < 17:
                return
            name, place = [], 12
            while packet[place]:
                name.append(packet[place + 1 : place + 1 + packet[place]].decode("ascii", "replace"))
                place += packet[place] + 1
            question = packet[12 : place + 5]
            asked = ".".join(name).lower()
            self.asked.append(asked)
            left = self.answers.get(asked, [])
            found = left.pop(0) if len(left) > 1 else (left[0] if left else [])
            records = b""
            for text in found:
                address = ipaddress.ip_address(text)
                records += (
                    b"\xc0\x0c"
                    + struct.pack(">HHIH", 1 if address.version == 4 else 28, 1, 0, len(address.packed))
                    + address.packed
                )
            flags = 0x8180 if found else 0x8183
            self.socket.sendto(packet[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + records, who)

    def ask(self, name: str) -> list[str]:
        """What a resolver that keeps nothing gets for a name, over the wire."""
        try:
            labels = name.rstrip(".").encode("idna").decode("ascii").split(".")
            wire = b"".join(bytes([len(each)]) + each.encode() for each in labels) + b"\0"
        except (UnicodeError, ValueError):
            raise socket.gaierror(socket.EAI_NONAME, "no name") from None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(5)
            line.sendto(
                b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + wire + b"\x00\x01\x00\x01",
                self.socket.getsockname(),
            )
            packet = line.recv(512)
        count, found, place = struct.unpack(">H", packet[6:8])[0], [], 12 + len(wire) + 4
        for _ in range(count):
            length = struct.unpack(">H", packet[place + 10 : place + 12])[0]
            found.append(str(ipaddress.ip_address(packet[place + 12 : place + 12 + length])))
            place += 12 + length
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found

    def stop(self) -> None:
        """Close."""
        self.socket.sendto(b"", self.socket.getsockname())
        self.join(5)
        self.socket.close()

    def getaddrinfo(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        """In the place of the system's: numbers as the C library reads them, names from here."""
        try:
            found = [str(ipaddress.ip_address(host.partition("%")[0].strip("[]")))]
        except ValueError:
            try:
                found = [socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))]  # 127.1, 0x7f000001, 2130706433
            except (OSError, UnicodeError):
                found = ["127.0.0.1"] if host.lower().startswith("localhost") else self.ask(host)
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]


_heard: list[list[tuple[object, ...]]] = []
_state = {"hooked": False}


def _hear(event: str, given: tuple[object, ...]) -> None:
    if event == "socket.connect" and _heard and isinstance(given[1], tuple):
        address = (str(given[1][0]), int(given[1][1]))
        for each in _heard:
            each.append(address)
        if address not in _allowed:
            raise ConnectionRefusedError("no connection leaves this test")


_allowed: set[tuple[str, int]] = set()


@contextmanager
def calls_heard(*but: tuple[str, int]) -> Iterator[list[tuple[object, ...]]]:
    """Every connection that this process begins, heard beneath all libraries (an audit hook); all are refused but those named."""
    if not _state["hooked"]:
        sys.addaudithook(_hear)
        _state["hooked"] = True
    calls: list[tuple[object, ...]] = []
    _heard.append(calls)
    _allowed.update(but)
    try:
        yield calls
    finally:
        _heard.remove(calls)
        _allowed.difference_update(but)
