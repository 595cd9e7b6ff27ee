"""A strict stand-in for NCMEC's Reporting API: order of elements, states, the 24 h and 1 h after which an unfinished report vanishes,
codes, MD5. It has a clock of its own, remembers every report, and can be told to fail, to cut the line, or to call somebody meanwhile.

Written from NCMEC's documentation, not from the writer it judges: the order of elements stands here once more.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP

PERSON = "firstName lastName phone* email* address* age ageAssertionDiscrepancy dateOfBirth"
CONTACT = "firstName lastName phone* email* address*"
CAPTURE = "ipAddress! eventName dateTime possibleProxy port"
ACCOUNT = "espIdentifier espService compromisedAccount screenName displayName* profileUrl* profileBio ipCaptureEvent* deviceId*"
TAIL = "estimatedLocation allEmailsReported"
ORDER = {  # child elements in their order; ! must be there, * may be repeated
    "report": "batchedReport incidentSummary! internetDetails* lawEnforcement reporter! personOrUserReported intendedRecipient* victim* "
    "additionalInfo",
    "incidentSummary": "incidentType! platform escalateToHighPriority reportAnnotations incidentDateTime! incidentDateTimeDescription",
    "reportAnnotations": "sextortion csamSolicitation minorToMinorInteraction spam sadisticOnlineExploitation informational",
    "webPageIncident": "url* additionalInfo", "emailIncident": "emailAddress* content additionalInfo",
    "newsgroupIncident": "name emailAddress* content additionalInfo", "chatImIncident": "chatClient chatRoomName content additionalInfo",
    "onlineGamingIncident": "gameName console content additionalInfo",
    "cellPhoneIncident": "phoneNumber latitude longitude additionalInfo",
    "nonInternetIncident": "locationName incidentAddress* additionalInfo",
    "peer2peerIncident": "client ipCaptureEvent* fileNames additionalInfo",
    "lawEnforcement": "agencyName! caseNumber officerContact reportedToLe servedLegalProcessDomestic servedLegalProcessInternational",
    "reporter": "reportingPerson! contactPerson companyTemplate termsOfService legalURL",
    "reportingPerson": PERSON, "contactPerson": CONTACT, "officerContact": CONTACT, "personOrUserReportedPerson": PERSON,
    "intendedRecipientPerson": PERSON, "victimPerson": PERSON, "ipCaptureEvent": CAPTURE,
    "deviceId": "idType! idValue! eventName dateTime", "estimatedLocation": "city region countryCode",
    "address": "address city zipCode state nonUsaState country", "incidentAddress": "address city zipCode state nonUsaState country",
    "personOrUserReported": f"personOrUserReportedPerson vehicleDescription {ACCOUNT} thirdPartyUserReported priorCTReports* "
    f"groupIdentifier {TAIL} associatedAccount* additionalInfo",
    "intendedRecipient": f"intendedRecipientPerson {ACCOUNT} priorCTReports* groupIdentifier {TAIL} additionalInfo",
    "victim": f"victimPerson! {ACCOUNT} schoolName priorCTReports* {TAIL} associatedAccount* additionalInfo",
    "fileDetails": "reportId! fileId! originalFileName uploadedToEspTimestamp locationOfFile fileViewedByEsp exifViewedByEsp "
    "publiclyAvailable fileRelevance fileAnnotations industryClassification originalFileHash* ipCaptureEvent deviceId* "
    "details* additionalInfo*",
    "fileAnnotations": "animeDrawingVirtualHentai potentialMeme viral possibleSelfProduction physicalHarm violenceGore bestiality "
    "liveStreaming infant generativeAi",
    "details": "nameValuePair*", "nameValuePair": "name! value!",
}  # fmt: skip
INCIDENTS = (
    "webPageIncident", "emailIncident", "newsgroupIncident", "chatImIncident", "onlineGamingIncident", "cellPhoneIncident",
    "nonInternetIncident", "peer2peerIncident",
)  # fmt: skip


@dataclass
class Report:
    """What the service holds of one report."""

    id: int
    xml: bytes
    opened: datetime
    changed: datetime
    state: str = "open"  # open | finished | retracted | vanished
    files: dict[str, bytes] = field(default_factory=dict)
    details: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Trouble:
    """What goes wrong at the next call of a path: a ``code``, a wrong ``md5``, an HTTP ``status``; the line ``cut`` before | after."""

    path: str
    code: int = 0
    cut: str = ""
    md5: str = ""
    status: int = 0


def faults(element: ET.Element) -> list[str]:
    """What the schema would say, in a few words each."""
    found: list[str] = []
    if element.tag == "internetDetails" and [child.tag in INCIDENTS for child in element] != [True]:
        found.append("internetDetails holds exactly one incident")
    order = ORDER.get(element.tag, "").split()
    names = [each.rstrip("!*") for each in order]
    place = 0
    for child in element:
        if order and child.tag not in names:
            found.append(f"{element.tag}: unexpected {child.tag}")
        elif order:
            at = names.index(child.tag)
            if at < place:
                found.append(f"{element.tag}: {child.tag} out of order")
            place = at if order[at].endswith("*") else at + 1
        if child.tag in ("url", "profileUrl", "legalURL") and re.search(r"[\s\x00-\x1f\x7f-\x9f]", child.text or ""):
            found.append(f"{child.tag}: white space or control character")
        found += faults(child)
    found += [
        f"{element.tag}: {each[:-1]} is missing"
        for each in order
        if each.endswith("!") and element.find(each[:-1]) is None
    ]
    if element.tag == "fileDetails" and element.findtext("fileRelevance") == "Supplemental Reported":
        annotations = element.find("fileAnnotations")
        meme = annotations is not None and annotations.find("potentialMeme") is not None
        if element.find("industryClassification") is not None or meme:
            found.append("fileDetails: a supplement is not classified")
    return found


class Service:
    """The service, listening on loopback; ``url`` is its base.

    ``before`` and ``after`` are called around the effect of each call, ``answered`` once its answer is out.
    """

    username, password = "watch", "floor"

    def __init__(self) -> None:
        self.reports: dict[int, Report] = {}
        self.calls: list[str] = []
        self.troubles: list[Trouble] = []
        self.shift = timedelta(0)
        self.before: Callable[[str], None] = lambda path: None
        self.after: Callable[[str], None] = lambda path: None
        self.answered: Callable[[str], None] = lambda path: None
        self._lock = threading.RLock()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.answer(self)

            def do_POST(self) -> None:
                service.answer(self)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever asked is dead."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/ispws"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()

    def now(self) -> datetime:
        """The service's own time."""
        return datetime.now(UTC) + self.shift

    def of_state(self, state: str) -> list[Report]:
        """The reports in a state, those whose time is over gone."""
        with self._lock:
            for each in self.reports.values():
                self._age(each)
            return [each for each in self.reports.values() if each.state == state]

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """One call."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        path = handler.path.removeprefix("/ispws")
        with self._lock:
            self.calls.append(path)
            trouble = next((each for each in self.troubles if each.path == path), None)
            if trouble is not None:
                self.troubles.remove(trouble)
        self.before(path)
        wanted = "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if handler.headers.get("Authorization") != wanted:
            return self._say(handler, 401, b"")
        if trouble and trouble.cut == "before":
            return self._cut(handler)
        if trouble and (trouble.code or trouble.status):
            return self._say(handler, trouble.status or 200, self._reply(trouble.code) if trouble.code else b"busy")
        with self._lock:
            said = self._do(path, body, handler.headers.get("Content-Type", ""), trouble.md5 if trouble else "")
        self.after(path)
        if trouble and trouble.cut == "after":
            return self._cut(handler)
        self._say(handler, 200, said)
        return self.answered(path)

    def _do(self, path: str, body: bytes, kind: str, md5: str) -> bytes:
        if path == "/status":
            return self._reply(0)
        if path == "/xsd":
            return b"<schema/>"
        if path in ("/submit", "/fileinfo"):
            try:
                root = ET.fromstring(body)
            except ET.ParseError:
                return self._reply(4110)
            wrong = faults(root)
            if wrong or root.tag != {"/submit": "report", "/fileinfo": "fileDetails"}[path]:
                return self._reply(4100, "; ".join(wrong))
            return self._submit(body) if path == "/submit" else self._fileinfo(root, body)
        form = self._form(body, kind)
        report = self.reports.get(int(form.get("id", b"0")))
        code = self._closed(report)
        if report is not None and code and path == "/finish":  # always answers in its own form
            return f"<reportDoneResponse><responseCode>{code}</responseCode><reportId>{report.id}</reportId></reportDoneResponse>".encode()
        if report is None or code:
            return self._reply(code)
        if path == "/upload":
            number = hashlib.md5(f"{report.id}-{len(report.files)}".encode()).hexdigest()
            report.files[number] = form["file"]
            report.changed = self.now()
            return self._reply(0, id=report.id, file=number, hash=md5 or hashlib.md5(form["file"]).hexdigest())
        if path == "/retract":
            report.state = "retracted"
            return self._reply(0, id=report.id)
        assert path == "/finish"
        report.state = "finished"
        files = "".join(f"<fileId>{each}</fileId>" for each in report.files)
        said = f"<responseCode>0</responseCode><reportId>{report.id}</reportId><files>{files}</files>"
        return f"<reportDoneResponse>{said}</reportDoneResponse>".encode()

    def _submit(self, body: bytes) -> bytes:
        number = 7_000_000 + len(self.reports)
        self.reports[number] = Report(number, body, self.now(), self.now())
        return self._reply(0, id=number)

    def _fileinfo(self, root: ET.Element, body: bytes) -> bytes:
        report = self.reports.get(int(root.findtext("reportId", "0")))
        code = self._closed(report)
        if report is None or code:
            return self._reply(code)
        number = root.findtext("fileId", "")
        if number not in report.files:
            return self._reply(5002)
        report.details[number] = body
        report.changed = self.now()
        return self._reply(0, id=report.id)

    def _closed(self, report: Report | None) -> int:
        if report is None:
            return 5001
        self._age(report)
        return {"open": 0, "vanished": 5001, "retracted": 5101, "finished": 5102}[report.state]

    def _age(self, report: Report) -> None:
        over = max(report.opened + timedelta(hours=24), report.changed + timedelta(hours=1))
        if report.state == "open" and self.now() >= over:
            report.state = "vanished"

    def _form(self, body: bytes, kind: str) -> dict[str, bytes]:
        if kind.startswith("application/x-www-form-urlencoded"):
            return {
                name: value.encode() for name, _, value in (part.partition("=") for part in body.decode().split("&"))
            }
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        found = {}
        for part in message.iter_parts():
            found[str(part.get_param("name", header="content-disposition"))] = bytes(part.get_payload(decode=True))
        return found

    def _reply(self, code: int, words: str = "", *, id: int = 0, file: str = "", hash: str = "") -> bytes:
        root = ET.Element("reportResponse")
        ET.SubElement(root, "responseCode").text = str(code)
        ET.SubElement(root, "responseDescription").text = words or ("Success" if code == 0 else "Error")
        for tag, value in (("reportId", id), ("fileId", file), ("hash", hash)):
            if value:
                ET.SubElement(root, tag).text = str(value)
        return ET.tostring(root)

    def _say(self, handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "text/xml")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:  # who asked is dead
            handler.close_connection = True

    def _cut(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.close()
