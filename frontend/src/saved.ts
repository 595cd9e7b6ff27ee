// What someone sets for themselves, kept with the person on the server, so that another browser shows the same.

/** Keep one setting (`identity.preferences`). Nothing happens for who is not signed in; a failure loses only the memory of it. */
export function save(name: string, value: string | number | boolean | number[]): void {
  const address = document.documentElement.dataset["keep"];
  if (!address) return;
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  void fetch(address, { method: "POST", headers, body: JSON.stringify({ [name]: value }), keepalive: true }).catch(() => undefined);
}

/** Whether the server knows this setting: then it has drawn the page by it, and what this browser remembers does not count. */
export function isKept(name: string): boolean {
  return (document.documentElement.dataset["kept"] ?? "").split(" ").includes(name);
}
