// Tabs within a page: arrow keys move between them, the address keeps which one is open.

function select(tab: HTMLElement, focus: boolean): void {
  const list = tab.closest('[role="tablist"]');
  if (!list) return;
  for (const other of list.querySelectorAll<HTMLElement>('[role="tab"]')) {
    const here = other === tab;
    other.setAttribute("aria-selected", String(here));
    other.tabIndex = here ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = !here;
  }
  if (focus) tab.focus();
}

export function start(): void {
  document.addEventListener("click", (event) => {
    const tab = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="tab"]') : null;
    if (!tab) return;
    select(tab, false);
    if (tab.id) window.history.replaceState(null, "", `#${tab.id}`);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="tab"]') : null;
    if (!tab) return;
    const all = [...(tab.closest('[role="tablist"]')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
    const at = all.indexOf(tab);
    const forwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backwards = document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const to: Record<string, number> = { [forwards]: at + 1, [backwards]: at - 1, Home: 0, End: all.length - 1 };
    const index = to[event.key];
    if (index === undefined) return;
    event.preventDefault();
    const next = all[(index + all.length) % all.length];
    if (next) select(next, true);
  });
  const named = window.location.hash ? document.getElementById(window.location.hash.slice(1)) : null;
  if (named?.getAttribute("role") === "tab") select(named, false);
  // On a narrow screen the row of tabs scrolls: the tab of this page must be in sight.
  for (const here of document.querySelectorAll<HTMLElement>('.tabs [aria-current="page"]')) {
    const row = here.closest<HTMLElement>(".tabs");
    if (!row || row.scrollWidth <= row.clientWidth) continue;
    const [seen, whole] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += seen.left + seen.width / 2 - (whole.left + whole.width / 2);
  }
}
