// Runs before the first paint, so that the page never flashes in the wrong theme.
import { applyStored } from "../theme";
import { guard } from "../trusted";
import { forgetAll } from "../workbench/draft";
import { tell } from "../zone";

guard();
applyStored();
tell();
if ("signedOut" in document.documentElement.dataset) forgetAll();
// On the way out as well: the answer may never arrive, and the next at this machine may not pass by the page of signing in.
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && "signsOut" in event.target.dataset) forgetAll();
});
