// Exposure as the page sees it: sums since it was loaded, told to the server every 20 s and with each form that is sent.
//
// Counted only while the page is visible, has the focus and someone is there: what nobody looks at is no exposure.
import { Focus } from "../workbench/focus";
import { tell } from "./page";

const TELL_MS = 20_000;
const STEP_MS = 250;

interface Line {
  kind: string;
  severity: number;
  ms: number;
  reveals: number;
  filters: string[];
}

/** One for the page; media that is shown calls `shown` as long as it is. */
export class Seen {
  private readonly lines = new Map<string, Line>();
  private readonly name = Math.random().toString(36).slice(2, 10);
  private readonly focus = new Focus(0);
  private last = performance.now();
  private told = "";
  private readonly timers: number[];
  private readonly end = new AbortController();

  constructor(private readonly url: string, private readonly token: string, private readonly textSeverity: number) {
    this.timers = [window.setInterval(() => this.step(), STEP_MS)];
    if (!url) return;
    this.timers.push(window.setInterval(() => this.send(), TELL_MS));
    const { signal } = this.end;
    window.addEventListener("pagehide", () => this.send(true), { signal });
    document.addEventListener("submit", (event) => {
      if (event.target instanceof HTMLFormElement) this.fill(event.target);
    }, { capture: true, signal });
  }

  /** Another case is on the page: its form took the sums with it. */
  stop(): void {
    for (const timer of this.timers) window.clearInterval(timer);
    this.end.abort();
  }

  /** Whether somebody looks at the page now. */
  get here(): boolean {
    return this.focus.isHere();
  }

  add(kind: string, severity: number, filters: readonly string[], ms: number, reveals = 0): void {
    const key = `${kind}:${severity}:${filters.join("+")}`;
    const line = this.lines.get(key) ?? { kind, severity, ms: 0, reveals: 0, filters: [...filters] };
    line.ms += ms;
    line.reveals += reveals;
    this.lines.set(key, line);
  }

  private step(): void {
    const now = performance.now();
    const passed = Math.min(now - this.last, 2 * STEP_MS);
    this.last = now;
    if (this.here && this.textSeverity > 0) this.add("text", this.textSeverity, [], passed);
  }

  /** The sums as the server reads them. */
  get sums(): { page: string; token: number; worked_ms: number; lines: Line[] } {
    const lines = [...this.lines.values()].map((line) => ({ ...line, ms: Math.round(line.ms) }));
    return { page: this.name, token: Number(this.token), worked_ms: this.focus.ms, lines };
  }

  private send(last = false): void {
    const sums = this.sums;
    const text = JSON.stringify(sums);
    if (text === this.told) return;
    this.told = text;
    void tell(this.url, sums, last);
  }

  /** A form of the workbench takes the sums with it, so that none are lost with the page. */
  private fill(form: HTMLFormElement): void {
    if (!form.matches("[data-bench-form]")) return;
    const field = form.querySelector<HTMLInputElement>('input[name="shown"]') ?? document.createElement("input");
    field.type = "hidden";
    field.name = "shown";
    field.value = JSON.stringify(this.sums);
    form.append(field);
  }
}
