// What follows from a violation type: asked of the server whenever another one is chosen; the last answer wins.

let asked = 0;

export function start(): void {
  document.addEventListener("change", (event) => {
    const radio = event.target;
    if (!(radio instanceof HTMLInputElement) || radio.name !== "violation" || !radio.checked) return;
    const address = document.querySelector<HTMLElement>("[data-bench]")?.dataset["effects"];
    const box = document.querySelector<HTMLElement>("[data-effects-box]");
    if (!box || !address) return;
    asked += 1;
    const mine = asked;
    void fetch(`${address}?violation=${encodeURIComponent(radio.value)}`)
      .then(async (answer) => {
        const body = answer.ok ? await answer.text() : "";
        // Until the answer is here the form sends no actions for this type: the type's own are taken.
        if (mine === asked && body && box.isConnected) box.innerHTML = body; // our own template; nothing of the item is in it
      })
      .catch(() => undefined);
  });
}
