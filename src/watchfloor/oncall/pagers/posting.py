"""One POST to an address outside: resolved once, checked against the inner network, not redirected, with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from watchfloor import __version__
from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.pagers import Sent
from watchfloor.platform import targets

SECONDS = 10.0
GONE = frozenset({400, 401, 403, 404, 410})  # trying again would not help


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
    """Send it; any 2xx is taken for an answer. Never raises for what the other side does."""
    return asyncio.run(_post(url, body, headers))


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
    try:
        async with asyncio.timeout(SECONDS):
            target = await targets.resolve(url)
            async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
                answer = await client.post(
                    target.url, content=body, extensions={"sni_hostname": target.name},
                    headers={
                        "host": target.host, "content-type": "application/json", "user-agent": f"Watchfloor/{__version__}", **headers,
                    },
                )  # fmt: skip
    except TimeoutError:
        return Sent(False, f"No answer within {SECONDS:g} s.")
    except BadInput as refused:
        return Sent(False, refused.message, final=True)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        return Sent(False, f"{type(failure).__name__}: {failure}"[:300])
    if 200 <= answer.status_code < 300:
        return Sent(True)
    return Sent(False, f"The other side answered {answer.status_code}.", final=answer.status_code in GONE)
