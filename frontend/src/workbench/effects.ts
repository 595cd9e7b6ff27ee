// What follows from a violation type: asked of the server whenever another one is chosen; the last answer wins.

export function watch(bench: HTMLElement): void {
  const box = document.querySelector<HTMLElement>("[data-effects-box]");
  const address = bench.dataset["effects"];
  if (!box || !address) return;
  let asked = 0;
  document.addEventListener("change", (event) => {
    const radio = event.target;
    if (!(radio instanceof HTMLInputElement) || radio.name !== "violation" || !radio.checked) return;
    asked += 1;
    const mine = asked;
    void fetch(`${address}?violation=${encodeURIComponent(radio.value)}`)
      .then(async (answer) => {
        const body = answer.ok ? await answer.text() : "";
        // Until the answer is here the form sends no actions for this type: the type's own are taken.
        if (mine === asked && body) box.innerHTML = body; // our own template; nothing of the item is in it
      })
      .catch(() => undefined);
  });
}
