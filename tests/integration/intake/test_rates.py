"""A token beyond its rate is told when to come again; what must never be shed gets in all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchfloor.intake.models import Spooled
from watchfloor.intake.rates import Rates


def test_a_token_beyond_its_rate_gets_429_and_others_are_served(intake: Any, run: Callable[..., Any]) -> None:
    from tests.support.intake import REPORT_ONLY, report

    async def work(client: Any) -> list[Any]:
        client.app.rates = Rates(0.001)
        return [
            await client.reports(report(1)), await client.reports(report(2)),
            await client.reports(report(3), token=REPORT_ONLY),
        ]  # fmt: skip

    first, second, other = run(work)
    assert (first.status, second.status, other.status) == (202, 429, 202)
    assert second.error["code"] == "too_fast" and int(second.headers["retry-after"]) >= 1
    assert Spooled.objects.count() == 2


def test_of_a_batch_only_the_ordinary_rows_are_refused(intake: Any, run: Callable[..., Any]) -> None:
    from tests.support.intake import report

    async def work(client: Any) -> Any:
        client.app.rates = Rates(0.001)
        await client.reports(report(1))
        return await client.reports([report(2), report(3, reason="csam")])

    answer = run(work)
    assert answer.status == 202 and int(answer.headers["retry-after"]) >= 1
    assert [row["status"] for row in answer.json["results"]] == ["rejected", "accepted"]


def test_no_rate_means_no_limit() -> None:
    rates = Rates(0)
    for _ in range(3):
        rates.take("t", 10**9)


def test_a_token_may_have_a_rate_and_networks_of_its_own(intake: Any, run: Callable[..., Any]) -> None:
    from tests.support.intake import REPORT_ONLY, report

    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest

    ApiToken.objects.filter(digest=token_digest(REPORT_ONLY)).update(per_minute=2)

    async def fast(client: Any) -> list[int]:
        return [(await client.reports(report(number), token=REPORT_ONLY)).status for number in range(1, 5)]

    assert run(fast) == [202, 202, 429, 429]
    ApiToken.objects.filter(digest=token_digest(REPORT_ONLY)).update(per_minute=None, networks=["203.0.113.0/24"])

    async def elsewhere(client: Any) -> int:
        client.app.catalogue.forget()
        return int((await client.reports(report(9), token=REPORT_ONLY)).status)

    assert run(elsewhere) == 401
