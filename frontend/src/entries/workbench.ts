// The review workbench. Everything works as plain forms; this adds focus time, the lease's clock, drafts, the decision tree, and the flow
// from case to case without leaving the page.
import { save } from "../saved";
import * as columns from "../workbench/columns";
import * as draft from "../workbench/draft";
import * as effects from "../workbench/effects";
import { Focus } from "../workbench/focus";
import { Lease, showLeft, skew } from "../workbench/lease";
import { type Answer, Sender } from "../workbench/sender";
import * as thread from "../workbench/thread";
import { Tree } from "../workbench/tree";

const TYPING = "textarea, select, input:not([type=checkbox], [type=radio], [type=hidden])";

class Bench {
  readonly words: Record<string, string>;
  readonly caseId: string;
  readonly lease: Lease;
  private readonly tree: Tree | null;
  private readonly note: HTMLTextAreaElement | null;

  constructor(readonly root: HTMLElement, focus: Focus) {
    this.words = JSON.parse(root.dataset["words"] ?? "{}") as Record<string, string>;
    this.caseId = `${root.dataset["me"] ?? ""}-${root.dataset["case"] ?? ""}`; // drafts are one's own, on a shared machine too
    focus.begin(Number(root.dataset["active"] ?? "0"));
    this.note = root.querySelector<HTMLTextAreaElement>("[data-draft]");
    const tree = root.querySelector<HTMLElement>("[data-tree]");
    this.tree = tree ? new Tree(tree, () => this.keep()) : null;
    const list = root.querySelector<HTMLDetailsElement>('[data-list="closes"]');
    if (list && !this.chosen()) list.open = false; // the tree is asked first; without a script the list stands open
    this.restore();
    this.note?.addEventListener("input", () => this.keep());
    root.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.name === "violation") this.keep();
    });
    this.lease = new Lease(root, focus, {
      gone: () => show("[data-stale-note]"),
      short: () => window.watchfloor.toast(this.words["short"] ?? "", { kind: "amber" }),
      heard: (yes) => offline(yes ? "" : (this.words["noBeat"] ?? "")),
      idle: () => window.watchfloor.toast(this.words["idle"] ?? "", { kind: "amber" }),
      leave: () => document.querySelector<HTMLButtonElement>("[data-release]")?.click(),
    });
    this.startMacros();
    this.openTab();
    columns.begin(root);
    thread.begin(root);
    if (root.dataset["translate"] === "on") void this.translate();
    window.setTimeout(() => void this.lookAhead(), 0);
  }

  /** A digit belongs to the tree while the tree has the focus. */
  digit(key: string): boolean {
    return document.activeElement?.closest("[data-tree]") ? (this.tree?.digit(key) ?? false) : false;
  }

  /** "Violating" with nothing chosen leads to the list instead of to an error page. */
  firstChoose(): void {
    const list = this.root.querySelector<HTMLDetailsElement>("[data-list]");
    if (list) list.open = true;
    this.root.querySelector<HTMLElement>('#violation input[name="violation"]')?.focus();
    window.watchfloor.toast(this.words["pick"] ?? "");
  }

  async translate(): Promise<void> {
    const box = this.root.querySelector<HTMLElement>("[data-translation-box]");
    const address = this.root.dataset["translation"];
    if (!box || !address) return;
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok && box.isConnected) box.innerHTML = await answer.text(); // our own template; the text is escaped in it
  }

  private chosen(): HTMLInputElement | null {
    return this.root.querySelector<HTMLInputElement>('input[name="violation"]:checked');
  }

  private keep(): void {
    draft.keep(this.caseId, { note: this.note?.value ?? "", path: this.tree?.text ?? "", violation: this.chosen()?.value ?? "" });
  }

  private restore(): void {
    const kept = draft.read(this.caseId);
    if (!kept || this.chosen() || (this.note?.value && this.note.value !== kept.note)) return;
    if (this.note) this.note.value = kept.note;
    if (kept.path) this.tree?.replay(kept.path);
    const radio = this.root.querySelector<HTMLInputElement>(`input[name="violation"][value="${CSS.escape(kept.violation)}"]`);
    if (kept.violation && radio && !radio.checked) {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
    window.watchfloor.toast(this.words["draft"] ?? "");
  }

  private startMacros(): void {
    const macro = this.root.querySelector<HTMLSelectElement>("[data-macro]");
    macro?.addEventListener("change", () => {
      const text = macro.selectedOptions[0]?.dataset["text"];
      if (text && this.note) {
        this.note.value = this.note.value.trim() ? `${this.note.value.trim()}\n${text}` : text;
        this.note.dispatchEvent(new Event("input"));
        this.note.focus();
      }
      macro.value = "";
    });
  }

  private openTab(): void {
    const wanted = this.root.dataset["tab"] ?? "";
    const tab = document.getElementById(`tab-${wanted}`);
    if (wanted !== "history" && tab && !window.location.hash.startsWith("#tab-")) tab.click();
  }

  /** Whether another case waits. Nothing of it is told, and nothing is taken. */
  private async lookAhead(): Promise<void> {
    const sign = document.querySelector<HTMLElement>("[data-next-sign]");
    const address = this.root.dataset["ready"];
    if (!sign || !address) return;
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || !sign.isConnected) return;
    const { ready } = (await answer.json()) as { ready: boolean };
    sign.textContent = this.words[ready ? "ready" : "empty"] ?? "";
    sign.classList.toggle("is-ready", ready);
  }
}

