// Live pages: one stream per page tells which topics changed; regions that named the topic ask for their new content.
//
// <div data-live="jobs cases" hx-get="/floor/queues" hx-trigger="live" hx-swap="innerMorph">: the region gets the event "live", at most
// once in `data-live-every` seconds (2 by default), and not while someone has the pointer or the focus in it, selects in it or has left the page.
import { say } from "./words";

type State = "off" | "connecting" | "live" | "paused";

const AGAIN_MS = 2_000;

function mark(state: State): void {
  for (const marker of document.querySelectorAll<HTMLElement>("[data-live-marker]")) {
    if (marker.dataset["state"] === state) continue;
    marker.dataset["state"] = state;
    const word = marker.querySelector(".live-word");
    if (word) word.textContent = state === "off" ? "" : say(state);
  }
}

function isBeingRead(region: Element): boolean {
  if (region.matches(":hover") || region.contains(document.activeElement)) return true;
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed && region.contains(selection.anchorNode);
}

class Region {
  private last = 0;
  private timer = 0;

  constructor(private readonly element: HTMLElement) {}

  changed(): void {
    if (this.timer) return;
    const every = Number(this.element.dataset["liveEvery"] ?? "") * 1000 || AGAIN_MS;
    this.timer = window.setTimeout(() => this.tell(), Math.max(0, this.last + every - performance.now()));
  }

  private tell(): void {
    this.timer = 0;
    if (!this.element.isConnected) return;
    if (document.hidden || isBeingRead(this.element)) {
      this.timer = window.setTimeout(() => this.tell(), AGAIN_MS);
      return;
    }
    this.last = performance.now();
    this.element.dispatchEvent(new CustomEvent("live"));
  }
}

const known = new WeakMap<HTMLElement, Region>();

function tellRegions(topic: string): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const topics = (element.dataset["live"] ?? "").split(/\s+/);
    if (!topics.includes(topic) && !topics.includes("*")) continue;
    const region = known.get(element) ?? new Region(element);
    known.set(element, region);
    region.changed();
  }
}

function topicsOnPage(): string[] {
  const topics = new Set<string>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]"))
    for (const topic of (element.dataset["live"] ?? "").split(/\s+/)) if (topic) topics.add(topic);
  return [...topics].sort();
}

export function start(): void {
  const source = document.body.dataset["liveSource"];
  const topics = topicsOnPage();
  if (!source || topics.length === 0) return;
  let stream: EventSource | null = null;
  const open = (): void => {
    mark("connecting");
    stream = new EventSource(`${source}?topics=${encodeURIComponent(topics.join(","))}`);
    stream.addEventListener("open", () => mark("live"));
    stream.addEventListener("error", () => {
      mark("connecting"); // the browser tries again by itself, unless the server refused
      if (stream?.readyState === EventSource.CLOSED) mark("paused");
    });
    // data: {"topic": "jobs"}
    stream.addEventListener("message", (event: MessageEvent<string>) => {
      const told = JSON.parse(event.data) as { topic?: string };
      if (told.topic) tellRegions(told.topic);
    });
  };
  open();
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
}
