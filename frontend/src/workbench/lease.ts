// The lease: a countdown for the eye, a sign of life every 20 s while someone works, a warning when little is left, and one clear word
// when it is over. Who is not there any more gives the case back.
import type { Focus } from "./focus";

const BEAT_MS = 20_000;
const SHORT_MS = 60_000;
const ASK_MS = 30_000;

function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

let offset: number | null = null;

/** The server's clock minus ours, from the moment the page was made. */
export function skew(): number {
  if (offset === null) {
    const said = document.querySelector<HTMLMetaElement>('meta[name="server-time"]')?.content;
    const server = said ? Date.parse(said) : Number.NaN;
    offset = Number.isNaN(server) ? 0 : server - performance.timeOrigin - performance.now();
  }
  return offset;
}

export interface Heard {
  /** The lease is over. */
  gone(): void;
  /** Less than a minute is left. */
  short(): void;
  /** Whether the floor hears from this page. */
  heard(yes: boolean): void;
  /** Nobody was here for long: in half a minute the case goes back. */
  idle(): void;
  /** Nobody is here: give it back. */
  leave(): void;
}

export class Lease {
  private until: number;
  private over = false;
  private warned = false;
  private asked = false;
  private readonly timers: number[];
  private readonly patience: number;

  constructor(private readonly bench: HTMLElement, private readonly focus: Focus, private readonly tell: Heard) {
    this.until = Date.parse(bench.dataset["until"] ?? "");
    this.patience = Number(bench.dataset["idle"] ?? "4") * 60_000;
    this.timers = [
      window.setInterval(() => this.show(), 1_000),
      window.setInterval(() => {
        if (this.focus.isHere()) void this.beat();
      }, BEAT_MS),
    ];
    this.show();
  }

  /** The case is no longer shown. */
  stop(): void {
    for (const timer of this.timers) window.clearInterval(timer);
    this.over = true;
  }

  private show(): void {
    const left = this.until - (Date.now() + skew());
    showLeft(left);
    if (left <= 0) this.end();
    if (this.over) return;
    if (left >= SHORT_MS) this.warned = false;
    else if (!this.warned) {
      this.warned = true;
      this.tell.short();
    }
    const idle = this.focus.idleMs;
    if (idle < this.patience - ASK_MS) this.asked = false;
    else if (!this.asked) {
      this.asked = true;
      this.tell.idle();
    } else if (idle >= this.patience) this.tell.leave();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.tell.gone();
  }

  private async post(url: string, fields: Record<string, string>): Promise<void> {
    if (this.over) return;
    const body = new URLSearchParams({ token: this.bench.dataset["token"] ?? "", active_ms: String(this.focus.ms), ...fields });
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
      this.tell.heard(true);
      if (answer.status === 409) this.end();
      if (!answer.ok) return;
      const said = (await answer.json()) as { until: string };
      this.until = Date.parse(said.until);
      this.show();
    } catch {
      this.tell.heard(false); // no network just now: the next beat tells
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
