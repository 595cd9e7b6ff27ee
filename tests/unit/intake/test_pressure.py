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
    some = reason.replace("/", "\\/", data.draw(st.integers(0, 2)))
    written = written.replace(json.dumps(reason), f'"{data.draw(st.sampled_from([reason, escaped, some]))}"')
    assert json.loads(written) == value
    assert Pressure().may_be_urgent(written.encode(), KNOWN)


def test_what_names_none_is_not() -> None:
    said = json.dumps({"reason": "spam", "note": 'they call it child-abuse, "extremism" even'})
    escaped_signs = b'{"reason":"spam","note":"\\u003ca href=\\u0022x\\u0022\\u003e \\u0026 \\u00e9"}'  # as some languages write HTML
    for body in (escaped_signs, b'[{"reason":"org.example#spam"}]', said.encode(), b""):
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


def test_what_an_event_hides_in_base64_may_be_urgent() -> None:
    for body in (b'{"data_base64":"e30="}', b'[{"type":"x","data\\u005Fbase64":"e30="}]'):
        assert Pressure().may_be_urgent(body, KNOWN)
