// Keys: one list, from which they are handled and from which the keys dialog is written.
//
// In markup: data-go="f" on a navigation link (g then f), data-key="e" on anything that can be clicked, with data-key-label
// where its text does not say what it does. In scripts: watchfloor.keys.register({keys: "g x", label, group, run}).
import { open } from "./dialogs";
import { save } from "./saved";
import { say } from "./words";

export interface Shortcut {
  /** `"e"`, `"?"`, `"g f"` (one after the other) or `"ctrl+k"`. */
  keys: string;
  label: string;
  group: string;
  run: (event: KeyboardEvent) => void;
}

const registered = new Map<string, Shortcut>();
const SEQUENCE_MS = 1_200;
let pending = "";
let pendingSince = 0;

export function register(shortcut: Shortcut): void {
  registered.set(shortcut.keys, shortcut);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "reset", "range"].includes(target.type);
}

function singleKeysAllowed(): boolean {
  if (document.documentElement.dataset["keep"]) return document.documentElement.dataset["singleKeys"] !== "off";
  try {
    return localStorage.getItem("wf-single-keys") !== "off";
  } catch {
    return true;
  }
}

function named(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : event.shiftKey && event.key.length > 1 ? `shift+${key}` : key;
}

/** What stands in the markup right now: pages change under htmx, so it is read each time. */
function inMarkup(): Shortcut[] {
  const found: Shortcut[] = [];
  for (const link of document.querySelectorAll<HTMLElement>("[data-go]"))
    found.push({ keys: `g ${link.dataset["go"]}`, label: link.textContent.trim(), group: say("go"), run: () => link.click() });
  const scope: ParentNode = document.querySelector("dialog[open]") ?? document;
  for (const element of scope.querySelectorAll<HTMLElement>("[data-key]")) {
    if (element.matches(":disabled, [aria-disabled=true]") || element.closest("[hidden]")) continue;
    const label = element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? readAloud(element);
    found.push({ keys: element.dataset["key"] ?? "", label, group: say("page"), run: () => press(element) });
  }
  return found;
}

/** The element's text without what is only decoration (its key hint). */
function readAloud(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const decoration of copy.querySelectorAll("[aria-hidden=true]")) decoration.remove();
  return copy.textContent.trim();
}

function press(element: HTMLElement): void {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) element.focus();
  else element.click();
}

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const key = named(event);
  const held = event.ctrlKey || event.metaKey;
  if (!held && (isTyping(event.target) || !singleKeysAllowed())) return;
  const inDialog = document.querySelector("dialog[open]") !== null;
  const now = event.timeStamp;
  const sequence = pending && now - pendingSince < SEQUENCE_MS ? `${pending} ${key}` : key;
  pending = "";
  const all = inMarkup();
  const match = all.find((one) => one.keys === sequence) ?? registered.get(sequence);
  if (match) {
    if (inDialog && match.group !== say("page")) return;
    event.preventDefault();
    match.run(event);
    return;
  }
  const starts = [...all, ...registered.values()].some((one) => one.keys.startsWith(`${key} `));
  if (starts && !held && !inDialog) {
    pending = key;
    pendingSince = now;
  }
}

function keyCaps(keys: string): HTMLElement {
  const line = document.createElement("span");
  line.className = "keys";
  for (const part of keys.split(/[ +]/)) {
    const cap = document.createElement("kbd");
    cap.className = "key";
    cap.textContent = part.length > 1 ? part.charAt(0).toUpperCase() + part.slice(1) : part;
    line.append(cap);
  }
  return line;
}

function fillDialog(): void {
  const list = document.querySelector("[data-keys-list]");
  if (!list) return;
  list.replaceChildren();
  const groups = new Map<string, Shortcut[]>();
  const scopeFree = [...registered.values(), ...inMarkup()];
  for (const one of scopeFree) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  for (const [group, shortcuts] of groups) {
    const part = document.createElement("section");
    part.className = "stack stack-s";
    const title = document.createElement("h3");
    title.textContent = group;
    const entries = document.createElement("dl");
    entries.className = "keys-list";
    for (const one of shortcuts) {
      const row = document.createElement("div");
      const label = document.createElement("dt");
      label.textContent = one.label;
      const caps = document.createElement("dd");
      caps.append(keyCaps(one.keys));
      row.append(label, caps);
      entries.append(row);
    }
    part.append(title, entries);
    list.append(part);
  }
}

export function start(): void {
  const anywhere = say("anywhere");
  register({ keys: "ctrl+k", label: say("palette"), group: anywhere, run: () => open("palette") });
  register({ keys: "/", label: say("search"), group: anywhere, run: focusSearch });
  register({ keys: "?", label: say("keys"), group: anywhere, run: () => openKeys() });
  document.addEventListener("keydown", handle);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest('[data-open="keys"]')) fillDialog();
  }, true);
  const box = document.querySelector<HTMLInputElement>("[data-single-keys]");
  if (box) {
    box.checked = singleKeysAllowed();
    box.addEventListener("change", () => {
      document.documentElement.dataset["singleKeys"] = box.checked ? "on" : "off";
      save("single_keys", box.checked);
      try {
        localStorage.setItem("wf-single-keys", box.checked ? "on" : "off");
      } catch {
        // nothing to keep it in; it holds for this page only by the checkbox
      }
    });
  }
}

function openKeys(): void {
  fillDialog();
  open("keys");
}

/** The page's own search field where it has one, else the palette. */
function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("main [data-search], main input[type=search]");
  if (field) {
    field.focus();
    field.select();
  } else {
    open("palette");
  }
}
