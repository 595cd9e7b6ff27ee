// The pixels: made when they are asked for, taken out of the page when they are not.
import type { Viewing } from "./page";

export interface Addresses {
  small: string;
  poster: string;
  strip: string;
  play: string;
}

const FRESH_MS = 90_000; // signed addresses live two minutes

/** The addresses of one medium; asked for again when they are old. */
export class Source {
  private at = performance.now();

  constructor(private readonly card: HTMLElement, private readonly page: Viewing) {}

  async addresses(): Promise<Addresses> {
    const kept = this.card.dataset;
    if (this.page.freshUrl && performance.now() - this.at > FRESH_MS) {
      const url = this.page.freshUrl.replace("{id}", encodeURIComponent(kept["media"] ?? ""));
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = (await answer.json()) as Record<string, string>;
      for (const name of ["small", "poster", "strip", "play"]) kept[name] = said[`${name}_url`] ?? "";
      this.at = performance.now();
    }
    return { small: kept["small"] ?? "", poster: kept["poster"] ?? "", strip: kept["strip"] ?? "", play: kept["play"] ?? "" };
  }
}

/** A picture that has come whole; rejects when it does not. */
export async function picture(address: string, alt: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.className = "viewer-media";
  image.alt = alt;
  image.draggable = false;
  image.decoding = "async";
  image.src = address;
  await image.decode();
  return image;
}

/** Show one tile of a strip: the strip is one image, as wide as all its frames. */
export function tile(strip: HTMLImageElement, frame: number, frames: number): void {
  strip.classList.add("viewer-strip");
  strip.style.width = `${frames * 100}%`;
  strip.style.transform = `translateX(${(-100 * frame) / frames}%)`;
}

export function film(address: string, alt: string): HTMLVideoElement {
  const video = document.createElement("video");
  video.className = "viewer-media";
  video.setAttribute("aria-label", alt);
  video.muted = true;
  video.playsInline = true;
  video.preload = "metadata";
  video.src = address;
  return video;
}

export function sound(address: string, alt: string): HTMLAudioElement {
  const audio = document.createElement("audio");
  audio.setAttribute("aria-label", alt);
  audio.controls = true;
  audio.muted = true;
  audio.src = address;
  return audio;
}
