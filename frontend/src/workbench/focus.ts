// Focus time: counted only while the page is visible, has the focus, and someone has moved or typed a short while ago.

const IDLE_MS = 60_000;
const STEP_MS = 250;

export class Focus {
  private counted: number;
  private lastSign = performance.now();
  private last = performance.now();

  /** `before`: milliseconds that were already counted for this touch (the page may have been loaded again). */
  constructor(before: number) {
    this.counted = before;
    const sign = (): void => {
      this.lastSign = performance.now();
    };
    for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "focus"]) window.addEventListener(name, sign, { passive: true, capture: true });
    window.setInterval(() => this.step(), STEP_MS);
  }

  private step(): void {
    const now = performance.now();
    const passed = Math.min(now - this.last, 2 * STEP_MS); // a sleeping machine is no focus
    this.last = now;
    if (this.isHere()) this.counted += passed;
  }

  /** Whether someone is working here just now. */
  isHere(): boolean {
    return document.visibilityState === "visible" && document.hasFocus() && performance.now() - this.lastSign < IDLE_MS;
  }

  /** Another case is in hand; `before` as above. */
  begin(before: number): void {
    this.counted = before;
  }

  /** Milliseconds since the last sign of anyone. */
  get idleMs(): number {
    return performance.now() - this.lastSign;
  }

  /** Milliseconds of focus in this touch. */
  get ms(): number {
    return Math.round(this.counted);
  }
}
