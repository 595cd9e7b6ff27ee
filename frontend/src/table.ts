// Lists of rows: j / k / arrows walk, Enter opens, columns can be left out (kept per list in this browser).
import { register } from "./keyboard";
import { say } from "./words";

function rows(): HTMLTableRowElement[] {
  const tables = [...document.querySelectorAll<HTMLTableElement>("table[data-rows]")];
  const table = tables.find((one) => one.contains(document.activeElement)) ?? tables.find((one) => one.querySelector(".is-here")) ?? tables[0];
  return table ? [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.hasAttribute("data-href") || row.tabIndex >= 0) : [];
}

function walk(by: number): void {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.classList.contains("is-here"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  if (!next) return;
  for (const row of document.querySelectorAll("tr.is-here")) row.classList.remove("is-here");
  next.classList.add("is-here");
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function openHere(event: KeyboardEvent): void {
  const row = document.activeElement instanceof HTMLTableRowElement ? document.activeElement : document.querySelector<HTMLTableRowElement>("tr.is-here");
  if (document.activeElement instanceof HTMLElement && document.activeElement.matches("a, button, summary, input")) {
    document.activeElement.click();
    return;
  }
  if (row) visit(row, event.ctrlKey || event.metaKey);
}

function visit(row: HTMLTableRowElement, elsewhere: boolean): void {
  const address = row.dataset["href"];
  if (!address) return;
  if (elsewhere) window.open(address, "_blank", "noopener");
  else window.location.assign(address);
}

function columnKey(table: HTMLTableElement): string {
  return `wf-columns:${table.dataset["rows"] || window.location.pathname}`;
}

function hideColumn(table: HTMLTableElement, name: string, hide: boolean): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const index = heads.findIndex((cell) => cell.dataset["column"] === name);
  if (index < 0) return;
  for (const row of table.rows) row.cells[index]?.classList.toggle("is-hidden", hide);
}

function columns(frame: HTMLElement): void {
  const table = frame.querySelector<HTMLTableElement>("table[data-rows]");
  const boxes = [...frame.querySelectorAll<HTMLInputElement>("input[data-column-choice]")];
  if (!table || boxes.length === 0) return;
  const read = (): string[] => {
    try {
      return JSON.parse(localStorage.getItem(columnKey(table)) ?? "[]") as string[];
    } catch {
      return [];
    }
  };
  const hidden = new Set(read());
  for (const box of boxes) {
    const name = box.value;
    box.checked = !hidden.has(name);
    hideColumn(table, name, hidden.has(name));
    if (box.dataset["bound"]) continue;
    box.dataset["bound"] = "yes";
    box.addEventListener("change", () => {
      const now = new Set(read());
      if (box.checked) now.delete(name);
      else now.add(name);
      localStorage.setItem(columnKey(table), JSON.stringify([...now]));
      hideColumn(table, name, !box.checked);
    });
  }
}

function prepare(root: ParentNode): void {
  for (const frame of root.querySelectorAll<HTMLElement>("[data-table]")) columns(frame);
}

export function start(): void {
  const group = say("rows");
  if (document.querySelector("table[data-rows]")) {
    register({ keys: "j", label: say("next"), group, run: () => walk(1) });
    register({ keys: "k", label: say("previous"), group, run: () => walk(-1) });
    register({ keys: "Enter", label: say("open"), group, run: openHere });
  }
  prepare(document);
  document.addEventListener("htmx:after:swap", () => prepare(document));
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLTableRowElement>("tr[data-href]");
    if (!row || target?.closest("a, button, input, label, summary, select")) return;
    if (window.getSelection()?.toString()) return; // someone is copying text
    visit(row, event.ctrlKey || event.metaKey);
  });
  document.addEventListener("change", (event) => {
    // filters apply at once; the button is for those without scripts
    if (event.target instanceof HTMLSelectElement && event.target.dataset["apply"] !== undefined) event.target.form?.requestSubmit();
  });
}
