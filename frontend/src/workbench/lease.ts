// The lease: a countdown for the eye, a sign of life every 20 s while someone works, and one clear word when it is over.
import type { Focus } from "./focus";

const BEAT_MS = 20_000;
const SHORT_MS = 60_000;

function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** The server's clock minus ours, from the moment the page was made. */
export function skew(): number {
  const said = document.querySelector<HTMLMetaElement>('meta[name="server-time"]')?.content;
  const server = said ? Date.parse(said) : Number.NaN;
  return Number.isNaN(server) ? 0 : server - Date.now();
}

export class Lease {
  private until: number;
  private readonly offset = skew();
  private over = false;

  constructor(private readonly bench: HTMLElement, private readonly focus: Focus, private readonly gone: () => void) {
    this.until = Date.parse(bench.dataset["until"] ?? "");
    window.setInterval(() => this.show(), 1_000);
    window.setInterval(() => {
      if (this.focus.isHere()) void this.beat();
    }, BEAT_MS);
    this.show();
  }

  private show(): void {
    const left = this.until - (Date.now() + this.offset);
    showLeft(left);
    if (left <= 0) this.end();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.gone();
  }

  private async post(url: string, fields: Record<string, string>): Promise<void> {
    if (this.over) return;
    const body = new URLSearchParams({ token: this.bench.dataset["token"] ?? "", active_ms: String(this.focus.ms), ...fields });
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
      if (answer.status === 409) this.end();
      if (!answer.ok) return;
      const said = (await answer.json()) as { until: string };
      this.until = Date.parse(said.until);
      this.show();
    } catch {
      // no network just now: the next beat tells
    }
  }

  beat(): Promise<void> {
    return this.post(this.bench.dataset["beat"] ?? "", {});
  }

  extend(): Promise<void> {
    return this.post(window.location.pathname, { step: "extend" });
  }
}

/** Minutes and seconds left, on every lease clock of the page. */
export function showLeft(left: number): void {
  const seconds = Math.max(0, Math.floor(left / 1000));
  const words = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const clock of document.querySelectorAll<HTMLElement>("[data-lease]")) {
    if (clock.textContent !== words) clock.textContent = words;
    clock.classList.toggle("is-short", left > 0 && left < SHORT_MS);
    clock.classList.toggle("is-over", left <= 0);
  }
}
