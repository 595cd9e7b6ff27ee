// Completion of the word at the cursor: features, rules, JSON paths and functions that the page knows.
interface Known {
  name: string;
  kind: string;
}

const WORD = /[$A-Za-z_][\w.$[\]']*$/;
const MOST = 12;

export class Completion {
  private shown: Known[] = [];
  private at = 0;

  constructor(
    private readonly field: HTMLTextAreaElement,
    private readonly list: HTMLUListElement,
    private readonly known: Known[],
  ) {
    field.addEventListener("input", () => this.look(false));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => {
      const item = event.target instanceof Element ? event.target.closest("li") : null;
      if (!item) return;
      event.preventDefault(); // the cursor stays in the field
      this.at = [...list.children].indexOf(item);
      this.take();
    });
  }

  /** Whether the key was for the list. */
  handle(event: KeyboardEvent): boolean {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.look(true);
      return true;
    }
    if (this.list.hidden) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : -1) + this.shown.length) % this.shown.length;
      this.draw();
    } else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && this.chosen)) this.take();
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  /** Enter takes a completion only after the arrow keys went to it: else it asks. */
  private get chosen(): boolean {
    return this.field.dataset["walked"] === "yes";
  }

  private word(): string {
    return WORD.exec(this.field.value.slice(0, this.field.selectionStart))?.[0] ?? "";
  }

  private look(always: boolean): void {
    const word = this.word().toLowerCase();
    if (!always && word.length < 2) {
      this.close();
      return;
    }
    const starts = this.known.filter((one) => one.name.toLowerCase().startsWith(word));
    const holds = this.known.filter((one) => !starts.includes(one) && one.name.toLowerCase().includes(word));
    this.shown = [...starts, ...holds].slice(0, MOST);
    this.at = 0;
    this.field.dataset["walked"] = "no";
    if (this.shown.length === 0 || (this.shown.length === 1 && this.shown[0]?.name.toLowerCase() === word)) this.close();
    else this.draw(true);
  }

  private draw(fresh = false): void {
    if (!fresh) this.field.dataset["walked"] = "yes";
    this.list.replaceChildren(
      ...this.shown.map((one, index) => {
        const item = document.createElement("li");
        item.id = `q-option-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(index === this.at));
        const name = document.createElement("span");
        name.textContent = one.name;
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = one.kind;
        item.append(name, kind);
        return item;
      }),
    );
    this.list.hidden = false;
    this.field.setAttribute("aria-activedescendant", `q-option-${this.at}`);
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  private take(): void {
    const one = this.shown[this.at];
    if (one) {
      const end = this.field.selectionStart;
      this.field.setRangeText(one.name, end - this.word().length, end, "end");
    }
    this.close();
  }

  private close(): void {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
    this.field.dataset["walked"] = "no";
  }
}
