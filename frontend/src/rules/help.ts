// Help on a function, a name or a path, as a small box. Everything is put in as text.
import type { Help } from "./server";

function part(tag: string, css: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.textContent = text;
  return made;
}

export function helpBox(help: Help): HTMLElement {
  const box = document.createElement("div");
  box.className = "code-help";
  box.append(part("code", "code-help-title", help.title));
  if (help.words) box.append(part("p", "", help.words));
  if (help.code) box.append(part("code", "muted", help.code));
  if (help.where) box.append(part("p", "muted small", help.where));
  const told = help.arguments.filter((each) => each.doc);
  if (told.length) {
    const list = document.createElement("dl");
    for (const each of told) list.append(part("dt", "", each.name), part("dd", "", each.doc));
    box.append(list);
  }
  return box;
}

/** One line beneath the editor: the call at hand, the argument being given in bold with what it means. */
export function showSignature(place: HTMLElement, help: Help | null, hint: string): void {
  place.replaceChildren();
  if (!help) {
    place.textContent = hint;
    return;
  }
  const name = help.title.split("(")[0] ?? "";
  place.append(part("code", "", `${name}(`));
  help.arguments.forEach((each, number) => {
    const word = part(each.here ? "strong" : "span", "code-argument", `${each.name}: ${each.type}${each.required ? "" : "?"}`);
    place.append(number ? ", " : "", word);
  });
  place.append(part("code", "", ")"));
  const here = help.arguments.find((each) => each.here);
  const words = here?.doc ?? help.words;
  if (words) place.append(part("span", "code-signature-words", ` ${words}`));
}
