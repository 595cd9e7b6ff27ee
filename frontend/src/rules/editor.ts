// The text editor: a code field in place of the plain one, with what the server knows about the rules at hand.
import { type Completion, type CompletionContext, type CompletionResult, acceptCompletion, autocompletion, closeBrackets, clearSnippet, closeBracketsKeymap, completionKeymap, nextSnippetField, prevSnippetField, snippet, snippetKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, linter } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import { EditorView, type Tooltip, drawSelection, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { helpBox } from "./help";
import { smlLanguage } from "./language";
import { look } from "./look";
import { type Checked, type Help, type Item, type Problem, type Setup, type Suggested, ask, characters, units } from "./server";

const CHECK_MS = 350;

export interface Events {
  checked(found: Checked): void;
  signature(help: Help | null): void;
  changed(text: string): void;
  save(): void;
}

export function startEditor(place: HTMLElement, field: HTMLTextAreaElement, set: Setup, events: Events): EditorView {
  const said = (name: string): string => set.words[name] ?? name;
  const at = (state: EditorState, offset: number): object => {
    const text = state.doc.toString();
    return { path: set.path, text, offset: characters(text, offset) };
  };

  async function complete(context: CompletionContext): Promise<CompletionResult | null> {
    const before = context.matchBefore(/[\w$.'"=(,[{ ]$/);
    if (!context.explicit && (!before || before.text === " ")) return null;
    const found = await ask<Suggested>(set.urls["complete"] ?? "", at(context.state, context.pos));
    if (!found || context.aborted) return null;
    events.signature(found.signature);
    if (!context.explicit && !typing(context)) return null;
    const from = units(context.state.doc.toString(), found.completions.start);
    return { from, options: found.completions.items.map(option), filter: false };
  }

  let cursor = 0;
  const follow = EditorView.updateListener.of((update) => {
    if (update.docChanged) {
      field.value = update.state.doc.toString();
      events.changed(field.value);
    }
    if (update.selectionSet || update.docChanged) {
      window.clearTimeout(cursor);
      cursor = window.setTimeout(() => {
        const head = view.state.selection.main.head;
        void ask<Suggested>(set.urls["complete"] ?? "", at(view.state, head)).then((found) => {
          if (view.state.selection.main.head === head) events.signature(found?.signature ?? null);
        });
      }, CHECK_MS);
    }
  });

  const check = linter(async (view) => {
    const text = view.state.doc;
    const found = await ask<Checked>(set.urls["check"] ?? "", { path: set.path, text: text.toString() });
    if (!found) return [];
    events.checked(found);
    return found.problems.filter((each) => each.file === set.path).map((each) => diagnostic(each, text));
  }, { delay: CHECK_MS });

  const help = hoverTooltip(async (view, pos): Promise<Tooltip | null> => {
    const text = view.state.doc.toString();
    const found = await ask<Help | null>(set.urls["hover"] ?? "", at(view.state, pos));
    if (!found) return null;
    return { pos: units(text, found.start), end: units(text, found.end), above: true, create: () => ({ dom: helpBox(found) }) };
  });

  const view: EditorView = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        EditorView.cspNonce.of(set.nonce),
        lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), history(), bracketMatching(), closeBrackets(), indentOnInput(),
        smlLanguage(set.effects), look, check, lintGutter(), help, follow,
        autocompletion({ interactionDelay: 0, override: [complete], icons: false, activateOnTyping: set.mayEdit, maxRenderedOptions: 100 }),
        EditorView.contentAttributes.of({ "aria-label": said("text"), "aria-describedby": "editor-keys", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        EditorState.readOnly.of(!set.mayEdit),
        EditorState.tabSize.of(2),
        EditorState.phrases.of(set.words),
        snippetKeymap.of([
          { key: "Tab", run: (view) => nextSnippetField(view) && (window.setTimeout(() => startCompletion(view), 0), true), shift: prevSnippetField },
          { key: "Escape", run: clearSnippet },
        ]),
        keymap.of([
          { key: "Mod-s", run: () => (events.save(), true), preventDefault: true },
          { key: "Tab", run: acceptCompletion }, // otherwise Tab leaves the field, as everywhere on the page
          ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
      ],
    }),
  });
  return view;
}

/** Whether completion may open by itself: while a word or text is being written, or where an argument begins. */
function typing(context: CompletionContext): boolean {
  return context.matchBefore(/[\w$.]$/) !== null || context.matchBefore(/['"(,[{=]\s?$/) !== null;
}

const KINDS: Record<string, string> = {
  feature: "variable", rule: "class", function: "function", effect: "method", argument: "property", path: "text", value: "constant",
  file: "namespace", type: "type", statement: "keyword", keyword: "keyword",
};

function option(item: Item): Completion {
  const made: Completion = { label: item.label, type: KINDS[item.kind] ?? "text" };
  if (item.detail) made.detail = item.detail.length > 60 ? `${item.detail.slice(0, 59)}…` : item.detail;
  if (item.doc || item.detail.length > 60) made.info = [item.detail.length > 60 ? item.detail : "", item.doc].filter(Boolean).join("\n");
  if (item.insert) {
    const fill = snippet(item.insert);
    made.apply = (view, completion, from, to) => {
      fill(view, completion, from, to);
      if (item.kind === "argument" || item.kind === "function" || item.kind === "effect") window.setTimeout(() => startCompletion(view), 0);
    };
  }
  return made;
}

function diagnostic(problem: Problem, text: Text): Diagnostic {
  const line = text.line(Math.min(problem.line, text.lines));
  const from = Math.min(line.from + units(line.text, problem.column - 1), line.to);
  const to = Math.min(line.from + units(line.text, problem.column - 1 + problem.length), line.to);
  return {
    from, to: Math.max(to, from), severity: problem.level, message: problem.message,
    renderMessage: () => {
      const box = document.createElement("div");
      const sentence = document.createElement("div");
      sentence.textContent = problem.message;
      box.append(sentence);
      if (problem.hint) {
        const hint = document.createElement("div");
        hint.className = "muted";
        hint.textContent = problem.hint;
        box.append(hint);
      }
      return box;
    },
  };
}

/** Go to a line and column (both from 1, columns in characters). */
export function goTo(view: EditorView, lineNumber: number, column: number): void {
  const line = view.state.doc.line(Math.max(1, Math.min(lineNumber, view.state.doc.lines)));
  const pos = Math.min(line.from + units(line.text, column - 1), line.to);
  view.dispatch({ selection: { anchor: pos }, effects: EditorView.scrollIntoView(pos, { y: "center" }) });
  view.focus();
}

/** Replace the whole text by one that the server made of it; the cursor stays where it was as far as the text allows. */
export function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  let start = 0;
  while (start < before.length && start < text.length && before[start] === text[start]) start++;
  let end = 0;
  while (end < before.length - start && end < text.length - start && before[before.length - 1 - end] === text[text.length - 1 - end]) end++;
  view.dispatch({ changes: { from: start, to: before.length - end, insert: text.slice(start, text.length - end) } });
}
