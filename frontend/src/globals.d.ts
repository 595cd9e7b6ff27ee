// What the main script offers to the other scripts of a page, and packages that come without types.
import type { Shortcut } from "./keyboard";
import type { ToastOptions } from "./toast";

declare global {
  interface Window {
    watchfloor: {
      keys: { register(shortcut: Shortcut): void };
      toast(text: string, options?: ToastOptions): void;
      open(dialogId: string): void;
    };
    htmx: { process(element: Element): void };
    Alpine: { start(): void; data(name: string, make: () => object): void };
  }
}
