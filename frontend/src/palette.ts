// The command palette: asks the server while one types, moves by arrow keys, opens by Enter.
import { say } from "./words";

interface Entry {
  title: string;
  url: string;
  kind: string;
  icon?: string;
  hint?: string;
}

const WAIT_MS = 90;

function signsFile(): string {
  return document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";
}

/** Only addresses of this site are followed: an entry never leads outside. */
function isOurs(url: string): boolean {
  return new URL(url, window.location.href).origin === window.location.origin;
}

export class Palette {
  private entries: Entry[] = [];
  private chosen = 0;
  private asked = 0;
  private timer = 0;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
    private readonly nothing: HTMLElement,
    private readonly address: string,
  ) {
    dialog.addEventListener("wf:open", () => {
      this.input.value = "";
      void this.ask();
    });
    input.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.ask(), WAIT_MS);
    });
    input.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("click", (event) => {
      const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
      if (line) this.go(Number(line.dataset["index"]), event.ctrlKey || event.metaKey);
    });
    list.addEventListener("pointermove", (event) => {
      const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
      if (line) this.choose(Number(line.dataset["index"]), false);
    });
  }

  private async ask(): Promise<void> {
    const turn = ++this.asked;
    const query = this.input.value.trim();
    try {
      const answer = await fetch(`${this.address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const body = (await answer.json()) as { entries: Entry[] };
      if (turn !== this.asked) return; // a later question is on its way
      this.entries = body.entries.filter((entry) => isOurs(entry.url));
    } catch {
      this.entries = [];
    }
    this.draw(query);
  }

  private draw(query: string): void {
    const file = signsFile();
    this.list.replaceChildren(...this.entries.map((entry, index) => line(entry, index, file)));
    this.list.hidden = this.entries.length === 0;
    this.nothing.hidden = this.entries.length > 0;
    this.nothing.textContent = this.entries.length > 0 ? "" : say("none", `“${query}”`);
    this.choose(0, true);
  }

  private choose(index: number, scroll: boolean): void {
    this.chosen = Math.max(0, Math.min(index, this.entries.length - 1));
    for (const element of this.list.querySelectorAll<HTMLElement>("[data-index]")) {
      const here = Number(element.dataset["index"]) === this.chosen;
      element.setAttribute("aria-selected", String(here));
      if (here) {
        this.input.setAttribute("aria-activedescendant", element.id);
        if (scroll) element.scrollIntoView({ block: "nearest" });
      }
    }
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || (event.ctrlKey && event.key === "n")) this.choose(this.chosen + 1, true);
    else if (event.key === "ArrowUp" || (event.ctrlKey && event.key === "p")) this.choose(this.chosen - 1, true);
    else if (event.key === "Enter") this.go(this.chosen, event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  private go(index: number, elsewhere: boolean): void {
    const entry = this.entries[index];
    if (!entry) return;
    this.dialog.close();
    if (elsewhere) window.open(entry.url, "_blank", "noopener");
    else window.location.assign(entry.url);
  }
}

function line(entry: Entry, index: number, file: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "palette-entry";
  element.id = `palette-entry-${index}`;
  element.setAttribute("role", "option");
  element.dataset["index"] = String(index);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${file}#${entry.icon ?? "arrow-right"}`);
  svg.append(use);
  const title = document.createElement("span");
  title.className = "palette-title";
  title.dir = "auto";
  title.textContent = entry.title;
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = entry.hint ? `${entry.hint} · ${entry.kind}` : entry.kind;
  element.append(svg, title, hint);
  return element;
}

export function start(): void {
  const dialog = document.getElementById("palette");
  const address = document.body.dataset["palette"];
  if (!(dialog instanceof HTMLDialogElement) || !address) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector<HTMLElement>(".palette-list");
  const nothing = dialog.querySelector<HTMLElement>(".palette-none");
  if (input && list && nothing) new Palette(dialog, input, list, nothing, address);
}
