// The review workbench. Everything works as plain forms; this adds focus time, the lease's clock, drafts and the flow of keys.
import { forget, keep } from "../workbench/draft";
import { watch } from "../workbench/effects";
import { Focus } from "../workbench/focus";
import { Lease, showLeft, skew } from "../workbench/lease";

function words(bench: HTMLElement): Record<string, string> {
  return JSON.parse(bench.dataset["words"] ?? "{}") as Record<string, string>;
}

function violationChosen(): boolean {
  return document.querySelector('input[name="violation"]:checked') !== null;
}

/** "Violating" with nothing chosen leads to the list instead of to an error page. */
function firstChoose(bench: HTMLElement): void {
  const first = document.querySelector<HTMLInputElement>('#violation input[name="violation"]');
  first?.focus();
  window.watchfloor.toast(words(bench)["pick"] ?? "");
}

function startBench(bench: HTMLElement): void {
  const job = bench.dataset["job"] ?? "";
  const focus = new Focus(Number(bench.dataset["active"] ?? "0"));
  const gone = (): void => {
    const note = document.querySelector<HTMLElement>("[data-stale-note]");
    if (note) note.hidden = false;
  };
  const lease = new Lease(bench, focus, gone);
  const note = document.querySelector<HTMLTextAreaElement>("[data-draft]");
  if (note) keep(job, note);
  watch(bench);

  let sent = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-bench-form]")) return;
    const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
    if (button?.matches("[data-extend]")) {
      event.preventDefault();
      void lease.extend();
      return;
    }
    if (button?.value === "violating" && !violationChosen()) {
      event.preventDefault();
      firstChoose(bench);
      return;
    }
    if (sent) {
      event.preventDefault(); // no double submit
      return;
    }
    if (!form.noValidate && !form.checkValidity()) return;
    sent = true;
    for (const field of form.querySelectorAll<HTMLInputElement>('input[name="active_ms"]')) field.value = String(focus.ms);
    if (form.matches("[data-decide]") && button?.name === "verdict") forget(job);
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  const macro = document.querySelector<HTMLSelectElement>("[data-macro]");
  macro?.addEventListener("change", () => {
    const text = macro.selectedOptions[0]?.dataset["text"];
    if (text && note) {
      note.value = note.value.trim() ? `${note.value.trim()}\n${text}` : text;
      note.dispatchEvent(new Event("input"));
      note.focus();
    }
    macro.value = "";
  });
}

/** A panel that opens by its key takes the focus to its first field; Escape in a field gives the keys back. */
function startPanels(): void {
  for (const panel of document.querySelectorAll<HTMLDetailsElement>(".bench-up"))
    panel.addEventListener("toggle", () => {
      if (panel.open) panel.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select")?.focus();
    });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Escape" && field instanceof HTMLElement && field.matches("textarea, select, input[type=text]")) field.blur();
  });
}

/** The undo is offered for as long as the server said. */
function startUndo(): void {
  const offer = document.querySelector<HTMLElement>("[data-undo]");
  if (offer) window.setTimeout(() => offer.remove(), Number(offer.dataset["seconds"] ?? "30") * 1_000);
  const address = new URL(window.location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    window.history.replaceState(null, "", address);
  }
}

function startClockOnly(): void {
  const clock = document.querySelector<HTMLElement>("[data-lease]");
  const until = Date.parse(clock?.getAttribute("datetime") ?? "");
  if (Number.isNaN(until)) return;
  const offset = skew();
  const run = (): void => showLeft(until - (Date.now() + offset));
  run();
  window.setInterval(run, 1_000);
}

document.documentElement.classList.add("has-script");
const bench = document.querySelector<HTMLElement>("[data-bench]");
if (bench) startBench(bench);
else startClockOnly();
startPanels();
startUndo();
