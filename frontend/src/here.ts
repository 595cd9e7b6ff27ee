// Hidden fields that say where a form was opened: data-here="path" the page (without what was asked there), "window" its size.

function fill(scope: ParentNode): void {
  for (const field of scope.querySelectorAll<HTMLInputElement>("input[data-here]"))
    field.value = field.dataset["here"] === "path" ? window.location.pathname : `${window.innerWidth}x${window.innerHeight}`;
}

export function start(): void {
  document.addEventListener("wf:open", (event) => {
    if (event.target instanceof HTMLDialogElement) fill(event.target);
  });
}
