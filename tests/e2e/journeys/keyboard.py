"""A person who has only a keyboard: presses, types, tabs to things by name. There is no mouse here."""

from __future__ import annotations

from typing import Any

FOCUSED = """() => { const e = document.activeElement;
  return e ? (e.getAttribute('aria-label') || e.innerText || e.labels?.[0]?.innerText || e.value || e.name || '').trim() : '' }"""

CURSOR = "input:focus, textarea:focus, select:focus, [contenteditable]:focus, [contenteditable] :focus"


class Keyboard:
    """The keys under one page."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Letters into the field that has the focus; a page gives it a moment after it is loaded, and a person waits for the cursor."""
        self.page.locator(CURSOR).wait_for()
        self.page.keyboard.type(text)

    def go(self, key: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)

    def focused(self) -> str:
        """What has the focus, as it would be read aloud."""
        return str(self.page.evaluate(FOCUSED))

    def reach(self, name: str, back: bool = False) -> None:
        """Tab to the thing whose name begins so."""
        for _ in range(120):
            if self.focused().startswith(name):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab does not lead to {name!r} on {self.page.url}")

    def sign_in(self, email: str, password: str) -> None:
        """From the sign-in page."""
        self.reach("E-mail")
        self.type(email)
        self.press("Tab")
        self.type(password)
        self.press("Enter")
        self.page.wait_for_selector("[aria-label^='Account of']")

    def sees(self, text: str) -> None:
        """Insist that the page says so, soon."""
        self.page.get_by_text(text).first.wait_for(timeout=15_000)
