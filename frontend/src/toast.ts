// Short messages. They wait while looked at, and longer when they carry an action (an undo).

export interface ToastOptions {
  kind?: "" | "green" | "red" | "amber";
  action?: string;
  onAction?: () => void;
}

const SHORT_MS = 6_000;
const LONG_MS = 15_000;

function dismissLater(card: HTMLElement, after: number): void {
  let timer = window.setTimeout(() => card.remove(), after);
  const hold = (): void => window.clearTimeout(timer);
  const go = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => card.remove(), after);
  };
  card.addEventListener("pointerenter", hold);
  card.addEventListener("focusin", hold);
  card.addEventListener("pointerleave", go);
  card.addEventListener("focusout", go);
}

export function toast(text: string, options: ToastOptions = {}): void {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !(template instanceof HTMLTemplateElement)) return;
  const card = (template.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>("[data-toast]");
  const words = card?.querySelector(".words");
  if (!card || !words) return;
  words.textContent = text;
  if (options.kind) card.classList.add(`toast-${options.kind}`);
  if (options.action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = options.action;
    button.addEventListener("click", () => {
      card.remove();
      options.onAction?.();
    });
    words.after(button);
  }
  region.append(card);
  dismissLater(card, options.action ? LONG_MS : SHORT_MS);
}

export function start(): void {
  for (const card of document.querySelectorAll<HTMLElement>("#toasts [data-toast]")) dismissLater(card, LONG_MS);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]")?.remove();
  });
}
