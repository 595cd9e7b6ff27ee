// Tells the server the browser's time zone, so that times are right before anyone has set theirs.
import { remember } from "./cookie";

export function tell(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) remember("wf-zone", zone);
}
