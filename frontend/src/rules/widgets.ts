// Fields and buttons that the rule form draws, in the console's own shapes.

let count = 0;

export interface Option {
  value: string;
  label: string;
  title?: string;
}

interface OptionGroup {
  label: string;
  options: Option[];
}

export function button(label: string, icon: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  const words = document.createElement("span");
  words.textContent = label;
  made.append(picture(icon), words);
  made.addEventListener("click", run);
  return made;
}

export function sign(label: string, icon: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-icon button-quiet button-small";
  made.setAttribute("aria-label", label);
  made.title = label;
  made.append(picture(icon));
  made.addEventListener("click", run);
  return made;
}

function picture(name: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector<HTMLElement>("[data-icons]")?.dataset["icons"] ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

export function choice(label: string, options: (Option | OptionGroup)[], value: string, run: (value: string) => void): HTMLSelectElement {
  const made = document.createElement("select");
  made.className = "input input-small";
  made.setAttribute("aria-label", label);
  const add = (parent: HTMLElement, option: Option): void => {
    const each = document.createElement("option");
    each.value = option.value;
    each.textContent = option.label;
    if (option.title) each.title = option.title;
    each.selected = option.value === value;
    parent.append(each);
  };
  for (const entry of options) {
    if (!("options" in entry)) add(made, entry);
    else if (entry.options.length) {
      const group = document.createElement("optgroup");
      group.label = entry.label;
      for (const each of entry.options) add(group, each);
      made.append(group);
    }
  }
  made.addEventListener("change", () => run(made.value));
  return made;
}

export interface InputOptions {
  number?: boolean;
  lines?: boolean;
  suggestions?: string[];
  placeholder?: string;
  at?: string;
}

export function input(label: string, value: string, run: (value: string) => void, options: InputOptions = {}): HTMLInputElement {
  const made = document.createElement(options.lines ? "textarea" : "input") as HTMLInputElement;
  made.className = "input input-small";
  made.setAttribute("aria-label", label);
  if (options.placeholder) made.placeholder = options.placeholder;
  if (options.lines) {
    made.setAttribute("rows", "2");
    made.placeholder = label;
  } else made.type = options.number ? "number" : "text";
  if (options.number) made.step = "any";
  made.dir = "auto";
  made.value = value;
  if (options.suggestions?.length && !options.lines) {
    const list = document.createElement("datalist");
    list.id = `suggestions-${++count}`;
    for (const each of options.suggestions) {
      const option = document.createElement("option");
      option.value = each;
      list.append(option);
    }
    document.body.append(list);
    made.setAttribute("list", list.id);
  }
  made.addEventListener("input", () => run(made.value));
  return made;
}

export function labelled(label: string, control: HTMLElement, help = ""): HTMLElement {
  const field = document.createElement("div");
  field.className = "field";
  const words = document.createElement("label");
  control.id ||= `rule-form-${++count}`;
  words.htmlFor = control.id;
  words.textContent = label;
  control.removeAttribute("aria-label");
  control.classList.remove("input-small");
  field.append(words, control);
  if (help) {
    const note = document.createElement("div");
    note.className = "help";
    note.id = `${control.id}-help`;
    note.textContent = help;
    control.setAttribute("aria-describedby", note.id);
    field.append(note);
  }
  return field;
}
