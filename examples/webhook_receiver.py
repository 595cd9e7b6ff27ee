"""All a platform needs to be told what to do: check the signature, apply each key once, answer quickly. The standard library only.

WATCHFLOOR_SECRET=whsec_… python webhook_receiver.py 9000
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

APPLIED: set[str] = set()  # in a real platform: a unique column beside what it changes, in the same transaction


def genuine(headers: dict[str, str], body: bytes, secret: str, tolerance: float = 300) -> bool:
    """Whether one of the signatures is ours and the message is fresh (Standard Webhooks 1.0). Header names in lower case."""
    key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isascii() or not moment.isdigit() or abs(time.time() - int(moment)) > tolerance:
        return False
    signed = f"{key}.{moment}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(wanted, each) for each in given)


def apply(message: dict) -> str:
    """What the platform would do, in words. An action: put `effect` on the item, or take it off when `undo` is true."""
    if message["type"] == "action":
        item = message["item"]
        verb = "takes back" if message["undo"] else "applies"
        return f"{verb} {message['effect']} on {item['type']} {item['id']}, until {message['until'] or 'further notice'}"
    return f"passes {message['type']} on to its recipient"


class Receiver(BaseHTTPRequestHandler):
    """204: applied, now or before. 401: not signed with our key."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        known = genuine(headers, body, os.environ["WATCHFLOOR_SECRET"])
        if known and headers["webhook-id"] not in APPLIED:
            print(apply(json.loads(body)), flush=True)
            APPLIED.add(headers["webhook-id"])
        self.send_response(204 if known else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
