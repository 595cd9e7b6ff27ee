// Runs before the first paint, so that the page never flashes in the wrong theme.
import { applyStored } from "../theme";
import { guard } from "../trusted";
import { forgetAll } from "../workbench/draft";
import { tell } from "../zone";

guard();
applyStored();
tell();
if ("signedOut" in document.documentElement.dataset) forgetAll();
