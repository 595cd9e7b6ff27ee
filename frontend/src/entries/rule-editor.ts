// The rule editor's page: the code field, the form, problems as one types, trying the draft, what would change, saving. Loaded there only.
import { nextDiagnostic } from "@codemirror/lint";
import { goTo, replaceText, startEditor } from "../rules/editor";
import { startForm } from "../rules/form";
import { showSignature } from "../rules/help";
import { countLater } from "../rules/hits";
import { type Checked, type Setup, ask, piece, setup } from "../rules/server";

function find<T extends HTMLElement>(selector: string): T | null {
  return document.querySelector<T>(selector);
}

function start(set: Setup, form: HTMLFormElement, field: HTMLTextAreaElement, place: HTMLElement): void {
  const say = (name: string, value = "", other = ""): string => (set.words[name] ?? name).replace("{0}", value).replace("{1}", other);
  const status = find("[data-editor-status]");
  const signature = find("[data-signature]");
  const list = find("[data-problems]");
  let leaving = false;
  const changed = (): boolean => field.value !== set.saved;

  const save = (): void => {
    if (!set.mayEdit) return;
    const why = find<HTMLInputElement>("#why");
    if (!form.reportValidity()) return;
    if (why && !why.value && document.activeElement !== why && changed()) {
      why.focus();
      window.watchfloor.toast(say("why"));
      return;
    }
    find<HTMLButtonElement>("[data-save]")?.click();
  };

  const view = startEditor(place, field, set, {
    checked,
    signature: (help) => signature && showSignature(signature, help, say("hint")),
    changed: () => mark(),
    save,
  });
  field.hidden = true;
  for (const old of document.querySelectorAll<HTMLElement>("[data-plain]")) old.hidden = true;
  document.documentElement.classList.add("has-editor");

  function mark(): void {
    const dot = find("[data-unsaved]");
    if (dot) dot.hidden = !changed();
  }

  function checked(found: Checked): void {
    const errors = found.problems.filter((each) => each.level === "error");
    if (status) {
      status.textContent = errors.length ? (errors.length === 1 ? say("oneProblem") : say("problems", String(errors.length))) : say("fine");
      status.dataset["state"] = errors.length ? "bad" : "fine";
    }
    if (!errors.length) countLater(set, field.value, say);
    const notRun = find("[data-not-run]");
    if (notRun) notRun.hidden = found.runs || errors.length > 0;
    list?.replaceChildren(
      ...found.problems.map((each) => {
        const row = document.createElement("li");
        const words = document.createElement("p");
        const here = each.file === set.path;
        const jump = document.createElement(here ? "button" : "span");
        jump.className = here ? "link" : "strong";
        jump.textContent = `${here ? "" : `${each.file}, `}${say("line", String(each.line))}`;
        if (jump instanceof HTMLButtonElement) {
          jump.type = "button";
          jump.addEventListener("click", () => {
            find("#tab-text")?.click();
            goTo(view, each.line, each.column);
          });
        }
        words.append(jump, ` ${each.message}`);
        row.append(words);
        if (each.hint) {
          const hint = document.createElement("p");
          hint.className = "small muted";
          hint.textContent = each.hint;
          row.append(hint);
        }
        return row;
      }),
    );
  }

  form.addEventListener("submit", () => {
    leaving = true;
  });
  for (const other of document.querySelectorAll("dialog form")) other.addEventListener("submit", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => {
    if (changed() && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => (leaving = false));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
      event.preventDefault();
      save();
    }
  });
  window.watchfloor.keys.register({ keys: "F8", label: say("next"), group: say("group"), run: () => { view.focus(); nextDiagnostic(view); } });

  const tryForm = find<HTMLFormElement>("[data-try]");
  const outcome = find("[data-tried]");
  async function tryOut(): Promise<void> {
    if (!tryForm || !outcome) return;
    const data = new FormData(tryForm);
    const body = { path: set.path, text: field.value, item: String(data.get("item") ?? ""), event: String(data.get("event") ?? "") };
    const answer = await piece(set.urls["try"] ?? "", body);
    if (answer !== null) outcome.innerHTML = answer;
    else outcome.textContent = say("failed");
  }
  tryForm?.addEventListener("submit", (event) => {
    event.preventDefault();
    void tryOut();
  });

  find("[data-diff]")?.addEventListener("click", () => {
    void piece(set.urls["diff"] ?? "", { path: set.path, text: field.value }).then((answer) => {
      const place = find("[data-diff-place]");
      if (place && answer !== null) place.innerHTML = answer;
      window.watchfloor.open("changes");
    });
  });

  find("[data-format]")?.addEventListener("click", () => {
    void ask<{ text: string; problem: string }>(set.urls["format"] ?? "", { path: set.path, text: field.value }).then((answer) => {
      if (!answer || answer.problem) window.watchfloor.toast(answer?.problem ?? say("failed"));
      else replaceText(view, answer.text);
    });
  });

  const holder = find("[data-rule-form]");
  if (holder) startForm(holder, set, { text: () => field.value, put: (text) => replaceText(view, text) });
  if (signature) showSignature(signature, null, say("hint"));
  mark();
}

const set = setup();
const form = document.querySelector<HTMLFormElement>("#editor");
const field = document.querySelector<HTMLTextAreaElement>("#text");
const place = document.querySelector<HTMLElement>("[data-code]");
if (set && form && field && place) start(set, form, field, place);
