// Loaded only by pages that show a time series (they include console/chart_script.html).
import { start } from "../chart";

start();
