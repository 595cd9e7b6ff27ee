// The board of actions: arrow keys move between cards, [ and ] move a card, dragging as well. Every change comes back as the board.
function startBoard(host: HTMLElement): void {
  const cards = (): HTMLElement[] => [...host.querySelectorAll<HTMLElement>("[data-card]")];
  const columnOf = (card: HTMLElement): HTMLElement | null => card.closest<HTMLElement>("[data-state]");
  const inColumn = (column: Element | null): HTMLElement[] => [...(column?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
  let held: HTMLElement | null = null;
  let waiting = Promise.resolve();

  const focus = (card: HTMLElement | undefined): void => {
    if (!card) return;
    for (const each of cards()) each.tabIndex = -1;
    card.tabIndex = 0;
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const find = (id: string): HTMLElement | undefined => cards().find((card) => card.dataset["card"] === id);

  const send = async (id: string, address: string, state: string): Promise<void> => {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
    host.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ state }),
      });
      if (!answer.ok) {
        location.reload(); // somebody else changed it: what stands now is shown
        return;
      }
      host.innerHTML = await answer.text();
      focus(find(id) ?? cards()[0]);
    } finally {
      host.removeAttribute("aria-busy");
    }
  };

  const move = (card: HTMLElement, state: string | undefined): void => {
    const address = card.dataset["address"];
    const id = card.dataset["card"];
    if (!address || !id || !state || columnOf(card)?.dataset["state"] === state) return;
    waiting = waiting.then(() => send(id, address, state)).catch(() => location.reload()); // one after the other, in order
  };

  host.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-to]");
    if (!button) return;
    event.preventDefault();
    const card = button.closest<HTMLElement>("[data-card]");
    if (card) move(card, button.dataset["to"]);
    const id = button.dataset["undo"];
    const address = button.dataset["address"];
    const state = button.dataset["to"];
    if (id && address && state) waiting = waiting.then(() => send(id, address, state)).catch(() => location.reload());
  });

  host.addEventListener("keydown", (event) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-card]");
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
    const columns = [...host.querySelectorAll<HTMLElement>("[data-state]")];
    const column = columnOf(card);
    const place = column ? columns.indexOf(column) : -1;
    const own = inColumn(column);
    const at = own.indexOf(card);
    const turned = document.documentElement.dir === "rtl" ? -1 : 1;
    const aside = { ArrowRight: turned, ArrowLeft: -turned }[event.key];
    if (event.key === "[" || event.key === "]") {
      event.preventDefault();
      event.stopPropagation(); // the console's own single keys would act as well
      move(card, columns[place + (event.key === "]" ? 1 : -1)]?.dataset["state"]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focus(own[at + (event.key === "ArrowDown" ? 1 : -1)]);
    } else if (aside !== undefined) {
      event.preventDefault();
      for (let next = place + aside; next >= 0 && next < columns.length; next += aside) {
        const there = inColumn(columns[next] ?? null);
        if (there.length > 0) {
          focus(there[Math.min(at, there.length - 1)]);
          return;
        }
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      card.querySelector<HTMLAnchorElement>("a")?.click();
    }
  });

  host.addEventListener("dragstart", (event) => {
    held = (event.target as HTMLElement).closest<HTMLElement>("[data-card]");
    event.dataTransfer?.setData("text/plain", held?.dataset["card"] ?? "");
  });
  host.addEventListener("dragover", (event) => {
    const onto = (event.target as HTMLElement).closest<HTMLElement>("[data-state]");
    if (!held || !onto) return;
    event.preventDefault();
    for (const each of host.querySelectorAll(".is-onto")) if (each !== onto) each.classList.remove("is-onto");
    onto.classList.add("is-onto");
  });
  host.addEventListener("dragend", () => {
    held = null;
    for (const each of host.querySelectorAll(".is-onto")) each.classList.remove("is-onto");
  });
  host.addEventListener("drop", (event) => {
    const onto = (event.target as HTMLElement).closest<HTMLElement>("[data-state]");
    if (!held || !onto) return;
    event.preventDefault();
    move(held, onto.dataset["state"]);
  });
}

for (const host of document.querySelectorAll<HTMLElement>("[data-board]")) startBoard(host);
