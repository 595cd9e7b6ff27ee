// Media behind a warning: seen only while a button (or Space) is held; grey and still even then. Says so to the server once.

function show(card: HTMLElement, on: boolean): void {
  card.classList.toggle("is-shown", on);
  const button = card.querySelector("[data-hold]");
  button?.setAttribute("aria-pressed", String(on));
  const media = card.querySelector<HTMLVideoElement>("video");
  if (media) {
    media.muted = true;
    if (on) void media.play().catch(() => undefined);
    else media.pause();
  }
  if (on && card.dataset["seen"] === undefined) {
    card.dataset["seen"] = "";
    // others count exposure by this event: how severe, and from when
    card.dispatchEvent(new CustomEvent("wf:seen", { bubbles: true, detail: { severity: card.dataset["severity"] ?? "" } }));
  }
}

function cardOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? (target.closest("[data-hold]")?.closest<HTMLElement>("[data-warning]") ?? null) : null;
}

export function start(): void {
  const hideAll = (): void => {
    for (const card of document.querySelectorAll<HTMLElement>("[data-warning].is-shown")) show(card, false);
  };
  document.addEventListener("pointerdown", (event) => {
    const card = cardOf(event.target);
    if (card && event.button === 0) show(card, true);
  });
  document.addEventListener("pointerup", hideAll);
  document.addEventListener("pointercancel", hideAll);
  document.addEventListener("keydown", (event) => {
    const card = event.key === " " || event.key === "Enter" ? cardOf(event.target) : null;
    if (!card) return;
    event.preventDefault();
    if (!event.repeat) show(card, true);
  });
  document.addEventListener("keyup", hideAll);
  window.addEventListener("blur", hideAll);
  document.addEventListener("visibilitychange", hideAll);
}
