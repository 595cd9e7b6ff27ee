// Keeps relative times true while a page stands, by the same rules as the server (console/filters/times.py).
import { language as pageLanguage, say } from "./words";

const SPACE = "\u00a0";
const SOON_MS = 3_600_000;
const UNITS: [number, string][] = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];

export function oneUnit(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  for (const [size, unit] of UNITS) if (whole >= size) return `${Math.floor(whole / size)}${SPACE}${say(unit)}`;
  return `0${SPACE}${say("s")}`;
}

function zone(): string | undefined {
  return document.documentElement.dataset["zone"] || undefined;
}

/** The exact moment in the viewer's zone and in UTC. */
export function exact(when: Date): string {
  const language = pageLanguage();
  const options: Intl.DateTimeFormatOptions = {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  };
  const here = new Intl.DateTimeFormat(language, { ...options, timeZone: zone() }).format(when);
  const there = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" }).format(when);
  return here.endsWith("UTC") ? here : `${here} · ${there} UTC`;
}

function refresh(element: HTMLTimeElement, now: number): void {
  const when = Date.parse(element.dateTime);
  if (Number.isNaN(when)) return;
  if (!element.title) element.title = exact(new Date(when));
  const kind = element.dataset["time"];
  let words: string;
  if (kind === "age") {
    words = oneUnit((now - when) / 1000);
  } else if (kind === "due") {
    const left = when - now;
    words = say(left < 0 ? "late" : "due", oneUnit(left / 1000));
    const state = left < 0 ? "late" : left < SOON_MS ? "soon" : "";
    for (const target of [element, element.closest(".due")]) {
      target?.classList.toggle("due-soon", state === "soon");
      target?.classList.toggle("due-late", state === "late");
    }
  } else {
    return;
  }
  if (element.textContent !== words) element.textContent = words;
}

/** The server's clock decides: its moment is on the page, so a wrong clock here does not turn a queue red. */
function skew(): number {
  const said = document.querySelector<HTMLMetaElement>('meta[name="server-time"]')?.content;
  const server = said ? Date.parse(said) : Number.NaN;
  return Number.isNaN(server) ? 0 : server - Date.now();
}

export function start(): void {
  const offset = skew();
  const run = (): void => {
    if (document.hidden) return;
    const now = Date.now() + offset;
    for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-time]")) refresh(element, now);
  };
  window.setInterval(run, 10_000);
  document.addEventListener("visibilitychange", run);
}
