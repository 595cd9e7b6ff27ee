// Investigate: completion in the question, Enter asks it, a brush over the chart narrows the span. Without it all is links and forms.
import { Completion } from "../investigate/complete";

function startQuestion(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLTextAreaElement>("[data-complete]");
  const list = form.querySelector<HTMLUListElement>("[role=listbox]");
  if (!field || !list) return;
  const known = JSON.parse(form.querySelector("[data-known]")?.textContent ?? "[]") as { name: string; kind: string }[];
  const completion = new Completion(field, list, known);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || completion.handle(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

/** Seconds of the chart to a moment of the address, on whole seconds. */
function stamp(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString().replace(".000Z", "Z");
}

function startBrush(): void {
  document.addEventListener("wf:brush", (event) => {
    const { from, to } = (event as CustomEvent<{ from: number; to: number }>).detail;
    if (to - from < 1) return;
    const address = new URL(window.location.href);
    for (const gone of ["span", "after", "batch"]) address.searchParams.delete(gone);
    address.searchParams.set("from", stamp(from));
    address.searchParams.set("to", stamp(to));
    window.location.assign(address);
  });
}

const form = document.querySelector<HTMLFormElement>("[data-ask]");
if (form) startQuestion(form);
startBrush();
