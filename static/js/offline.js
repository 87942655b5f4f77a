// Pages that work without signal register the service worker and hand it what it should keep. Where nobody is signed in,
// whatever was kept of somebody's pages goes; what waits in the outbox stays, for it is not the server's yet.

import { identity } from "./outbox.js";

const PAGES = "salesops-pages-";

export function prepareForNoSignal() {
  if (!identity()) {
    forget();
    return;
  }
  document.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/accounts/logout/")) {
      forget();
    }
  });
}

async function forget() {
  if ("caches" in window) {
    const names = (await caches.keys()).filter((name) => name.startsWith(PAGES));
    await Promise.all(names.map((name) => caches.delete(name)));
  }
}

// `<div x-data="keepsOffline" data-worker="…" data-scope="…">` around links marked `data-keep`.
export const keepsOffline = () => ({
  async init() {
    if (!("serviceWorker" in navigator) || !navigator.onLine) {
      return;
    }
    const { worker, scope } = this.$root.dataset;
    try {
      await navigator.serviceWorker.register(worker, { scope });
    } catch {
      return; // an insecure address, or a browser that forbids it: the page works, with signal
    }
    const { active } = await navigator.serviceWorker.ready;
    const links = [...this.$root.querySelectorAll("[data-keep]")].map((link) => link.href.split("#")[0]);
    active.postMessage({ keep: [...new Set([...links, ...files()])] });
  },
});

function files() {
  const style = [...document.querySelectorAll('link[rel="stylesheet"], link[rel="icon"]')].map((link) => link.href);
  const scripts = [...document.querySelectorAll("script[src]")].map((script) => script.src);
  const icon = document.querySelector("svg use[href*='sprite']")?.getAttribute("href");
  return [...style, ...scripts, ...(icon ? [new URL(icon.split("#")[0], location.href).href] : [])];
}
