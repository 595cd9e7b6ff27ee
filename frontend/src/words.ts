// The words scripts say, in the viewer's language: put into the page by the server as JSON.

let table: Record<string, string> | null = null;

/** The page's language for Intl; plain English writes its dates as the server does: 20 Nov, not Nov 20. */
export function language(): string {
  const lang = document.documentElement.lang || "en";
  return lang === "en" ? "en-GB" : lang;
}

/** `say("late", "9 min")`: the named sentence with {0} filled in. */
export function say(name: string, ...values: string[]): string {
  if (table === null) {
    const source = document.getElementById("wf-words")?.textContent;
    table = source ? (JSON.parse(source) as Record<string, string>) : {};
  }
  const sentence = table[name] ?? name;
  return sentence.replace(/\{(\d)\}/g, (_whole, index: string) => values[Number(index)] ?? "");
}
