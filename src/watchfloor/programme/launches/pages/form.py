"""The form of a launch: what was typed becomes a document, and a document fills the form again. Errors name their field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from watchfloor.identity.models import User
from watchfloor.insight import catalogue
from watchfloor.insight.catalogue import Metric
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields
from watchfloor.programme.launches.domain import kinds
from watchfloor.programme.launches.domain.document import Abuse, Document, Guard, Step, Volume
from watchfloor.programme.tracking.domain import dues

BLANK_ROWS = 2
UNITS = {"share": 0.01, "ms": 1000.0}  # what one unit of the field is in the metric's own


def read(post: QueryDict, zone: str) -> Document:
    """The document that was typed.

    Raises:
        BadInput: ``where`` is the field.
    """
    version = post.get("version", "")
    policy_key, _sep, number = version.rpartition(":")
    markets = _words(post.get("markets", ""), upper=True)
    queues = tuple(post.getlist("queues"))
    chosen = tuple(key for key in kinds.GATES if key in post.getlist("gates"))
    return Document(
        aim=post.get("aim", "").strip(), policy_key=policy_key, policy_number=int(number) if number.isdigit() else 0,
        markets=markets, languages=_words(post.get("languages", "")), queues=queues, vendors=tuple(post.getlist("vendors")),
        volumes=_volumes(post, queues, markets), whatif=post.get("whatif", ""), rules=_lines(post.get("rules", "")),
        clocks=tuple(post.getlist("clocks")), no_clocks=post.get("no_clocks", "").strip(), signers=signers(post.get("signers", "")),
        abuse=_abuse(post), rollback=post.get("rollback", "").strip(), metrics=tuple(dict.fromkeys(post.getlist("metrics"))),
        guards=_guards(post), steps=_steps(post, zone), hypercare_days=int(_number(post.get("hypercare_days", "14"), "hypercare_days")),
        gates=chosen if post.get("own_gates") else None, needs=_needs(post),
    )  # fmt: skip


def person(text: str, where: str) -> str:
    """Somebody by e-mail, as an actor."""
    found = User.objects.filter(email__iexact=text.strip(), is_active=True).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput("unknown_person", f"Nobody here has the e-mail {text.strip()[:80]!r}.", where=where)
    return f"user:{found}"


def signers(text: str) -> tuple[str, ...]:
    """People by e-mail, one a line, as actors."""
    return tuple(dict.fromkeys(person(line, "signers") for line in _lines(text)))


def emails(actors: Iterable[str]) -> list[str]:
    """The other way round; who is gone is left out."""
    ids = [actor.removeprefix("user:") for actor in actors if actor.startswith("user:")]
    known = {str(pk): email for pk, email in User.objects.filter(pk__in=ids).values_list("pk", "email")}
    return [known[each] for each in ids if each in known]


def typed(document: Document, zone: str) -> dict[str, Any]:
    """A document as the form shows it."""
    return {
        "aim": document.aim, "version": f"{document.policy_key}:{document.policy_number}" if document.policy_key else "",
        "markets": ", ".join(document.markets), "languages": ", ".join(document.languages), "queues": document.queues,
        "vendors": document.vendors, "volumes": {(each.queue, each.market): _plain(each.per_day) for each in document.volumes},
        "whatif": document.whatif, "rules": "\n".join(document.rules), "clocks": document.clocks, "no_clocks": document.no_clocks,
        "signers": "\n".join(emails(document.signers)), "abuse": [(each.case, each.answer) for each in document.abuse],
        "rollback": document.rollback, "metrics": document.metrics, "hypercare_days": document.hypercare_days,
        "guards": [_guard_row(each) for each in document.guards], "own_gates": document.gates is not None, "gates": document.gates,
        "steps": [
            (", ".join(step.markets), step.percent, step.starts_at.astimezone(dues.zone_of(zone)).strftime("%Y-%m-%dT%H:%M"))
            for step in document.steps
        ],
        "needs": {key: _plain(need * 100 if kinds.GATES[key].unit == "share" else need) for key, need in document.needs.items()},
    }  # fmt: skip


def kept(post: QueryDict) -> dict[str, Any]:
    """What was typed, as it was typed, for a form that must be mended."""
    one = {key: post.get(key, "") for key in (
        "aim", "version", "markets", "languages", "whatif", "rules", "no_clocks", "signers", "rollback", "hypercare_days", "own_gates",
        "title", "owner", "zone", "kind",
    )}  # fmt: skip
    many = {key: post.getlist(key) for key in ("queues", "vendors", "clocks", "metrics", "gates")}
    volumes = {
        tuple(key.split(":", 2)[1:]): value
        for key, value in post.items()
        if key.startswith("volume:") and key.count(":") == 2
    }
    return {
        **one, **many, "volumes": volumes, "abuse": list(zip(post.getlist("abuse_case"), post.getlist("abuse_answer"), strict=False)),
        "guards": list(zip(*(post.getlist(f"guard_{part}") for part in ("metric", "side", "limit", "unit")), strict=False)),
        "steps": list(zip(*(post.getlist(f"step_{part}") for part in ("markets", "percent", "start")), strict=False)),
        "needs": {key: post.get(f"need-{key}", "") for key in kinds.GATES},
    }  # fmt: skip


def field_unit(metric: Metric) -> float:
    """What one unit of a limit's field is in the metric's own: per cent, seconds, or the thing itself."""
    return UNITS.get(metric.unit, 1.0)


def _volumes(post: QueryDict, queues: tuple[str, ...], markets: tuple[str, ...]) -> tuple[Volume, ...]:
    found = []
    for queue in queues:
        for market in markets or ("",):
            name = f"volume:{queue}:{market}"
            if text := post.get(name, "").strip():
                found.append(Volume(queue=queue, market=market, per_day=_number(text, name)))
    return tuple(found)


def _abuse(post: QueryDict) -> tuple[Abuse, ...]:
    pairs = zip(post.getlist("abuse_case"), post.getlist("abuse_answer"), strict=False)
    return tuple(
        Abuse(case=case.strip(), answer=answer.strip()) for case, answer in pairs if case.strip() or answer.strip()
    )


def _guards(post: QueryDict) -> tuple[Guard, ...]:
    rows = zip(*(post.getlist(f"guard_{part}") for part in ("metric", "side", "limit", "unit")), strict=False)
    found = []
    for key, side, text, unit in rows:
        if not key:
            continue
        metric, value = catalogue.metric(key), _number(text, "guards")
        relative = unit == "relative"
        found.append(
            Guard(
                metric=key, side=side, limit=value / 100 if relative else value * field_unit(metric), relative=relative
            )
        )
    return tuple(found)


def _guard_row(guard: Guard) -> tuple[str, str, str, str]:
    scale = 0.01 if guard.relative else field_unit(catalogue.metric(guard.metric))
    return (guard.metric, guard.side, _plain(guard.limit / scale), "relative" if guard.relative else "own")


def _steps(post: QueryDict, zone: str) -> tuple[Step, ...]:
    where = dues.zone_of(zone)
    rows = zip(*(post.getlist(f"step_{part}") for part in ("markets", "percent", "start")), strict=False)
    found = []
    for markets, percent, start in rows:
        if not start.strip():
            if markets.strip():
                raise BadInput("no_start", "Each stage begins at a moment.", where="steps")
            continue
        at = dues.local(datefields.moment(start, "steps").replace(tzinfo=None), where)
        found.append(
            Step(markets=_words(markets, upper=True), percent=int(_number(percent or "100", "steps")), starts_at=at)
        )
    return tuple(found)


def _needs(post: QueryDict) -> dict[str, float]:
    found = {}
    for key, gate in kinds.GATES.items():
        text = post.get(f"need-{key}", "").strip()
        if gate.adjustable and text:
            value = _number(text, f"need-{key}") / (100 if gate.unit == "share" else 1)
            if value != gate.need:
                found[key] = value
    return found


def _words(text: str, *, upper: bool = False) -> tuple[str, ...]:
    found = (each.strip() for each in text.replace("\n", ",").replace(";", ",").split(","))
    return tuple(dict.fromkeys((each.upper() if upper else each)[:12] for each in found if each))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip()[:120] for line in text.splitlines() if line.strip()))


def _number(text: str, where: str) -> float:
    try:
        value = float(text.strip().rstrip("%").strip().replace(",", "."))
    except ValueError:
        raise BadInput("bad_number", "This is no number.", where=where) from None
    if not abs(value) < 1e12:
        raise BadInput("bad_number", "This is no number of ordinary size.", where=where)
    return value


def _plain(value: float) -> str:
    return f"{value:.10g}"
