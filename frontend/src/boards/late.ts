// A panel that comes after its page need not be waited for: its request is taken back, the server stops counting, and the panel says so.
interface Aborts extends HTMLElement {
  _htmx?: { abort?: () => void };
}

export function start(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-panel-stop]");
    const late = button?.closest<Aborts>("[data-panel-late]");
    if (!late) return;
    late.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true }));
    stop(button?.dataset["panelStop"] ?? "");
    const link = document.createElement("a");
    link.href = (late.getAttribute("hx-get") ?? "").replace(/[?&]part=1.*$/, "");
    link.textContent = late.closest(".board-panel")?.querySelector("h2")?.textContent ?? link.href;
    late.replaceWith(link);
  });
}

function stop(address: string): void {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  if (address) void fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => undefined);
}
