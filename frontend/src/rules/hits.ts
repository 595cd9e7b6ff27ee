// How often the draft's rules fire among the newest events: counted when the text compiles and rests for a moment.
import { language } from "../words";
import { type Setup, ask } from "./server";

interface SoFar {
  events: number;
  since: string | null;
  hits: Record<string, number>;
  undecided: Record<string, number>;
}

const REST_MS = 900;
let timer = 0;
let counted = "";

export function countLater(set: Setup, text: string, say: (name: string, value?: string, other?: string) => string): void {
  const url = set.urls["hits"];
  window.clearTimeout(timer);
  if (!url || text === counted) return;
  timer = window.setTimeout(() => {
    counted = text;
    void ask<SoFar | null>(url, { path: set.path, text }).then((found) => {
      if (found && counted === text) show(found, say);
    });
  }, REST_MS);
}

function show(found: SoFar, say: (name: string, value?: string, other?: string) => string): void {
  const panel = document.querySelector<HTMLElement>("[data-hits]");
  const span = document.querySelector<HTMLElement>("[data-hits-span]");
  const list = document.querySelector<HTMLElement>("[data-hits-list]");
  if (!panel || !span || !list) return;
  const number = new Intl.NumberFormat(language());
  const share = new Intl.NumberFormat(language(), { style: "percent", maximumSignificantDigits: 2 });
  const since = found.since ? new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(found.since)) : "";
  span.textContent = found.events ? say("soFar", number.format(found.events), since) : say("noEvents");
  list.replaceChildren(
    ...Object.entries(found.events ? found.hits : {}).map(([name, hits]) => {
      const row = document.createElement("li");
      row.className = "line";
      const word = document.createElement("span");
      word.textContent = name;
      const count = document.createElement("span");
      count.className = "push number";
      count.textContent = `${number.format(hits)} (${share.format(hits / found.events)})`;
      row.append(word, count);
      const open = found.undecided[name] ?? 0;
      if (open) {
        const note = document.createElement("span");
        note.className = "muted small";
        note.textContent = say("undecided", number.format(open));
        row.append(note);
      }
      return row;
    }),
  );
  panel.hidden = false;
}
