// One medium: hidden until somebody holds a button or the key v (or presses the toggle), and hidden again when they let go.
import { FILTERS, tell, type FilterName, type Viewing } from "./page";
import type { Seen } from "./seen";
import { film, picture, sound, Source, tile } from "./stage";

const STEP_MS = 250;
const MILD_BELOW = 3;

export class Viewer {
  private readonly stage: HTMLElement;
  private readonly words: Record<string, string>;
  private readonly source: Source;
  private readonly on: Record<FilterName, boolean>;
  private readonly kind: string;
  private readonly severity: number;
  private wanted = false;
  private stays = false;
  private playing = false;
  private logged = false;
  private turn = 0; // which asking the pixels that arrive belong to
  private since = performance.now();
  private at = -1; // the second of the mark one jumped to last

  constructor(private readonly card: HTMLElement, private readonly page: Viewing, private readonly seen: Seen) {
    this.stage = card.querySelector<HTMLElement>("[data-stage]") ?? card;
    this.words = JSON.parse(card.dataset["words"] ?? "{}") as Record<string, string>;
    this.source = new Source(card, page);
    this.kind = card.dataset["kind"] ?? "image";
    this.severity = Number(card.dataset["severity"] ?? "5");
    const { blur, grey, small, mute } = page.filters;
    this.on = { blur, grey, small, mute };
    this.startReveal();
    this.startFilters();
    this.startFilm();
    this.paint();
    const timer = window.setInterval(() => {
      if (this.card.isConnected) this.count();
      else window.clearInterval(timer); // another case is on the page
    }, STEP_MS);
    if (this.isMild) void this.show("opened");
  }

  private get isMild(): boolean {
    return this.page.filters.mild && this.severity < MILD_BELOW && this.kind === "image" && !("restricted" in this.card.dataset);
  }

  private button(name: string): HTMLButtonElement | null {
    return this.card.querySelector<HTMLButtonElement>(`[data-${name}]`);
  }

  get isShown(): boolean {
    return this.wanted;
  }

  /** Held down: by the pointer, by the key v, or by space on the button. With the toggle preferred, a press changes it. */
  hold(): void {
    if (this.page.filters.toggle) this.toggle();
    else if (!this.wanted) void this.show("held");
  }

  release(): void {
    if (!this.stays && !this.page.filters.toggle && !this.isMild) this.hide();
  }

  toggle(): void {
    this.stays = !this.wanted;
    if (this.stays) void this.show("opened");
    else this.hide();
  }

