// Visits kept on this phone until the server has them. One entry for each visit, under the visit's own key, so that two
// tabs cannot overwrite one another's and an entry saved twice stays one. Entries belong to a company and a member: they
// are shown and sent to nobody else, and the server refuses them from anybody else too. Nothing is dropped but by the
// server's yes or by the reader's own hand.

const RETRY = 5_000; // milliseconds, doubled with every failure
const SELDOM = 600_000;
const PATIENCE = 20_000;
const UNSENT = new Set([408, 425, 429]); // the server is busy, not against it

let timer = 0;
let signedOut = false;

// Whose pages these are, from the head of the page; null where nobody is signed in.
export function identity() {
  const [tenant, member] = document.querySelector('meta[name="member"]')?.content.split(":") ?? [];
  return member ? { tenant, member: Number(member) } : null;
}

function prefix(kind) {
  const { tenant, member } = identity();
  return `salesops:${kind}:${tenant}:${member}:`;
}

// What is being typed (`draft`) and what waits to be sent (`kept`), by the visit's key.
export function read(kind, key) {
  try {
    return JSON.parse(localStorage.getItem(prefix(kind) + key));
  } catch {
    return null;
  }
}

export function write(kind, key, value) {
  localStorage.setItem(prefix(kind) + key, JSON.stringify(value));
  told();
}

export function drop(kind, key) {
  localStorage.removeItem(prefix(kind) + key);
  told();
}

export function kept() {
  if (!identity()) {
    return [];
  }
  const begins = prefix("kept");
  const keys = Object.keys(localStorage).filter((name) => name.startsWith(begins));
  const entries = keys.map((name) => read("kept", name.slice(begins.length))).filter(Boolean);
  return entries.sort((one, other) => one.at - other.at);
}

// Keep a visit, or what is now known of it. `turn` tells a fuller entry from the one that is on its way.
export function keep(key, body, shown) {
  const before = read("kept", key);
  write("kept", key, { key, body, ...shown, at: before?.at ?? Date.now(), turn: (before?.turn ?? 0) + 1, tries: 0, next: 0 });
}

// Send what is due, or with `now` everything that was not refused. One tab at a time.
export async function send({ now = false } = {}) {
  clearTimeout(timer);
  if (!identity() || kept().length === 0) {
    return;
  }
  if (navigator.locks) {
    await navigator.locks.request(prefix("sending"), { ifAvailable: true }, (lock) => lock && sendDue(now));
  } else {
    await sendDue(now);
  }
  schedule();
}

async function sendDue(now) {
  signedOut = false;
  for (const entry of kept()) {
    const due = now || entry.next <= Date.now();
    if (!entry.refusal && due && !(await put(entry))) {
      return; // the next one would fare no better
    }
  }
}

// Whether the server could be asked at all.
async function put(entry) {
  const { tenant } = identity();
  let response;
  try {
    response = await fetch(`/t/${tenant}/api/v1/visits/kept/${entry.key}/`, {
      method: "PUT",
      body: JSON.stringify(entry.body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    later(entry);
    return false;
  }
  if (response.ok) {
    delivered(entry, await response.json());
    return true;
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401 || (response.status === 403 && !answer.code)) {
    signedOut = true;
    later(entry);
    return false;
  }
  if (response.status >= 500 || UNSENT.has(response.status)) {
    later(entry);
    return false;
  }
  change(entry, { refusal: answer.detail ?? firstText(answer.errors) ?? answer.title ?? String(response.status) });
  return true;
}

// What was wrong with the first field, however deep it lies.
function firstText(errors) {
  return typeof errors === "object" && errors ? firstText(Object.values(errors)[0]) : errors;
}

function delivered(entry, visit) {
  if (read("kept", entry.key)?.turn === entry.turn) {
    drop("kept", entry.key);
    if (entry.body.report) {
      drop("draft", entry.key);
    }
  }
  document.dispatchEvent(new CustomEvent("visit-delivered", { detail: { key: entry.key, visit } }));
}

function later(entry) {
  const tries = entry.tries + 1;
  change(entry, { tries, next: Date.now() + Math.min(RETRY * 2 ** (tries - 1), SELDOM) });
}

// Change the entry as it is now: a fuller one may have taken its place meanwhile, and is not refused by what this was.
function change(entry, values) {
  const present = read("kept", entry.key);
  if (present?.turn === entry.turn) {
    write("kept", entry.key, { ...present, ...values });
  }
}

function schedule() {
  const waiting = kept().filter((entry) => !entry.refusal);
  if (waiting.length > 0) {
    const next = Math.min(...waiting.map((entry) => entry.next));
    timer = setTimeout(send, Math.max(next - Date.now(), 2_000));
  }
}

// The cookie is the present one; the page's own may be of an earlier sign-in, for the page may have been kept.
function token() {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/);
  return cookie ? cookie[1] : JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
}

function told() {
  document.dispatchEvent(new CustomEvent("kept-changed"));
}

// The line that says what is kept, on every page of visits: how many, whether there is signal, and what was refused.
export const outbox = () => ({
  count: 0,
  offline: !navigator.onLine,
  signedOut: false,

  init() {
    this.onChange = () => this.show();
    document.addEventListener("kept-changed", this.onChange);
    addEventListener("online", this.onChange);
    addEventListener("offline", this.onChange);
    this.show();
  },

  destroy() {
    document.removeEventListener("kept-changed", this.onChange);
    removeEventListener("online", this.onChange);
    removeEventListener("offline", this.onChange);
  },

  show() {
    const entries = kept();
    this.count = entries.length;
    this.offline = !navigator.onLine;
    this.signedOut = signedOut;
    const line = this.$root.querySelector("[data-kept-line]");
    line.textContent = this.count === 1 ? line.dataset.one : line.dataset.many.replace("{number}", this.count);
    this.list(entries.filter((entry) => entry.refusal));
  },

  list(refused) {
    const list = this.$root.querySelector("[data-refused]");
    const row = this.$root.querySelector("template").content.firstElementChild;
    list.replaceChildren(
      ...refused.map((entry) => {
        const shown = row.cloneNode(true);
        shown.querySelector("[data-title]").textContent = entry.title;
        shown.querySelector("[data-why]").textContent = entry.refusal;
        shown.querySelector("[data-edit]").href = entry.page;
        shown.querySelector("[data-discard]").addEventListener("click", () => this.discard(entry));
        return shown;
      }),
    );
    list.hidden = refused.length === 0;
  },

  discard(entry) {
    if (confirm(this.$root.dataset.sure.replace("{title}", entry.title))) {
      drop("draft", entry.key);
      drop("kept", entry.key);
    }
  },

  sendNow() {
    send({ now: true });
  },

  hasSome() {
    return this.count > 0;
  },
});

// Whether there is a network at all, for the badge at the head of a page.
export const signal = () => ({
  offline: !navigator.onLine,

  init() {
    this.onChange = () => {
      this.offline = !navigator.onLine;
    };
    addEventListener("online", this.onChange);
    addEventListener("offline", this.onChange);
  },

  destroy() {
    removeEventListener("online", this.onChange);
    removeEventListener("offline", this.onChange);
  },
});

export function listenForOutbox() {
  if (!identity()) {
    return;
  }
  addEventListener("online", () => send({ now: true }));
  addEventListener("storage", (event) => event.key?.startsWith("salesops:") && told());
  send({ now: true });
}
