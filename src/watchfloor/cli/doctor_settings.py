"""Settings that cannot be read, each by its name: a typing error there must not look like an ill database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from watchfloor.cli.doctor_finding import Finding
from watchfloor.kernel.errors import BadInput, MissingExtra, WatchfloorError
from watchfloor.platform import config, loops, pools


def first() -> list[Finding]:
    """Those without which nothing else can be looked at."""
    return told(
        config.database,
        lambda: config.log_level("WATCHFLOOR_LOG"),
        loops.apart,
        *(lambda role=role: pools.options(role) for role in pools.ROLES),
    )


def rest() -> list[Finding]:
    """Those that are read where they are needed; asked once the program is loaded."""
    from watchfloor.detection import counting, standing, stream
    from watchfloor.detection.streams import options as streams
    from watchfloor.identity import programs
    from watchfloor.identity.signon import oidc
    from watchfloor.intake import begun, lake_care, rates
    from watchfloor.intake import settings as intake
    from watchfloor.interop.mail import settings as mail
    from watchfloor.items.media import options as media
    from watchfloor.platform import targets, tracing
    from watchfloor.transparency import settings as transparency

    found = told(
        intake.committer_from_settings, rates.rates_from_settings, begun.deaths, lake_care.keep_days, stream.configured,
        counting.store, standing.limits, streams.options, media.options, mail.current, programs.house_rate, tracing.share,
        transparency.endpoint, oidc.logout_type, targets.private_allowed,
    )  # fmt: skip
    return found or [Finding("settings", "ok", "all can be read")]


def told(*readers: Callable[[], object]) -> list[Finding]:
    """What readers say is wrong, each thing once."""
    return list(dict.fromkeys(_wrong(readers)))


def _wrong(readers: tuple[Callable[[], object], ...]) -> Iterator[Finding]:
    for read in readers:
        try:
            read()
        except (BadInput, MissingExtra) as problem:
            yield of(problem)


def of(problem: WatchfloorError) -> Finding:
    """The sentence, with the setting's name in it."""
    name = problem.where if problem.where not in problem.message else ""
    return Finding(
        "settings",
        "bad",
        f"{name}: {problem.message}" if name else problem.message,
        problem.hint or f"Mend or unset {problem.where}, see docs/reference/settings.md.",
    )
