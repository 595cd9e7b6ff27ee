// Panels by mouse: dragged to another place, or made bigger by their corner. The buttons on each panel do the same by keyboard.
import { toast } from "../toast";
import { say } from "../words";

const COLUMNS = 4;

async function step(grid: HTMLElement, values: Record<string, string>): Promise<void> {
  const address = grid.closest<HTMLElement>("[data-board-edit]")?.dataset["boardEdit"];
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (!address || !token) return;
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
  });
  if (answer.ok) location.reload();
  else toast(say("failed"), { kind: "red" });
}

function dragging(grid: HTMLElement): void {
  let held: HTMLElement | null = null;
  grid.addEventListener("dragstart", (event) => {
    held = (event.target as Element).closest<HTMLElement>("[data-panel]");
    held?.classList.add("is-held");
    event.dataTransfer?.setData("text/plain", held?.dataset["panel"] ?? "");
  });
  grid.addEventListener("dragover", (event) => {
    const over = (event.target as Element).closest<HTMLElement>("[data-panel]");
    if (!held || !over) return;
    event.preventDefault();
    for (const each of grid.querySelectorAll(".is-over")) if (each !== over) each.classList.remove("is-over");
    if (over !== held) over.classList.add("is-over");
  });
  grid.addEventListener("drop", (event) => {
    event.preventDefault();
    const over = (event.target as Element).closest<HTMLElement>("[data-panel]");
    if (!held || !over || over === held) return;
    const to = [...grid.querySelectorAll<HTMLElement>("[data-panel]")].indexOf(over);
    void step(grid, { do: "place", panel: held.dataset["panel"] ?? "", to: String(to) });
  });
  grid.addEventListener("dragend", () => {
    for (const each of grid.querySelectorAll(".is-over, .is-held")) each.classList.remove("is-over", "is-held");
    held = null;
  });
}

/** The size in columns and rows that the pointer has dragged the corner to. */
function sized(panel: HTMLElement, grid: HTMLElement, event: PointerEvent): { width: number; height: number } {
  const box = panel.getBoundingClientRect();
  const rtl = getComputedStyle(grid).direction === "rtl";
  const column = grid.clientWidth / COLUMNS;
  const row = box.height / Number(panel.dataset["height"] ?? "1");
  const wide = (rtl ? box.right - event.clientX : event.clientX - box.left) / column;
  const clamp = (value: number, most: number): number => Math.max(1, Math.min(most, Math.round(value)));
  return { width: clamp(wide, COLUMNS), height: clamp((event.clientY - box.top) / row, 3) };
}

function sizing(grid: HTMLElement): void {
  grid.addEventListener("pointerdown", (event) => {
    const corner = (event.target as Element).closest<HTMLElement>("[data-corner]");
    const panel = corner?.closest<HTMLElement>("[data-panel]");
    if (!corner || !panel) return;
    event.preventDefault();
    corner.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => {
      const { width } = sized(panel, grid, moved);
      for (let each = 1; each <= COLUMNS; each++) panel.classList.toggle(`board-w${each}`, each === width);
    };
    corner.addEventListener("pointermove", move);
    corner.addEventListener(
      "pointerup",
      (done) => {
        corner.removeEventListener("pointermove", move);
        const { width, height } = sized(panel, grid, done);
        void step(grid, { do: "size", panel: panel.dataset["panel"] ?? "", width: String(width), height: String(height) });
      },
      { once: true },
    );
  });
}

export function start(): void {
  for (const grid of document.querySelectorAll<HTMLElement>("[data-board-edit] .board-grid")) {
    dragging(grid);
    sizing(grid);
  }
}
