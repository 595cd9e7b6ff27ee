// Completion on the SQL page: tables, columns and functions by what was begun, chosen with arrows and Enter or Tab; Ctrl+Enter asks.
interface Known {
  name: string;
  kind: string;
}

function begun(field: HTMLTextAreaElement): string {
  const before = field.value.slice(0, field.selectionStart);
  return /[A-Za-z_][\w.]*$/.exec(before)?.[0] ?? "";
}

function put(field: HTMLTextAreaElement, word: string): void {
  const end = field.selectionStart;
  field.setRangeText(word, end - begun(field).length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start(): void {
  const field = document.querySelector<HTMLTextAreaElement>("[data-sql]");
  const list = document.querySelector<HTMLElement>("[data-sql-list]");
  const source = document.querySelector('script[data-sql-words]')?.textContent;
  if (!field || !list || !source) return;
  const words = JSON.parse(source) as Known[];
  let chosen = 0;
  let shown: Known[] = [];
  const close = (): void => {
    shown = [];
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const draw = (): void => {
    list.replaceChildren(
      ...shown.map((word, place) => {
        const item = document.createElement("li");
        item.id = `sql-word-${place}`;
        item.role = "option";
        item.ariaSelected = String(place === chosen);
        item.textContent = word.name;
        item.dataset["kind"] = word.kind;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          put(field, word.name);
          close();
        });
        return item;
      }),
    );
    list.hidden = shown.length === 0;
    if (shown.length) field.setAttribute("aria-activedescendant", `sql-word-${chosen}`);
  };
  const offer = (all: boolean): void => {
    const word = begun(field).toLowerCase();
    shown = word || all ? words.filter((each) => each.name.startsWith(word) && each.name !== word).slice(0, 8) : [];
    chosen = 0;
    draw();
  };
  field.addEventListener("input", () => offer(false));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.form?.requestSubmit();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(true);
    } else if (shown.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      draw();
    } else if (shown.length && (event.key === "Enter" || event.key === "Tab")) {
      const word = shown[chosen];
      if (!word) return;
      event.preventDefault();
      put(field, word.name);
      close();
    } else if (event.key === "Escape") {
      close();
    }
  });
}
