// The decision tree: one question at a time, by y, n or a digit; the way is kept in the form, its end chooses what is violated.

type Step = [question: string, answer: number];

export class Tree {
  private path: Step[] = [];

  constructor(private readonly root: HTMLElement, private readonly changed: () => void) {
    root.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const answer = target?.closest<HTMLElement>("[data-answer]");
      if (answer) this.choose(answer, true);
      else if (target?.closest("[data-tree-back]")) this.back();
      else if (target?.closest("[data-tree-focus]")) this.focus();
    });
    this.replay(root.querySelector<HTMLInputElement>("[data-path]")?.value ?? "");
  }

  /** `q1.0 q2.1`: as the form sends it. */
  get text(): string {
    return this.path.map(([question, answer]) => `${question}.${answer}`).join(" ");
  }

  /** Go a kept way again, as far as this tree still has it. */
  replay(text: string): void {
    this.path = [];
    this.show(this.first());
    for (const step of text.split(/\s+/).filter(Boolean)) {
      const [question, answer] = [step.slice(0, step.lastIndexOf(".")), step.slice(step.lastIndexOf(".") + 1)];
      if (this.open()?.dataset["question"] !== question) break;
      const button = this.open()?.querySelector<HTMLElement>(`[data-answer="${CSS.escape(answer)}"]`);
      if (!button) break;
      this.choose(button, false);
    }
    this.write();
  }

  /** A digit answers the open question, if that has answers by digit. */
  digit(digit: string): boolean {
    const button = this.open()?.querySelector<HTMLElement>(`[data-digit="${CSS.escape(digit)}"]`);
    button?.click();
    return button !== undefined && button !== null;
  }

  focus(): void {
    (this.open()?.querySelector<HTMLElement>("legend") ?? this.root.querySelector<HTMLElement>(".tree-end:not([hidden])"))?.focus();
  }

  private choose(button: HTMLElement, byHand: boolean): void {
    const question = button.closest<HTMLElement>("[data-question]");
    if (!question) return;
    this.path.push([question.dataset["question"] ?? "", Number(button.dataset["answer"])]);
    const { to = "", kind = "" } = button.dataset;
    if (kind === "question") {
      const next = this.root.querySelector<HTMLElement>(`[data-question="${CSS.escape(to)}"]`);
      this.show(next);
      if (byHand) next?.querySelector<HTMLElement>("legend")?.focus({ preventScroll: true });
    } else {
      this.show(null);
      this.end(kind, to);
      if (byHand) document.getElementById("main")?.focus({ preventScroll: true });
    }
    this.write();
    if (byHand) this.changed();
  }

  private back(): void {
    this.path.pop();
    const way = this.text;
    this.replay(way);
    this.focus();
    this.changed();
  }

  private end(kind: string, to: string): void {
    const sign = this.root.querySelector<HTMLElement>(`[data-end="${CSS.escape(kind)}"]`);
    if (sign) sign.hidden = false;
    const form = this.root.closest("form");
    if (kind === "violation") {
      const radio = form?.querySelector<HTMLInputElement>(`input[name="violation"][value="${CSS.escape(to)}"]`);
      if (!radio) return;
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
      const name = sign?.querySelector("[data-end-name]");
      if (name) name.textContent = radio.closest("label")?.querySelector(".words")?.firstChild?.textContent ?? "";
    } else if (kind === "other" || kind === "gone") {
      const list = form?.querySelector<HTMLDetailsElement>(kind === "other" ? "[data-other-policy]" : "[data-list]");
      if (list) list.open = true;
    }
  }

  private first(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-question]");
  }

  private open(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-question]:not([hidden])");
  }

  private show(question: HTMLElement | null): void {
    for (const other of this.root.querySelectorAll<HTMLElement>("[data-question]")) other.hidden = other !== question;
    for (const end of this.root.querySelectorAll<HTMLElement>("[data-end]")) end.hidden = true;
  }

  private write(): void {
    const field = this.root.querySelector<HTMLInputElement>("[data-path]");
    if (field) field.value = this.text;
    const back = this.root.querySelector<HTMLElement>("[data-tree-back]");
    if (back) back.hidden = this.path.length === 0;
    const trail = this.root.querySelector<HTMLElement>("[data-trail]");
    if (!trail) return;
    trail.replaceChildren();
    for (const [question, answer] of this.path) {
      const asked = this.root.querySelector<HTMLElement>(`[data-question="${CSS.escape(question)}"]`);
      const row = document.createElement("li");
      const said = document.createElement("strong");
      said.textContent = asked?.querySelector(`[data-answer="${answer}"] span`)?.textContent ?? "";
      row.append(asked?.querySelector("legend")?.textContent.trim() ?? "", " ", said);
      trail.append(row);
    }
  }
}
