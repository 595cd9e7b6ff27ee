"""All a platform needs to report to Watchfloor: the standard library, one call, safe to repeat.

WATCHFLOOR_TOKEN=… python platform_client.py message m-1 spam "Win a prize now"
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("WATCHFLOOR_URL", "http://127.0.0.1:8740")


def send(path: str, rows: dict | list, attempts: int = 8) -> dict:
    """Send one row or a list of up to 1,000; the key makes every retry harmless."""
    headers = {"Authorization": f"Bearer {os.environ['WATCHFLOOR_TOKEN']}", "Content-Type": "application/json",
               "Idempotency-Key": str(uuid.uuid4())}  # fmt: skip
    request = urllib.request.Request(URL + path, json.dumps(rows).encode(), headers)  # noqa: S310
    for attempt in range(attempts):
        pause = 2.0**attempt
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503:  # what is wrong with the row, where, and how to mend it
                raise SystemExit(error.read().decode()) from None
            pause = float(error.headers.get("Retry-After", pause))
        except OSError:
            pass  # no answer: it may or may not have arrived, so send it again with the same key
        time.sleep(pause)
    raise SystemExit("Watchfloor does not answer.")


if __name__ == "__main__":
    kind, item_id, reason, text = sys.argv[1:5]
    print(send("/v1/reports", {"item": {"type": kind, "id": item_id, "data": {"text": text}}, "reason": reason}))
