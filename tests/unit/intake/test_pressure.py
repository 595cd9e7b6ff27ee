"""When the event loop is late, what cannot be urgent is known without being read; nothing that is urgent ever counts as such."""

from __future__ import annotations

import asyncio
import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.intake.pressure import EVERY, Pressure
from watchfloor.intake.rows import Known

ALIASES = {"org.example/defs#child": "child-abuse", "org.example#spam": "spam"}
KNOWN = Known(types={}, reasons={"spam": 1, "child-abuse": 0, "extremism": 0}, aliases=ALIASES)


@settings(max_examples=60)
@given(st.sampled_from(["child-abuse", "extremism", "org.example/defs#child"]), st.text(max_size=40), st.data())
def test_whatever_names_an_urgent_reason_may_be_urgent(reason: str, text: str, data: st.DataObject) -> None:
    value = {"note": text, "reason": reason}
    written = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    escaped = "".join(f"\\u{ord(letter):04x}" if data.draw(st.booleans()) else letter for letter in reason)
    written = written.replace(reason, data.draw(st.sampled_from([reason, escaped, reason.replace("/", "\\/")])))
    assert json.loads(written) == value
    assert Pressure().may_be_urgent(written.encode(), KNOWN)


def test_what_names_none_is_not() -> None:
    for body in (b'{"reason":"spam","note":"\\u00e9t\\u00e9"}', b'[{"reason":"org.example#spam"}]', b""):
        assert not Pressure().may_be_urgent(body, KNOWN)
    assert not Pressure().may_be_urgent(b'{"reason":"x"}', Known(types={}, reasons={}))


def test_a_late_loop_is_seen_and_forgotten() -> None:
    async def work() -> tuple[bool, bool, int, bool]:
        pressure = Pressure()
        pressure.watch()
        calm = pressure.high
        await asyncio.sleep(0)
        time.sleep(0.5)  # the loop is kept busy: that is the matter
        while not pressure.high:
            await asyncio.sleep(EVERY)
        late, again = pressure.high, pressure.retry_after()
        while pressure.high:
            await asyncio.sleep(EVERY)
        return calm, late, again, pressure.high

    calm, late, again, after = asyncio.run(work())
    assert (calm, late, after) == (False, True, False) and again >= 1
