// What holds for all media of a page, as the server put it there: filters, and where things are told.

export type FilterName = "blur" | "grey" | "small" | "mute";
export const FILTERS: readonly FilterName[] = ["blur", "grey", "mute", "small"];

export interface Viewing {
  filters: Record<FilterName | "toggle" | "mild", boolean>;
  locked: Set<string>;
  filtersUrl: string;
  revealUrl: string;
  freshUrl: string;
  token: string;
}

/** Without a word from the page everything is on, and nothing is shown at once. */
export function viewing(): Viewing {
  const given = document.querySelector<HTMLElement>("[data-viewing]")?.dataset ?? {};
  const said = JSON.parse(given["filters"] ?? "{}") as Partial<Viewing["filters"]>;
  return {
    filters: { blur: true, grey: true, small: true, mute: true, toggle: false, mild: false, ...said },
    locked: new Set((given["locked"] ?? "").split(" ").filter(Boolean)),
    filtersUrl: given["filtersUrl"] ?? "",
    revealUrl: given["revealUrl"] ?? "",
    freshUrl: given["freshUrl"] ?? "",
    token: given["token"] ?? "0",
  };
}

function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** Post JSON; whether it was taken. */
export async function tell(url: string, body: object, keepalive = false): Promise<boolean> {
  if (!url) return true;
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), keepalive });
    return answer.ok;
  } catch {
    return false;
  }
}