  private startReveal(): void {
    const reveal = this.button("reveal");
    reveal?.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.hold();
    });
    reveal?.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press of a finger is a hold
    reveal?.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.hold();
    });
    this.button("stay")?.addEventListener("click", () => this.toggle());
  }

  private startFilters(): void {
    for (const one of this.card.querySelectorAll<HTMLButtonElement>("[data-filter]")) {
      const name = one.dataset["filter"] as FilterName;
      if (this.page.locked.has(name)) {
        one.setAttribute("aria-disabled", "true");
        one.title = this.words["locked"] ?? "";
      }
      one.addEventListener("click", () => void this.change(name));
    }
  }

  /** A filter put on or off. Taken off while restricted media are shown it is another look: it is in the log first, or it stays on. */
  private async change(name: FilterName): Promise<void> {
    if (this.page.locked.has(name) && this.on[name]) return;
    this.on[name] = !this.on[name];
    if (!this.on[name] && this.wanted) {
      this.logged = false;
      if (!(await this.log(this.playing ? "played" : "opened"))) {
        this.on[name] = true;
        return;
      }
    }
    this.page.filters[name] = this.on[name];
    this.paint();
    if (name === "small" && this.wanted && !this.playing) void this.show("opened");
    void tell(this.page.filtersUrl, { [name]: this.on[name] });
  }

  private startFilm(): void {
    const scrub = this.card.querySelector<HTMLInputElement>("[data-scrub]");
    scrub?.addEventListener("input", () => this.turnTo(Number(scrub.value)));
    for (const mark of this.card.querySelectorAll<HTMLElement>("[data-mark]"))
      mark.addEventListener("click", () => {
        const at = Number(mark.dataset["mark"]);
        const times = (this.card.dataset["times"] ?? "").split(" ").filter(Boolean).map(Number);
        const frame = times.reduce((best, time, index) => (Math.abs(time - at) < Math.abs((times[best] ?? 0) - at) ? index : best), 0);
        if (scrub) scrub.value = String(frame);
        this.turnTo(frame);
        this.at = at;
        const running = this.stage.querySelector<HTMLMediaElement>("video, audio");
        if (running) running.currentTime = at;
      });
    for (const one of this.card.querySelectorAll<HTMLElement>("[data-step]")) one.addEventListener("click", () => this.step(Number(one.dataset["step"])));
    this.button("play-button")?.addEventListener("click", () => {
      this.playing = !this.playing;
      this.button("play-button")?.setAttribute("aria-pressed", String(this.playing));
      if (this.wanted) void this.show("played");
    });
  }

  /** One still picture on or back; of a video that plays, a twenty-fifth of a second, and it stands. */
  step(by: number): void {
    const video = this.stage.querySelector("video");
    if (video) {
      video.pause();
      video.currentTime = Math.max(0, video.currentTime + by / 25);
      return;
    }
    const scrub = this.card.querySelector<HTMLInputElement>("[data-scrub]");
    if (!scrub) return;
    const frame = Math.min(Math.max(0, Number(scrub.value) + by), Number(scrub.max));
    scrub.value = String(frame);
    this.turnTo(frame);
  }

  /** To the next mark, or the one before. */
  jump(by: number): void {
    const marks = [...this.card.querySelectorAll<HTMLElement>("[data-mark]")];
    const there = (mark: HTMLElement): number => Number(mark.dataset["mark"]);
    const found = by > 0 ? marks.find((mark) => there(mark) > this.at) : marks.reverse().find((mark) => there(mark) < this.at);
    found?.click();
    found?.focus();
  }

  private turnTo(frame: number): void {
    const frames = Number(this.card.dataset["frames"] ?? "1");
    const strip = this.stage.querySelector<HTMLImageElement>(".viewer-strip");
    if (strip) tile(strip, frame, frames);
    this.say((this.words["frame"] ?? "").replace("{0}", String(frame + 1)).replace("{1}", String(frames)));
  }

  /** What the looks of it are now; sound is by itself. */
  private paint(): void {
    for (const name of FILTERS) {
      this.card.classList.toggle(`is-${name}`, this.on[name]);
      this.card.querySelector(`[data-filter="${name}"]`)?.setAttribute("aria-pressed", String(this.on[name]));
    }
    const loud = this.stage.querySelector<HTMLMediaElement>("video, audio");
    if (loud) loud.muted = this.on.mute;
  }

  /** A sound's own controls cannot switch on what the house holds off. */
  private keepQuiet(loud: HTMLMediaElement): void {
    if (!loud.muted && this.on.mute && this.page.locked.has("mute")) loud.muted = true;
  }

  private async show(how: string): Promise<void> {
    const turn = ++this.turn;
    const first = !this.wanted;
    this.wanted = true;
    this.mark();
    this.word("loading");
    if (!(await this.log(how))) {
      if (turn === this.turn) this.fail();
      return;
    }
    try {
      const pixels = await this.pixels();
      if (turn !== this.turn || !this.wanted) return; // let go meanwhile: it never gets into the page
      this.stage.replaceChildren(pixels);
      if (pixels instanceof HTMLMediaElement) pixels.addEventListener("volumechange", () => this.keepQuiet(pixels));
      this.paint();
      this.card.classList.add("is-shown");
      this.since = performance.now();
      if (first) this.seen.add(this.kind, this.severity, this.active, 0, 1);
      if (pixels instanceof HTMLVideoElement) void pixels.play().catch(() => undefined);
      this.word("shown");
    } catch {
      if (turn === this.turn) this.fail();
    }
  }

  /** Restricted media: the look is in the log before anything is loaded, or it does not happen. */
  private async log(how: string): Promise<boolean> {
    if (!("restricted" in this.card.dataset) || (this.logged && this.stays)) return true;
    const body = { token: Number(this.page.token), media: this.card.dataset["media"] ?? "", kind: this.kind, how, filters: this.active };
    this.logged = await tell(this.page.revealUrl, body);
    return this.logged;
  }

  private async pixels(): Promise<HTMLElement> {
    const to = await this.source.addresses();
    const alt = this.card.dataset["alt"] ?? "";
    if (this.kind === "audio") return sound(to.play, alt);
    if (this.kind === "video" && this.playing && to.play) return film(to.play, alt);
    if (this.kind === "video" && to.strip) {
      const strip = await picture(to.strip, alt);
      tile(strip, Number(this.card.querySelector<HTMLInputElement>("[data-scrub]")?.value ?? "0"), Number(this.card.dataset["frames"] ?? "1"));
      return strip;
    }
    const address = (this.on.small && to.small) || to.poster || to.small;
    return picture(address, alt);
  }

  hide(): void {
    if (!this.wanted) return;
    this.count();
    this.turn += 1;
    this.wanted = this.stays = this.logged = false;
    for (const loud of this.stage.querySelectorAll<HTMLMediaElement>("video, audio")) loud.pause();
    this.stage.replaceChildren();
    this.card.classList.remove("is-shown");
    this.mark();
    this.word("hidden");
  }

  private fail(): void {
    this.hide();
    this.word("failed");
  }

  private mark(): void {
    this.button("reveal")?.setAttribute("aria-pressed", String(this.wanted));
    this.button("stay")?.setAttribute("aria-pressed", String(this.wanted && this.stays));
  }

  private word(name: string): void {
    const looks = name === "shown" ? FILTERS.filter((one) => this.on[one] && this.words[one]).map((one) => this.words[one] ?? "") : [];
    const text = [this.words[name] ?? "", ...looks].join(" · ");
    const place = this.card.querySelector("[data-state-word]");
    if (place) place.textContent = text;
    this.say(text);
  }

  private say(text: string): void {
    const place = this.card.querySelector("[data-said]");
    if (place) place.textContent = text;
  }

  private get active(): FilterName[] {
    const apply: readonly FilterName[] = this.kind === "image" ? ["blur", "grey", "small"] : this.kind === "audio" ? ["mute"] : FILTERS;
    return FILTERS.filter((name) => this.on[name] && apply.includes(name));
  }

  private count(): void {
    const now = performance.now();
    const passed = Math.min(now - this.since, 2 * STEP_MS);
    this.since = now;
    const silent = this.kind === "audio" && this.stage.querySelector("audio")?.paused !== false; // a sound that stands is not heard
    if (this.card.classList.contains("is-shown") && this.seen.here && !silent) this.seen.add(this.kind, this.severity, this.active, passed);
  }
}
