// Everything the browser runs: htmx for fragments, Alpine (its CSP build, no eval) for what opens and closes.
import htmx from "htmx.org";
import focus from "@alpinejs/focus";
import Alpine from "@alpinejs/csp";

import { listenForCascadeKeys } from "./cascade.js";
import { listenForComposing } from "./composer.js";
import { listenForDialogs } from "./dialog.js";
import { menu } from "./menu.js";
import { keepsOffline, prepareForNoSignal } from "./offline.js";
import { listenForOutbox, outbox, signal } from "./outbox.js";
import { palette } from "./palette.js";
import { passkey } from "./passkey.js";
import { listenForRowKeys } from "./rows.js";
import { themeSwitch } from "./theme.js";
import { signUp } from "./sign_up.js";
import { listenForToasts } from "./toast.js";
import { weights } from "./weights.js";
import { visitLog } from "./visit.js";

Alpine.plugin(focus);
Alpine.data("keepsOffline", keepsOffline);
Alpine.data("menu", menu);
Alpine.data("outbox", outbox);
Alpine.data("palette", palette);
Alpine.data("passkey", passkey);
Alpine.data("signal", signal);
Alpine.data("signUp", signUp);
Alpine.data("themeSwitch", themeSwitch);
Alpine.data("visitLog", visitLog);
Alpine.data("weights", weights);
Alpine.start();
window.htmx = htmx; // for the scripts of single pages, which are bundles of their own

listenForCascadeKeys();
listenForComposing();
listenForDialogs();
listenForOutbox();
listenForRowKeys();
listenForToasts();
prepareForNoSignal();
