// Everything the browser runs: htmx for fragments, Alpine (its CSP build, no eval) for what opens and closes.
import "htmx.org";
import focus from "@alpinejs/focus";
import Alpine from "@alpinejs/csp";

import { listenForCascadeKeys } from "./cascade.js";
import { listenForDialogs } from "./dialog.js";
import { menu } from "./menu.js";
import { palette } from "./palette.js";
import { listenForRowKeys } from "./rows.js";
import { themeSwitch } from "./theme.js";
import { signUp } from "./sign_up.js";
import { listenForToasts } from "./toast.js";

Alpine.plugin(focus);
Alpine.data("menu", menu);
Alpine.data("palette", palette);
Alpine.data("signUp", signUp);
Alpine.data("themeSwitch", themeSwitch);
Alpine.start();

listenForCascadeKeys();
listenForDialogs();
listenForRowKeys();
listenForToasts();
