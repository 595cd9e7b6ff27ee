// The roster's grid: arrow keys move, letters set a shift, dragging exchanges two cells. Every change comes back as the grid, checked.
const KEYS = new Set(["E", "D", "L", "N", "X", "DELETE", "BACKSPACE"]);

function start(host: HTMLElement): void {
  const cells = (): HTMLElement[] => [...host.querySelectorAll<HTMLElement>(".roster-cell")];
  const board = (): HTMLElement | null => host.querySelector<HTMLElement>("[data-address]");
  let held: HTMLElement | null = null;
  let waiting = Promise.resolve();

  const focus = (cell: HTMLElement | undefined): void => {
    if (!cell) return;
    for (const each of cells()) each.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };

  const find = (person: string, day: string): HTMLElement | undefined =>
    cells().find((cell) => cell.dataset.person === person && cell.dataset.day === day);

  const send = async (values: Record<string, string>): Promise<void> => {
    const address = board()?.dataset.address;
    if (!address) return;
    const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    host.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams(values),
      });
      if (!answer.ok) {
        location.reload(); // somebody else changed it: what stands now is shown
        return;
      }
      host.innerHTML = await answer.text();
      focus(find(values.person ?? "", values.day ?? ""));
    } finally {
      host.removeAttribute("aria-busy");
    }
  };

  const change = (values: Record<string, string>): void => {
    waiting = waiting.then(() => send(values)).catch(() => location.reload()); // one after the other, in the order of the keys
  };

  host.addEventListener("keydown", (event) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(".roster-cell");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = cells();
    const at = all.indexOf(cell);
    const turned = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = { ArrowRight: turned, ArrowLeft: -turned, ArrowDown: 7, ArrowUp: -7 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const sameRow = Math.abs(step) === 7 || Math.floor((at + step) / 7) === Math.floor(at / 7);
      if (sameRow) focus(all[at + step]);
      return;
    }
    const key = event.key.toUpperCase();
    if (KEYS.has(key) && board()?.dataset.editable !== undefined) {
      event.preventDefault();
      event.stopPropagation(); // the console's own single keys would act as well
      change({ person: cell.dataset.person ?? "", day: cell.dataset.day ?? "", shift: key.length > 1 ? "X" : key });
    }
  });

  host.addEventListener("dragstart", (event) => {
    held = (event.target as HTMLElement).closest<HTMLElement>(".roster-cell");
    event.dataTransfer?.setData("text/plain", "shift");
  });
  host.addEventListener("dragover", (event) => {
    if (held && (event.target as HTMLElement).closest(".roster-cell")) event.preventDefault();
  });
  host.addEventListener("drop", (event) => {
    const onto = (event.target as HTMLElement).closest<HTMLElement>(".roster-cell");
    if (!held || !onto || onto === held) return;
    event.preventDefault();
    change({
      person: onto.dataset.person ?? "", day: onto.dataset.day ?? "",
      from_person: held.dataset.person ?? "", from_day: held.dataset.day ?? "",
    });
    held = null;
  });
}

for (const host of document.querySelectorAll<HTMLElement>("[data-roster]")) start(host);
