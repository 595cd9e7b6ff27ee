// A button with data-copy="id" copies the value of that field, and says so. Where the browser forbids it the text is selected instead.
import { toast } from "./toast";
import { say } from "./words";

async function copy(field: HTMLInputElement | HTMLTextAreaElement): Promise<void> {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // selected: Ctrl-C does the rest
  }
  toast(say("copied"), { kind: "green" });
}

export function start(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const field = button && document.getElementById(button.dataset["copy"] ?? "");
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) void copy(field);
  });
}
