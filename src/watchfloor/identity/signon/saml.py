"""Asking a SAML provider, by python3-saml (extra ``saml``): requests by redirect, answers by POST, assertions signed, nothing unasked.

Only an assertion that the provider signed itself counts; the library looks at that one alone. What it leaves open is refused here before
and after: more than one assertion, a document type, comments within a name, a weak algorithm, an answer nobody asked for in this browser.
"""

from __future__ import annotations

import base64
import binascii
import time
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.joining import Said
from watchfloor.identity.signon.models import Provider
from watchfloor.kernel.errors import BadInput, MissingExtra

MOST: Final = 400_000  # bytes of an answer
FRESH: Final = 6 * 60  # seconds since the provider asked, where it was to ask again
EMAILS: Final = (
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "mail",
)
NAMES: Final = (
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "displayName",
)
GROUPS: Final = ("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "memberOf")
NS: Final = {"samlp": "urn:oasis:names:tc:SAML:2.0:protocol", "saml": "urn:oasis:names:tc:SAML:2.0:assertion"}


def _library() -> Any:
    try:
        from onelogin.saml2 import auth, idp_metadata_parser, settings
    except ImportError:
        raise MissingExtra("saml", "Sign-on by SAML") from None
    return auth, idp_metadata_parser, settings


def entity_of(metadata: str) -> str:
    """The provider's entity id in its metadata; ``BadInput`` when they cannot be used."""
    return str(_idp(metadata)["entityId"])


def _idp(metadata: str) -> dict[str, Any]:
    if "<!DOCTYPE" in metadata or "<!ENTITY" in metadata:
        raise BadInput("bad_metadata", "Metadata have no document type.", where="metadata")
    parser = _library()[1].OneLogin_Saml2_IdPMetadataParser
    try:
        found: dict[str, Any] = parser.parse(metadata.strip()).get("idp", {})
    except Exception:  # the library raises what its XML reader raises
        raise BadInput(
            "bad_metadata", "These metadata cannot be read.", where="metadata", hint="Paste the provider's XML."
        ) from None
    url = str((found.get("singleSignOnService") or {}).get("url", ""))
    if (
        not found.get("entityId")
        or not (found.get("x509cert") or found.get("x509certMulti"))
        or urlsplit(url).scheme not in ("https", "http")
    ):
        raise BadInput(
            "bad_metadata", "These metadata name no provider with a certificate and a sign-on address.", where="metadata",
            hint="Paste the provider's XML (EntityDescriptor with IDPSSODescriptor).",
        )  # fmt: skip
    return found


def settings_of(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """The library's settings: strict, the assertion itself signed, by SHA-256 or better."""
    return {
        "strict": True,
        "idp": _idp(provider.metadata),
        "sp": {
            "entityId": request.build_absolute_uri(reverse("signon_metadata", args=[provider.key])),
            "assertionConsumerService": {
                "url": request.build_absolute_uri(reverse("signon_acs", args=[provider.key])),
                "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            },
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        },
        "security": {
            "wantAssertionsSigned": True, "wantMessagesSigned": False, "wantNameId": True, "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True, "rejectUnsolicitedResponsesWithInResponseTo": True, "wantAttributeStatement": False,
            "allowRepeatAttributeName": True, "allowSingleLabelDomains": True,
        },
    }  # fmt: skip


def begin_address(request: HttpRequest, provider: Provider, *, state: str, again: bool) -> tuple[str, str]:
    """Where the browser goes, and the id of the request that the answer must name."""
    auth = _auth(request, provider)
    address = auth.login(return_to=state, force_authn=again)
    return str(address), str(auth.get_last_request_id())


def said(request: HttpRequest, provider: Provider, asked_id: str, *, again: bool = False) -> tuple[Said, str]:
    """What the posted answer says, checked; and the provider's name for the session. Raises ``Refused``."""
    _plain(request.POST.get("SAMLResponse", ""))
    auth = _auth(request, provider)
    try:
        auth.process_response(request_id=asked_id)
    except Exception as error:  # the library and its XML reader raise many kinds
        raise Refused("signature", f"The answer cannot be trusted: {type(error).__name__}.") from None
    if auth.get_errors() or not auth.is_authenticated():
        raise Refused(
            "signature", f"The answer cannot be trusted: {auth.get_last_error_reason() or auth.get_errors()}."
        )
    if auth.get_last_response_in_response_to() != asked_id:
        raise Refused("state", "The answer is to another question.")
    if again and not _just_now(auth.get_last_response_xml()):
        raise Refused("not_fresh", "The provider did not ask again who you are (AuthnInstant).")
    attributes: dict[str, list[str]] = auth.get_attributes()
    subject = str(auth.get_nameid() or "")
    if not subject:
        raise Refused("subject", "The answer names nobody.")
    email = _first(attributes, (provider.claims.get("email", ""), *EMAILS)) or (subject if "@" in subject else "")
    named = (provider.claims.get("groups", ""), *GROUPS)
    found = next((attributes[name] for name in named if name and name in attributes), None)
    return Said(
        subject=subject, email=email, email_sure=True, name=_first(attributes, (provider.claims.get("name", ""), *NAMES)),
        groups=found if found is not None or not provider.claims.get("groups") else [],
    ), str(auth.get_session_index() or "")  # fmt: skip


def metadata_of(request: HttpRequest, provider: Provider) -> str:
    """Ours, for the provider."""
    settings = _library()[2].OneLogin_Saml2_Settings(settings=settings_of(request, provider), sp_validation_only=True)
    found: Any = settings.get_sp_metadata()
    return found.decode() if isinstance(found, bytes) else str(found)


def _auth(request: HttpRequest, provider: Provider) -> Any:
    prepared = {
        "https": "on" if request.is_secure() else "off", "http_host": request.get_host(), "script_name": request.path,
        "get_data": request.GET.dict(), "post_data": request.POST.dict(),
    }  # fmt: skip
    return _library()[0].OneLogin_Saml2_Auth(prepared, settings_of(request, provider))


def _plain(sent: str) -> None:
    """Refuse what no honest answer has, before anything reads it."""
    from lxml import etree

    try:
        raw = base64.b64decode(sent, validate=False)
    except (binascii.Error, ValueError):
        raise Refused("answer", "The answer cannot be read.") from None
    if not raw or len(raw) > MOST or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Refused("answer", "The answer is empty, too long, or has a document type.")
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        raise Refused("answer", "The answer cannot be read.") from None
    assertions = root.xpath("//saml:Assertion | //saml:EncryptedAssertion", namespaces=NS)
    if root.tag != f"{{{NS['samlp']}}}Response" or len(assertions) != 1 or assertions[0].getparent() is not root:
        raise Refused("wrapped", "The answer must have one assertion, in its place.")
    if root.xpath("//comment() | //processing-instruction()"):
        raise Refused("wrapped", "The answer has comments, which could change what a name reads as.")
    ids = root.xpath("//@ID")
    if len(set(ids)) != len(ids):
        raise Refused("wrapped", "The answer uses one ID twice.")


def _just_now(xml: Any) -> bool:
    """Whether the provider asked within the last minutes who somebody is."""
    from lxml import etree

    raw = xml.encode() if isinstance(xml, str) else xml
    found = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True)).xpath(
        "//saml:AuthnStatement/@AuthnInstant", namespaces=NS
    )
    try:
        moments = [datetime.fromisoformat(str(each).replace("Z", "+00:00")).timestamp() for each in found]
    except ValueError:
        return False
    return bool(moments) and min(moments) > time.time() - FRESH


def _first(attributes: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((str(attributes[name][0]) for name in names if name and attributes.get(name)), "")
