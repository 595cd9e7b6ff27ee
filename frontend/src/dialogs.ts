// Opens and closes native dialogs and menus named in the markup: data-open="id", data-close, <details data-menu>.

export function open(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("wf:open", { bubbles: true }));
}

function closeMenus(except: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]"))
    if (menu !== except) menu.open = false;
}

export function start(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const opener = target.closest<HTMLElement>("[data-open]");
    if (opener?.dataset["open"]) open(opener.dataset["open"]);
    if (target.closest("[data-close]")) target.closest("dialog")?.close();
    if (target.closest("[data-back]")) window.history.back();
    // A click on the dialog element itself is a click on its backdrop: its content fills it otherwise.
    if (target instanceof HTMLDialogElement && target.open && isOutside(target, event)) target.close();
    closeMenus(target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

function isOutside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  if (event.clientX === 0 && event.clientY === 0) return false; // a key press on a button
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
