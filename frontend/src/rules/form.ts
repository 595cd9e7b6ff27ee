// The form beside the text: a rule's conditions and actions to click together. Each change is written into the text by the server; the
// text is the truth, and what of it the form cannot hold is said instead of shown.
import { type CounterDraft, counterBox } from "./counter";
import { type Condition, type Field, type FormAnswer, type Fresh, type Group, type Part, type Plain, type RuleForm, base, read, show, suits } from "./model";
import { type Setup, ask, tell } from "./server";
import { button, choice, input, labelled, sign } from "./widgets";

const WRITE_MS = 250;

interface Link {
  text(): string;
  put(text: string): void;
}

export function startForm(place: HTMLElement, set: Setup, link: Link): void {
  new FormPage(place, set, link).start();
}

class FormPage {
  private answer: FormAnswer | null = null;
  private form: RuleForm | null = null;
  private fresh: Fresh[] = [];
  private timer = 0;
  private readonly problem = document.createElement("p");
  private lastText: string | null = null;
  private asked = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly set: Setup,
    private readonly link: Link,
  ) {
    this.problem.className = "form-problem";
    this.problem.setAttribute("role", "alert");
  }

  start(): void {
    const tab = document.getElementById("tab-form");
    const open = (): void => {
      if (this.link.text() !== this.lastText) void this.load(this.asked);
    };
    tab?.addEventListener("click", open);
    if (this.place.dataset["rule"] !== undefined) this.asked = this.place.dataset["rule"];
    if (window.location.hash === "#tab-form") open();
  }

  private say(name: string, value = ""): string {
    return (this.set.words[name] ?? name).replace("{0}", value);
  }

  private async load(rule: string): Promise<void> {
    const text = this.link.text();
    const answer = await ask<FormAnswer>(this.set.urls["form"] ?? "", { path: this.set.path, text, rule });
    if (!answer) {
      this.place.textContent = this.say("failed");
      return;
    }
    this.lastText = text;
    this.answer = answer;
    this.form = answer.form;
    this.fresh = [];
    this.draw();
  }

  /** Everything anew: forms are short, and one way of drawing is one way to be right. */
  private draw(focus = ""): void {
    const answer = this.answer;
    if (!answer) return;
    const parts: HTMLElement[] = [this.chooser(answer)];
    if (answer.beyond) parts.push(this.beyond(answer));
    else if (this.form) parts.push(...this.fields(this.form));
    this.place.replaceChildren(...parts);
    if (focus) this.place.querySelector<HTMLElement>(`[data-at="${focus}"]`)?.focus();
  }

  private chooser(answer: FormAnswer): HTMLElement {
    const line = document.createElement("div");
    line.className = "rule-form-head";
    if (answer.rules.length) {
      const here = this.form?.name ?? this.asked;
      const options = answer.rules.map((name) => ({ value: name, label: name }));
      if (this.form && !answer.rules.includes(here)) options.push({ value: here, label: `${here} *` });
      const pick = choice(this.say("rule"), options, here, (name) => {
        this.asked = name;
        void this.load(name);
      });
      line.append(labelled(this.say("rule"), pick));
    }
    if (this.set.mayEdit) line.append(button(this.say("newRule"), "plus", () => this.begin(answer)));
    return line;
  }

  private beyond(answer: FormAnswer): HTMLElement {
    const note = document.createElement("div");
    note.className = "note note-amber";
    const words = document.createElement("p");
    words.textContent = `${this.say("beyond")} ${answer.beyond}`;
    const go = button(this.say("asText"), "code", () => document.getElementById("tab-text")?.click());
    note.append(words, go);
    return note;
  }

  private begin(answer: FormAnswer): void {
    const first = answer.fields.find((each) => base(each.type) === "str") ?? answer.fields[0];
    let name = "NewRule";
    for (let number = 2; answer.rules.includes(name); number++) name = `NewRule${number}`;
    answer.beyond = "";
    this.form = { name, description: "", conditions: [this.blank(first)], actions: [], shared_with: [] };
    this.draw("name");
  }

  private blank(field: Field | undefined): Condition {
    const operator = this.answer?.operators.find((each) => field && suits(each, field.type) && each.value !== "none" && each.key === "contains");
    const fallback = this.answer?.operators.find((each) => field !== undefined && suits(each, field.type));
    return { type: "condition", op: (operator ?? fallback)?.key ?? "present", field: field?.name ?? "", value: operator ? "" : null, given: {} };
  }

  private fields(form: RuleForm): HTMLElement[] {
    const known = this.answer?.rules.includes(form.name) ?? false;
    const name = input(this.say("name"), form.name, (text) => {
      form.name = text.trim();
      this.write();
    });
    name.dataset["at"] = "name";
    name.readOnly = known || !this.set.mayEdit;
    const words = input(this.say("description"), form.description, (text) => {
      form.description = text;
      this.write();
    });
    const conditions = document.createElement("fieldset");
    conditions.className = "rule-form-part";
    const legend = document.createElement("legend");
    legend.textContent = this.say("when");
    conditions.append(legend, this.parts(form.conditions, "c"));
    return [
      labelled(this.say("name"), name, known ? this.say("nameHelp") : this.say("nameNew")),
      conditions,
      labelled(this.say("description"), words, this.say("descriptionHelp")),
      this.actions(form),
      this.problem,
    ];
  }

  private parts(parts: Part[], at: string): HTMLElement {
    const list = document.createElement("ul");
    list.className = "rule-form-list";
    parts.forEach((part, number) => {
      const row = document.createElement("li");
      const here = `${at}.${number}`;
      row.append(part.type === "group" ? this.group(part, parts, number, here) : this.condition(part, parts, number, here));
      list.append(row);
    });
    if (this.set.mayEdit) {
      const row = document.createElement("li");
      row.className = "rule-form-add";
      row.append(button(this.say("addCondition"), "plus", () => {
        parts.push(this.blank(this.answer?.fields[0]));
        this.draw(`${at}.${parts.length - 1}`);
        this.write();
      }));
      if (at === "c")
        row.append(button(this.say("addGroup"), "git-branch", () => {
          const field = this.answer?.fields[0];
          parts.push({ type: "group", kind: "any", parts: [this.blank(field), this.blank(field)] });
          this.draw(`${at}.${parts.length - 1}.0`);
          this.write();
        }));
      if (at === "c" && this.answer?.counters)
        row.append(button(this.say("addCounter"), "hash", () => {
          const box = counterBox(this.answer as FormAnswer, (word, value) => this.say(word, value), (draft) => this.count(draft, parts, at), () => this.draw());
          row.after(box);
          box.querySelector("select")?.focus();
        }));
      list.append(row);
    }
    return list;
  }

  private group(group: Group, parts: Part[], number: number, at: string): HTMLElement {
    const box = document.createElement("fieldset");
    box.className = "rule-form-group";
    const legend = document.createElement("legend");
    legend.className = "visually-hidden";
    legend.textContent = this.say(group.kind === "any" ? "anyOf" : "allOf");
    const head = document.createElement("div");
    head.className = "rule-form-row";
    const kind = choice(this.say("kind"), [{ value: "any", label: this.say("anyOf") }, { value: "all", label: this.say("allOf") }], group.kind, (word) => {
      group.kind = word === "all" ? "all" : "any";
      this.write();
    });
    head.append(kind, this.remove(parts, number));
    box.append(legend, head, this.parts(group.parts, at));
    return box;
  }

  private remove(parts: Part[], number: number): HTMLElement {
    return sign(this.say("remove"), "x", () => {
      parts.splice(number, 1);
      this.tidy();
      this.draw();
      this.write();
    });
  }

  /** A group of one is that one. */
  private tidy(): void {
    const unwrap = (parts: Part[]): Part[] =>
      parts.flatMap((part) => {
        if (part.type !== "group") return [part];
        part.parts = unwrap(part.parts);
        return part.parts.length < 2 ? part.parts : [part];
      });
    if (this.form) this.form.conditions = unwrap(this.form.conditions);
  }

  private condition(condition: Condition, parts: Part[], number: number, at: string): HTMLElement {
    const answer = this.answer as FormAnswer;
    const row = document.createElement("div");
    row.className = "rule-form-row";
    const field = answer.fields.find((each) => each.name === condition.field);
    const type = field?.type ?? "";
    const groups = [
      { label: this.say("named"), options: answer.fields.map((each) => ({ value: each.name, label: each.name, title: each.doc })) },
      { label: this.say("seen"), options: answer.paths.map((each) => ({ value: each.path, label: each.path, title: each.examples.join(" · ") })) },
    ];
    if (!field && condition.field) groups[0]?.options.unshift({ value: condition.field, label: condition.field, title: "" });
    const which = choice(this.say("field"), groups, condition.field, (name) => {
      condition.field = this.name(name);
      const now = answer.fields.find((each) => each.name === condition.field)?.type ?? "";
      if (!answer.operators.some((each) => each.key === condition.op && suits(each, now))) this.operator(condition, answer.operators.find((each) => suits(each, now))?.key ?? "present");
      this.draw(at);
      this.write();
    });
    which.dataset["at"] = at;
    const fitting = answer.operators.filter((each) => suits(each, type) || each.key === condition.op);
    const how = choice(this.say("operator"), fitting.map((each) => ({ value: each.key, label: each.label })), condition.op, (key) => {
      this.operator(condition, key);
      this.draw(`${at}.v`);
      this.write();
    });
    row.append(which, how, ...this.value(condition, field, at));
    if (this.set.mayEdit) row.append(this.remove(parts, number));
    return row;
  }

  private operator(condition: Condition, key: string): void {
    const operator = this.answer?.operators.find((each) => each.key === key);
    const before = show(condition.value);
    condition.op = key;
    condition.given = Object.fromEntries(Object.entries(condition.given).filter(([name]) => operator?.extras.some((each) => each.name === name)));
    const type = this.answer?.fields.find((each) => each.name === condition.field)?.type ?? "";
    condition.value = operator ? read(before, operator.value, type) : null;
  }

  private value(condition: Condition, field: Field | undefined, at: string): HTMLElement[] {
    const operator = this.answer?.operators.find((each) => each.key === condition.op);
    if (!operator || operator.value === "none") return [];
    const type = field?.type ?? "";
    const label = this.say("value");
    const set = (text: string): void => {
      condition.value = read(text, operator.value, type);
      this.write();
    };
    let made: HTMLElement;
    if (operator.value === "any" && base(type) === "bool")
      made = choice(label, [{ value: "true", label: this.say("true") }, { value: "false", label: this.say("false") }], show(condition.value) || "true", set);
    else {
      const suggestions = operator.choices ? (this.answer?.choices[operator.choices] ?? []).map((each) => each.value) : (field?.examples ?? []);
      const number = operator.value === "number" || (operator.value === "any" && ["int", "float"].includes(base(type)));
      made = input(operator.value === "many" ? this.say("values") : label, show(condition.value), set, { number, lines: operator.value === "many", suggestions, at });
    }
    made.dataset["at"] = `${at}.v`;
    const extras = operator.extras.filter((each) => each.kind === "truth").map((extra) => {
      const box = document.createElement("label");
      box.className = "choice small";
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.checked = condition.given[extra.name] === true;
      tick.addEventListener("change", () => {
        if (tick.checked) condition.given[extra.name] = true;
        else delete condition.given[extra.name];
        this.write();
      });
      box.append(tick, extra.label);
      return box;
    });
    return [made, ...extras];
  }

  /** A field by its name, or a path met in events, which gets a name. */
  private name(chosen: string): string {
    const path = this.answer?.paths.find((each) => each.path === chosen);
    if (!path || !this.answer) return chosen;
    this.fresh.push({ kind: "field", name: path.name, type: path.type, path: path.path });
    this.answer.fields.push({ name: path.name, type: path.type, doc: path.path, examples: path.examples });
    this.answer.paths = this.answer.paths.filter((each) => each !== path);
    return path.name;
  }

  private actions(form: RuleForm): HTMLElement {
    const answer = this.answer as FormAnswer;
    const box = document.createElement("fieldset");
    box.className = "rule-form-part";
    const legend = document.createElement("legend");
    legend.textContent = this.say("then");
    box.append(legend);
    const shared = form.shared_with.length > 0;
    if (shared) {
      const note = document.createElement("p");
      note.className = "small muted";
      note.textContent = this.say("shared", form.shared_with.join(", "));
      box.append(note);
      if (this.set.mayEdit)
        box.append(button(this.say("ownActions"), "copy", () => {
          form.shared_with = [];
          this.draw();
          this.write();
        }));
    }
    const list = document.createElement("ul");
    list.className = "rule-form-list";
    form.actions.forEach((action, number) => {
      const row = document.createElement("li");
      const line = document.createElement("div");
      line.className = "rule-form-row";
      const kind = answer.actions.find((each) => each.name === action.function);
      const what = choice(this.say("action"), answer.actions.map((each) => ({ value: each.name, label: each.label })), action.function, (name) => {
        const keep = answer.actions.find((each) => each.name === name)?.fields.map((each) => each.name) ?? [];
        form.actions[number] = { function: name, given: Object.fromEntries(Object.entries(action.given).filter(([key]) => keep.includes(key))) };
        this.draw(`a.${number}`);
        this.write();
      });
      what.dataset["at"] = `a.${number}`;
      line.append(what);
      for (const each of kind?.fields ?? []) line.append(this.argument(action.given, each, `a.${number}.${each.name}`));
      if (this.set.mayEdit && !shared)
        line.append(sign(this.say("remove"), "x", () => {
          form.actions.splice(number, 1);
          this.draw();
          this.write();
        }));
      if (shared) for (const control of line.querySelectorAll<HTMLInputElement>("input, select")) control.disabled = true;
      row.append(line);
      list.append(row);
    });
    if (!shared && this.set.mayEdit) {
      const row = document.createElement("li");
      row.className = "rule-form-add";
      row.append(button(this.say("addAction"), "plus", () => {
        const first = answer.actions[0];
        if (first) form.actions.push({ function: first.name, given: {} });
        this.draw(`a.${form.actions.length - 1}`);
        this.write();
      }));
      list.append(row);
    }
    box.append(list);
    if (!form.actions.length) {
      const note = document.createElement("p");
      note.className = "small muted";
      note.textContent = this.say("onlyCounts");
      box.append(note);
    }
    return box;
  }

  private argument(given: Record<string, Plain>, field: { name: string; kind: string; label: string; required: boolean; choices: string }, at: string): HTMLElement {
    const now = given[field.name];
    const set = (text: string): void => {
      if (text === "") delete given[field.name];
      else given[field.name] = field.kind === "number" || field.kind === "days" ? Number(text) : text;
      this.write();
    };
    const label = field.required ? field.label : this.say("optionalField", field.label);
    const known = field.kind === "entity"
      ? (this.answer?.fields ?? []).filter((each) => base(each.type) === "Entity").map((each) => ({ value: each.name, detail: each.doc }))
      : (this.answer?.choices[field.choices] ?? []);
    if ((field.choices && field.choices !== "label" && field.choices !== "verdict") || field.kind === "entity") {
      const options = known.map((each) => ({ value: each.value, label: field.kind === "entity" || !each.detail ? each.value : each.detail }));
      if (now !== undefined && !options.some((each) => each.value === now)) options.unshift({ value: String(now), label: String(now) });
      return choice(label, [{ value: "", label: field.required ? this.say("choose") : label }, ...options], now === undefined ? "" : String(now), set);
    }
    return input(label, now === undefined ? "" : String(now), set, { number: field.kind === "number" || field.kind === "days", suggestions: known.map((each) => each.value), at, placeholder: label });
  }

  /** Into the text, when nothing was changed for a moment. */
  private write(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), WRITE_MS);
  }

  /** The new names this rule uses, itself or through its counters. */
  private needed(form: RuleForm): Fresh[] {
    const used = JSON.stringify(form);
    const counters = this.fresh.filter((each) => each.kind === "counter" && used.includes(JSON.stringify(each.name)));
    const within = used + JSON.stringify(counters);
    return [...this.fresh.filter((each) => each.kind === "field" && within.includes(JSON.stringify(each.name))), ...counters];
  }

  /** A counter gets a name and becomes a field like any other. */
  private count(draft: CounterDraft, parts: Part[], at: string): void {
    const answer = this.answer as FormAnswer;
    const by = this.name(draft.by);
    const of = draft.of ? this.name(draft.of) : "";
    const taken = new Set(answer.fields.map((each) => each.name));
    const base = draft.function === "RateLimited" ? `TooOftenBy${by}` : draft.function === "CountUnique" ? `${of}sBy${by}` : `CountBy${by}`;
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
    this.fresh.push({ kind: "counter", name, function: draft.function, by: [by], span: draft.span, of, max: draft.max });
    const truth = draft.function === "RateLimited";
    answer.fields.push({ name, type: truth ? "bool" : "int", doc: `${draft.function} / ${draft.span}`, examples: [] });
    parts.push({ type: "condition", op: truth ? "is" : "above", field: name, value: truth ? null : 5, given: {} });
    this.draw(`${at}.${parts.length - 1}`);
    this.write();
  }

  /** What is still to fill in: a rule is not half written into the text. */
  private missing(form: RuleForm): string {
    const empty = (parts: Part[]): boolean =>
      parts.some((part) => {
        if (part.type === "group") return empty(part.parts);
        const asks = this.answer?.operators.find((each) => each.key === part.op)?.value ?? "none";
        return !part.field || (["text", "number", "many"].includes(asks) && (show(part.value) === "" || (asks === "number" && typeof part.value !== "number")));
      });
    if (!form.conditions.length || empty(form.conditions)) return this.say("fillValues");
    if (!form.description.trim()) return this.say("fillDescription");
    const lacking = form.actions.some((action) =>
      this.answer?.actions.find((each) => each.name === action.function)?.fields.some((field) => field.required && (action.given[field.name] ?? "") === ""),
    );
    return lacking ? this.say("fillActions") : "";
  }

  private async send(): Promise<void> {
    const form = this.form;
    if (!form) return;
    const missing = this.missing(form);
    if (missing) {
      this.problem.textContent = missing;
      return;
    }
    const text = this.link.text();
    const fresh = this.needed(form);
    const answer = await tell<{ text: string }>(this.set.urls["write"] ?? "", { path: this.set.path, text, form, new: fresh });
    if ("refused" in answer) {
      this.problem.textContent = answer.refused || this.say("failed");
      return;
    }
    if (this.link.text() !== text) return; // typed in the text meanwhile: that goes first
    this.problem.textContent = "";
    this.fresh = this.fresh.filter((each) => !fresh.includes(each));
    this.link.put(answer.done.text);
    this.lastText = this.link.text();
    this.asked = form.name;
  }
}
