// The thread: opens where the judged post stands; what comes before and after is fetched by key, by click or by scrolling there.

const NEAR_EDGE = 80; // pixels from the end of what is loaded

async function load(way: HTMLAnchorElement): Promise<void> {
  const row = way.closest("li");
  const address = way.dataset["threadMore"];
  const panel = way.closest<HTMLElement>("[role=tabpanel]");
  if (!row || !address || row.dataset["loading"] !== undefined) return;
  row.dataset["loading"] = "";
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const part = document.createElement("template");
    part.innerHTML = await answer.text(); // our own template: the posts are escaped in it
    const before = panel ? panel.scrollHeight - panel.scrollTop : 0;
    const isAbove = row.matches("[data-thread-before]");
    row.replaceWith(part.content);
    if (panel && isAbove) panel.scrollTop = panel.scrollHeight - before; // what is being read stays where it is
  } catch {
    // no network just now: the way stays there to try again
  } finally {
    delete row.dataset["loading"];
  }
}

function showHere(panel: HTMLElement): void {
  const here = panel.querySelector<HTMLElement>(".post-here");
  if (here) panel.scrollTop = here.offsetTop - panel.offsetTop - panel.clientHeight / 3;
}

/** Once for the page. */
export function start(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const way = target?.closest<HTMLAnchorElement>("[data-thread-more]");
    if (way) {
      event.preventDefault();
      void load(way);
    } else if (target?.closest("#tab-thread")) {
      const panel = document.getElementById("panel-thread");
      if (panel) showHere(panel);
    }
  });
}

/** For each case. */
export function begin(bench: HTMLElement): void {
  const panel = bench.querySelector<HTMLElement>("#panel-thread");
  panel?.addEventListener("scroll", () => {
    const above = panel.querySelector<HTMLAnchorElement>("[data-thread-before] a");
    const below = panel.querySelector<HTMLAnchorElement>("[data-thread-after] a");
    if (above && panel.scrollTop < NEAR_EDGE) void load(above);
    if (below && panel.scrollHeight - panel.scrollTop - panel.clientHeight < NEAR_EDGE) void load(below);
  }, { passive: true });
}
