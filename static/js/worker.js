// The service worker: lets the day's visits open without signal. It keeps only pages that say so themselves
// (X-Keep-Offline names the member whose page it is) and the built files they need. Of one member at a time: the pages of
// whoever was signed in before go as soon as another's arrive, and all of them when nobody is (static/js/offline.js).
// Everything else, pay above all, passes by untouched.

const FILES = "salesops-files";
const PAGES = "salesops-pages-"; // and the member
const KEEP = "X-Keep-Offline";
const PATIENCE = 4_000; // milliseconds that a kept page waits for a fresher one

const home = new URL(self.registration.scope).pathname;
const day = `${home}visits/today/`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page names what it wants to have here before the signal goes: itself, the day's visits, and its files.
self.addEventListener("message", (event) => {
  event.waitUntil(Promise.allSettled((event.data.keep ?? []).map((url) => fresh(new Request(url)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(freshOrKept(request));
  } else if (request.mode === "navigate" && (url.pathname === home || url.pathname.startsWith(`${home}visits/`))) {
    event.respondWith(page(request, url));
  }
});

async function page(request, url) {
  try {
    return await freshOrKept(request);
  } catch (error) {
    if (url.pathname === home && (await keptCopy(new Request(day)))) {
      return Response.redirect(day);
    }
    throw error;
  }
}

// The network's answer; where it fails or is slow and a copy is kept, the copy.
async function freshOrKept(request) {
  const copy = await keptCopy(request);
  if (!copy) {
    return fresh(request);
  }
  let timer;
  const slow = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, copy);
  });
  return Promise.race([fresh(request).catch(() => copy), slow]).finally(() => clearTimeout(timer));
}

async function fresh(request) {
  const response = await fetch(request);
  const member = response.headers.get(KEEP);
  if (response.ok && !response.redirected && new URL(request.url).pathname.startsWith("/static/")) {
    await (await caches.open(FILES)).put(request, response.clone());
  } else if (response.ok && !response.redirected && member) {
    await forgetOthers(PAGES + member);
    await (await caches.open(PAGES + member)).put(request.url, response.clone());
  }
  return response;
}

function keptCopy(request) {
  return caches.match(request, { ignoreVary: true, ignoreSearch: request.url.includes("/visits/log/") });
}

async function forgetOthers(own) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== own);
  await Promise.all(names.map((name) => caches.delete(name)));
}
