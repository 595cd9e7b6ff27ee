// Runs before the first paint, so that the page never flashes in the wrong theme.
import { applyStored } from "../theme";
import { tell } from "../zone";

applyStored();
tell();