function show(selector: string): void {
  const note = document.querySelector<HTMLElement>(selector);
  if (note) note.hidden = false;
}

/** Say what is the matter with the connection; an empty text: nothing is. */
function offline(text: string, button = false): void {
  const note = document.querySelector<HTMLElement>("[data-offline-note]");
  if (!note || (text === "" && sender.busy)) return;
  note.hidden = text === "";
  const words = note.querySelector("[data-offline-words]");
  if (words) words.textContent = text;
  const again = note.querySelector<HTMLElement>("[data-send-again]");
  if (again) again.hidden = !button;
}

const focus = new Focus(0);
let bench: Bench | null = null;
let decided = ""; // the case whose decision is under way: its draft goes when it has arrived

const sender = new Sender({
  swap,
  settled: () => main()?.removeAttribute("aria-busy"),
  kept: () => offline(bench?.words["kept"] ?? ""),
  again: () => offline(bench?.words["again"] ?? ""),
  failed: () => {
    if (sender.busy) offline(bench?.words["failed"] ?? "", true);
    else window.watchfloor.toast(bench?.words["failed"] ?? "", { kind: "red" });
    main()?.removeAttribute("aria-busy");
  },
});

function main(): HTMLElement | null {
  return document.getElementById("main");
}

function swap(answer: Answer): void {
  if (answer.ok && decided) draft.forget(decided);
  decided = "";
  bench?.lease.stop();
  main()?.replaceWith(answer.main);
  window.htmx.process(answer.main); // panels that ask for their content when they are opened
  document.title = answer.title;
  const now = window.location.pathname + window.location.search;
  if (answer.ok && answer.address !== now) window.history.pushState({ bench: true }, "", answer.address);
  for (const notice of answer.notices) window.watchfloor.toast(notice.text, { kind: notice.kind as "" | "green" | "red" | "amber" });
  window.scrollTo(0, 0);
  begin();
  document.dispatchEvent(new CustomEvent("wf:case")); // the viewer hides what it showed, and counts for this case from here on
  (document.querySelector<HTMLElement>(".form-errors") ?? answer.main).focus({ preventScroll: true });
  performance.measure("wf:next-case", "wf:sent");
}

/** For each case: after the page has loaded, and after every swap. */
function begin(): void {
  const root = document.querySelector<HTMLElement>("[data-bench]");
  bench = root ? new Bench(root, focus) : null;
  for (const panel of document.querySelectorAll<HTMLDetailsElement>(".bench-up"))
    panel.addEventListener("toggle", () => {
      if (panel.open) panel.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select")?.focus();
    });
  startUndo();
  main()?.setAttribute("data-heard", ""); // keys are heard from here on
}

/** The undo is offered for as long as the server said. */
function startUndo(): void {
  const offer = document.querySelector<HTMLElement>("[data-undo]");
  if (offer) window.setTimeout(() => offer.remove(), Number(offer.dataset["seconds"] ?? "30") * 1_000);
  const address = new URL(window.location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    window.history.replaceState(window.history.state, "", address);
  }
}

function submitted(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || bench === null || !form.matches("[data-bench-form], [data-undo]")) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  if (button?.matches("[data-extend]")) {
    void bench.lease.extend();
    return;
  }
  if (sender.busy) return; // no double submit
  if (button?.name === "verdict" && button.value === "violating" && !document.querySelector('input[name="violation"]:checked')) {
    bench.firstChoose();
    return;
  }
  for (const field of form.querySelectorAll<HTMLInputElement>('input[name="active_ms"]')) field.value = String(focus.ms);
  decided = form.matches("[data-decide]") && button?.name === "verdict" ? bench.caseId : "";
  sender.send(form, button);
  main()?.setAttribute("aria-busy", "true");
}

/** Before anything else hears a key: none falls on the wrong case, and digits belong to the tree while it has the focus. */
function pressed(event: KeyboardEvent): void {
  if (bench === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target instanceof HTMLElement && event.target.matches(TYPING) ? event.target : null;
  if (event.key === "Escape") field?.blur();
  if (sender.busy && event.key !== "Tab" && !(event.target instanceof Element && event.target.closest("[data-send-again]"))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) window.watchfloor.toast(bench.words["wait"] ?? "");
    return;
  }
  if (!field && /^[1-9]$/.test(event.key) && bench.digit(event.key)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

function clicked(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-send-again]")) sender.sendAgain();
  if (target?.closest("[data-translate-now]")) void bench?.translate();
  const tab = event.isTrusted ? target?.closest<HTMLElement>(".bench-context [role=tab]") : null;
  if (tab) save("tab", tab.id.replace("tab-", ""));
  const mark = target?.closest<HTMLElement>("[data-mark-ms]")?.dataset["markMs"];
  const player = document.querySelector<HTMLVideoElement>(".bench-item video");
  if (mark && player) player.currentTime = Number(mark) / 1000;
}

document.documentElement.classList.add("has-script");
effects.start();
thread.start();
begin();
document.addEventListener("submit", submitted);
document.addEventListener("keydown", pressed, true);
document.addEventListener("click", clicked);
window.addEventListener("popstate", () => window.location.reload());
window.setInterval(() => {
  const clock = bench ? null : document.querySelector<HTMLElement>("[data-lease]"); // the desk's
  const until = Date.parse(clock?.getAttribute("datetime") ?? "");
  if (!Number.isNaN(until)) showLeft(until - (Date.now() + skew()));
}, 1_000);
