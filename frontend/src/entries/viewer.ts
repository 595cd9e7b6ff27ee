// The script of pages that show media: it shows nothing until somebody asks, hides when they let go, and counts what was seen.
import { viewing } from "../viewer/page";
import { Seen } from "../viewer/seen";
import { Viewer } from "../viewer/viewer";

let cards: HTMLElement[] = [];
let viewers: Viewer[] = [];
let seen: Seen | null = null;

/** For each case: when the page has loaded, and when the workbench has put another one in. */
function begin(): void {
  for (const one of viewers) one.hide();
  seen?.stop();
  const page = viewing();
  const given = document.querySelector<HTMLElement>("[data-viewing]")?.dataset ?? {};
  const text = document.querySelector("[data-seen-text], .content-text, .content-title") ? Number(given["textSeverity"] ?? "0") : 0;
  const counts = new Seen(given["seenUrl"] ?? "", page.token, text);
  seen = counts;
  cards = [...document.querySelectorAll<HTMLElement>("[data-viewer]")];
  viewers = cards.map((card) => new Viewer(card, page, counts));
  if (viewers.length > 0) registerKey();
  if (document.querySelector("[data-scrub], [data-mark]")) registerSteps();
}

/** The medium a key means: the one the focus is in, else the first. */
function meant(): Viewer | undefined {
  const focused = cards.findIndex((card) => card.contains(document.activeElement));
  return viewers[Math.max(0, focused)];
}

const release = (): void => {
  for (const one of viewers) one.release();
};

for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, release);
for (const name of ["blur", "pagehide"])
  window.addEventListener(name, () => {
    for (const one of viewers) one.hide();
  });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") for (const one of viewers) one.hide();
});
document.addEventListener("keyup", release);

function registerKey(): void {
  const words = JSON.parse(cards[0]?.dataset["words"] ?? "{}") as Record<string, string>;
  window.watchfloor.keys.register({
    keys: "v",
    label: words["key"] ?? "",
    group: words["media"] ?? "",
    run: (event) => {
      if (!event.repeat) meant()?.hold();
    },
  });
}

function registerSteps(): void {
  const words = JSON.parse(cards[0]?.dataset["words"] ?? "{}") as Record<string, string>;
  const group = words["media"] ?? "";
  const keys = window.watchfloor.keys;
  keys.register({ keys: ",", label: words["back"] ?? "", group, run: () => meant()?.step(-1) });
  keys.register({ keys: ".", label: words["on"] ?? "", group, run: () => meant()?.step(1) });
  keys.register({ keys: "<", label: words["before"] ?? "", group, run: () => meant()?.jump(-1) });
  keys.register({ keys: ">", label: words["next"] ?? "", group, run: () => meant()?.jump(1) });
}
begin();
document.addEventListener("wf:case", begin);
document.documentElement.classList.add("has-viewer");
