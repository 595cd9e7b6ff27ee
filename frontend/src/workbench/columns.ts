// The widths of the three columns: dragged, or moved by arrow keys; kept with the person.
import { save } from "../saved";

const LEAST = 15;
const MOST = 60;

function widthsNow(bench: HTMLElement): number[] {
  const columns = [...bench.querySelectorAll<HTMLElement>(":scope > section")].map((column) => column.getBoundingClientRect().width);
  const all = columns.reduce((sum, width) => sum + width, 0) || 1;
  const [item = 0, context = 0] = columns.map((width) => Math.round((100 * width) / all));
  return [item, context, 100 - item - context];
}

function set(bench: HTMLElement, widths: number[]): boolean {
  if (widths.length !== 3 || widths.some((width) => width < LEAST || width > MOST)) return false;
  widths.forEach((width, at) => bench.style.setProperty(`--column-${at}`, `${width}fr`));
  bench.querySelectorAll<HTMLElement>("[data-handle]").forEach((handle, at) => handle.setAttribute("aria-valuenow", String(widths[at])));
  return true;
}

function moved(widths: number[], handle: number, by: number): number[] {
  const next = [...widths];
  next[handle] = (next[handle] ?? 0) + by;
  next[handle + 1] = (next[handle + 1] ?? 0) - by;
  return next;
}

export function begin(bench: HTMLElement): void {
  const kept = (bench.dataset["columns"] ?? "").split(" ").filter(Boolean).map(Number);
  set(bench, kept);
  const forwards = document.documentElement.dir === "rtl" ? -1 : 1;
  for (const handle of bench.querySelectorAll<HTMLElement>("[data-handle]")) {
    const which = Number(handle.dataset["handle"]);
    handle.addEventListener("keydown", (event) => {
      const by = event.key === "ArrowRight" ? 2 : event.key === "ArrowLeft" ? -2 : 0;
      if (by === 0) return;
      event.preventDefault();
      const widths = moved(widthsNow(bench), which, by * forwards);
      if (set(bench, widths)) save("columns", widths);
    });
    handle.addEventListener("pointerdown", (event) => {
      const from = event.clientX;
      const before = widthsNow(bench);
      const all = bench.getBoundingClientRect().width || 1;
      let widths = before;
      handle.setPointerCapture(event.pointerId);
      const drag = (move: PointerEvent): void => {
        const next = moved(before, which, Math.round((100 * (move.clientX - from)) / all) * forwards);
        if (set(bench, next)) widths = next;
      };
      handle.addEventListener("pointermove", drag);
      handle.addEventListener("pointerup", () => {
        handle.removeEventListener("pointermove", drag);
        if (widths !== before) save("columns", widths);
      }, { once: true });
    });
  }
}
