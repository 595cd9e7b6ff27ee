"""``POST /v1/mail``: a raw mail (RFC 5322) as the body, by a token that may report; 202 with its receipt once it is durable."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.interop.mail import keeping
from watchfloor.interop.mail.domain.parsing import parse
from watchfloor.interop.xarf.views import OPEN, bearer, wrong
from watchfloor.kernel.errors import BadInput, Overloaded, WatchfloorError


@csrf_exempt
@guard.everyone(OPEN)
@require_POST
def mail(request: HttpRequest) -> JsonResponse:
    """``?to=`` and ``?from=`` are the envelope; without ``to`` the mail's own To and Cc count."""
    token = bearer(request)
    if isinstance(token, JsonResponse):
        return token
    try:
        raw = request.body
        to = [each for each in request.GET.getlist("to") if each] or recipients_of(raw)
        kept = keeping.keep(
            raw, recipients=to, sender=request.GET.get("from"), peer=f"token:{token.pk}", how="api", relayed=True
        )  # fmt: skip
    except RequestDataTooBig:
        return wrong(413, "too_large", "A mail may have at most 8 MB.")
    except WatchfloorError as problem:
        answer = JsonResponse({"error": problem.as_dict()}, status=problem.status)
        if isinstance(problem, Overloaded):
            answer.headers["Retry-After"] = str(problem.retry_after)
        return answer
    return JsonResponse(
        {"id": kept.text, "status": "accepted", **({"duplicate": True} if kept.duplicate else {})}, status=202
    )


def recipients_of(raw: bytes) -> list[str]:
    """To and Cc of a mail; ``BadInput`` where it has none that can be read."""
    found = list(parse(raw).to)
    if not found:
        raise BadInput(
            "missing_field", "Say to which address it was sent.", where="to", hint="Add ?to=abuse@example.org."
        )
    return found
