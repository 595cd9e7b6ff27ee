// The script of every page. Each part reads the markup it serves; none has state that another needs.
import Alpine from "@alpinejs/csp";
import * as copy from "../copy";
import * as dialogs from "../dialogs";
import * as here from "../here";
import * as htmx from "../htmx";
import * as keyboard from "../keyboard";
import * as palette from "../palette";
import * as sse from "../sse";
import * as table from "../table";
import * as tabs from "../tabs";
import * as theme from "../theme";
import * as time from "../time";
import * as toasts from "../toast";

// Other scripts (the review workbench) use the same list of keys and the same toasts.
window.watchfloor = {
  keys: { register: keyboard.register },
  toast: toasts.toast,
  open: dialogs.open,
};

for (const part of [theme, dialogs, here, toasts, keyboard, palette, table, tabs, copy, time, htmx, sse]) part.start();

window.Alpine = Alpine;
Alpine.start();
