// Light, dark or as the system; comfortable or compact. Kept with the person, in this browser, and in a cookie for pages before signing in.
import { remember } from "./cookie";
import { isKept, save } from "./saved";

export type Theme = "auto" | "light" | "dark";
export type Density = "comfortable" | "compact";

const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored(name: "wf-theme" | "wf-density"): string | null {
  if (isKept(name.slice(3))) return null; // the server has drawn it as this person wants it
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden; the page then follows the system
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see above
  }
  remember(name, value);
  save(name.slice(3), value);
}

function show(theme: string): void {
  const root = document.documentElement;
  const dark = theme === "dark" || (theme !== "light" && system.matches);
  root.dataset["theme"] = theme;
  root.dataset["bsTheme"] = dark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("wf:theme"));
}

export function applyStored(): void {
  show(stored("wf-theme") ?? document.documentElement.dataset["theme"] ?? "auto");
  document.documentElement.dataset["density"] = stored("wf-density") ?? document.documentElement.dataset["density"] ?? "comfortable";
}

export function setTheme(theme: Theme): void {
  keep("wf-theme", theme);
  show(theme);
  mark();
}

export function setDensity(density: Density): void {
  keep("wf-density", density);
  document.documentElement.dataset["density"] = density;
  mark();
}

/** Say on the buttons which choice is on. */
function mark(): void {
  const { theme = "auto", density = "comfortable" } = document.documentElement.dataset;
  for (const button of document.querySelectorAll<HTMLElement>("[data-set-theme]"))
    button.setAttribute("aria-pressed", String(button.dataset["setTheme"] === theme));
  for (const button of document.querySelectorAll<HTMLElement>("[data-set-density]"))
    button.setAttribute("aria-pressed", String(button.dataset["setDensity"] === density));
}

export function start(): void {
  mark();
  system.addEventListener("change", () => show(document.documentElement.dataset["theme"] ?? "auto"));
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const theme = target?.closest<HTMLElement>("[data-set-theme]")?.dataset["setTheme"];
    const density = target?.closest<HTMLElement>("[data-set-density]")?.dataset["setDensity"];
    if (theme) setTheme(theme as Theme);
    if (density) setDensity(density as Density);
  });
}
