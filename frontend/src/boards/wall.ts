// Boards on a wall: the next screen every so often, the same one again when the floor has changed, and a clock with its zone.
import { language } from "../words";

export function start(): void {
  const wall = document.querySelector<HTMLElement>("[data-wall]");
  if (!wall) return;
  const clock = document.querySelector<HTMLTimeElement>("[data-wall-clock]");
  const zone = document.documentElement.dataset["zone"] || "UTC";
  const hands = new Intl.DateTimeFormat(language(), {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone, timeZoneName: "short",
  });
  const tick = (): void => {
    if (clock) {
      clock.dateTime = new Date().toISOString();
      clock.textContent = hands.format(new Date());
    }
  };
  let at = 0;
  const show = async (): Promise<void> => {
    try {
      const answer = await fetch(`${wall.dataset["wall"] ?? ""}&at=${at}`);
      if (answer.redirected) location.reload(); // signed out: the wall asks to sign in
      else if (answer.ok) wall.innerHTML = await answer.text();
    } catch {
      // the last screen stays until the line is back
    }
  };
  wall.addEventListener("live", () => void show());
  tick();
  window.setInterval(tick, 1000);
  window.setInterval(
    () => {
      at += 1;
      void show();
    },
    Number(wall.dataset["wallEvery"] ?? "30") * 1000,
  );
}
