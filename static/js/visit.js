// Logging a visit on the phone: check in with its position or by hand, say how it went, save. Everything typed is kept at
// once, so a reload loses nothing; what is saved goes through the outbox, with or without signal. Without script the page
// is a plain form.

import { drop, identity, keep, read, send, write } from "./outbox.js";

const LOCATE = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 };
const ANSWER = 4_000; // milliseconds to wait for the server before saying that the visit is kept
const DRAFTED = ["customer", "place", "outcome", "note", "next_step_on", "next_step_day", "next_step"];
const DAY = 86_400_000;

export const visitLog = () => ({
  arrival: null,
  locating: false,
  byHand: false,
  error: "",
  saving: false,
  draftName: "",

  init() {
    const form = this.$root;
    this.key = form.elements.client_key.value;
    if (!form.dataset.customer) {
      const named = location.hash.slice(1); // a kept one that is to be put right
      this.draftName = read("draft", named) ? named : "new";
      this.key = read("draft", this.draftName)?.key ?? newKey();
    } else {
      this.draftName = this.key;
    }
    this.refreshDays();
    this.restore();
    this.onDelivered = (event) => this.delivered(event.detail);
    document.addEventListener("visit-delivered", this.onDelivered);
    if (location.hash === "#check-in" && !this.arrival && form.dataset.customer) {
      this.checkIn();
    }
    this.draw();
  },

  destroy() {
    document.removeEventListener("visit-delivered", this.onDelivered);
  },

  // --- What is kept while one types -----------------------------------------------------------------------------------

  restore() {
    const { captured } = this.$root.dataset;
    const draft = read("draft", this.draftName);
    this.arrival = captured ? { captured_at: captured } : (draft?.arrival ?? null);
    const refused = read("kept", this.key)?.refusal;
    this.error = refused ?? "";
    for (const [name, value] of Object.entries(draft?.fields ?? {})) {
      const field = this.$root.elements[name];
      if (field) {
        field.value = value;
      }
    }
  },

  remember(event) {
    const { elements } = this.$root;
    if (event?.target === elements.next_step_day) {
      elements.next_step_on.value = "day";
    }
    const fields = Object.fromEntries(DRAFTED.filter((name) => elements[name]).map((name) => [name, elements[name].value]));
    write("draft", this.draftName, { key: this.key, arrival: this.arrival, fields });
  },

  // --- At the door ----------------------------------------------------------------------------------------------------

  async checkIn() {
    if (this.arrival || this.locating) {
      return;
    }
    const captured_at = new Date().toISOString();
    this.locating = true;
    const position = await located();
    this.locating = false;
    if (position) {
      this.arrive({ captured_at, ...position });
    } else {
      this.byHand = true;
      this.capturedByHand = captured_at;
      this.$nextTick(() => this.$root.elements.place.focus());
    }
  },

  checkInByHand() {
    const captured_at = this.capturedByHand ?? new Date().toISOString();
    this.arrive({ captured_at, place: this.$root.elements.place.value.trim() });
  },

  chooseByHand() {
    this.byHand = true;
    this.$nextTick(() => this.$root.elements.place.focus());
  },

  arrive(arrival) {
    this.arrival = arrival;
    this.byHand = false;
    this.remember();
    this.draw();
    if (this.$root.dataset.customer) {
      this.post(null);
    }
  },

  // --- Out of the door ------------------------------------------------------------------------------------------------

  async save() {
    const { elements } = this.$root;
    if (this.saving || !this.$root.reportValidity()) {
      return;
    }
    if (!elements.outcome.value) {
      this.complain("outcome");
      return;
    }
    if (elements.next_step.value.trim() && !this.nextDay()) {
      this.complain("day");
      return;
    }
    if (!this.arrival) {
      await (this.byHand ? this.checkInByHand() : this.checkIn());
      if (!this.arrival) {
        return; // the place is asked for by hand
      }
    }
    await this.finish();
  },

  async finish() {
    this.saving = true;
    this.error = "";
    const { elements } = this.$root;
    this.draftName = this.key; // no longer the next new one's; dropped when the server has it
    drop("draft", "new");
    this.remember();
    const answered = this.answer();
    this.post({
      outcome: elements.outcome.value,
      checked_out_at: new Date().toISOString(),
      note: elements.note.value.trim(),
      next_step_on: this.nextDay(),
      next_step: elements.next_step.value.trim(),
    });
    if (!(await answered)) {
      this.error = read("kept", this.key)?.refusal ?? "";
    }
    this.saving = false;
    if (!this.error) {
      this.leave();
    }
  },

  post(report) {
    const { dataset, elements } = this.$root;
    const body = {
      member: identity().member,
      version: Number(elements.version.value) || null,
      customer_name: dataset.customer ? "" : elements.customer.value.trim(),
      arrival: this.arrival,
      report,
    };
    keep(this.key, body, { title: dataset.customer || elements.customer.value.trim(), page: this.page() });
    send({ now: true });
  },

  // True when the server has it, false when it has refused it or cannot be asked in time.
  answer() {
    return new Promise((resolve) => {
      const settle = () => {
        const entry = read("kept", this.key);
        if (!entry || entry.refusal || entry.tries > 0 || !navigator.onLine) {
          document.removeEventListener("kept-changed", settle);
          resolve(!entry);
        }
      };
      setTimeout(() => {
        document.removeEventListener("kept-changed", settle);
        resolve(!read("kept", this.key));
      }, ANSWER);
      setTimeout(() => document.addEventListener("kept-changed", settle));
      setTimeout(settle, 50);
    });
  },

  leave() {
    const { done } = this.$root.dataset;
    if (navigator.onLine || navigator.serviceWorker?.controller) {
      location.assign(done);
    } else {
      this.$dispatch("kept-changed");
    }
  },

  delivered({ key, visit }) {
    if (key === this.key) {
      this.$root.elements.version.value = visit.version;
    }
  },

  complain(about) {
    this.error = this.$root.dataset[`no${about[0].toUpperCase()}${about.slice(1)}`];
    this.$root.querySelector("[data-error]").scrollIntoView({ block: "nearest" });
  },

  page() {
    return this.$root.dataset.customer ? location.pathname : `${location.pathname}#${this.key}`;
  },

  // --- What comes next ------------------------------------------------------------------------------------------------

  // The page may be days old: count from the phone's own today.
  refreshDays() {
    for (const chip of this.$root.querySelectorAll("[data-days], [data-months]")) {
      const day = new Date();
      day.setHours(12, 0, 0, 0);
      if (chip.dataset.months) {
        const date = day.getDate();
        day.setDate(1);
        day.setMonth(day.getMonth() + 2, 0);
        day.setDate(Math.min(date, day.getDate()));
      } else {
        day.setTime(day.getTime() + chip.dataset.days * DAY);
      }
      chip.value = iso(day);
      const label = chip.parentElement.querySelector("[data-weekday]");
      if (label) {
        label.textContent = day.toLocaleDateString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short" });
      }
    }
  },

  nextDay() {
    const { next_step_on: chips, next_step_day: day } = this.$root.elements;
    return (chips.value === "day" ? day.value : chips.value) || null;
  },

  // --- What is shown --------------------------------------------------------------------------------------------------

  isIn() {
    return this.arrival !== null;
  },

  isNotIn() {
    return this.arrival === null && !this.locating;
  },

  asksPlace() {
    return this.byHand && this.arrival === null;
  },

  cannotAsk() {
    return this.saving || this.locating;
  },

  since() {
    if (!this.arrival) {
      return "";
    }
    const time = new Date(this.arrival.captured_at).toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: this.$root.dataset.timeZone,
    });
    return this.$root.dataset.since.replace("{time}", time);
  },

  // The point and its uncertainty on the drawing, and what they say. The server judges by the same rules.
  draw() {
    const map = this.$root.querySelector("[data-map]");
    const verdict = this.verdict();
    for (const badge of this.$root.querySelectorAll("[data-verdict]")) {
      badge.hidden = badge.dataset.verdict !== verdict?.name;
      if (!badge.hidden) {
        const text = badge.querySelector("[data-text]");
        text.textContent = text.dataset.text.replace("{distance}", verdict.distance).replace("{accuracy}", this.arrival.accuracy_m);
      }
    }
    if (!map || verdict?.east === undefined) {
      return;
    }
    const scale = map.dataset.scale / map.dataset.radius;
    const reach = Math.min(1, map.dataset.edge / (Math.hypot(verdict.east, verdict.north) * scale || 1));
    for (const dot of map.querySelectorAll("[data-dot]")) {
      dot.setAttribute("cx", map.dataset.x * 1 + verdict.east * scale * reach);
      dot.setAttribute("cy", map.dataset.y - verdict.north * scale * reach);
    }
    map.querySelector("[data-here]").removeAttribute("hidden");
  },

  verdict() {
    if (!this.arrival) {
      return null;
    }
    const { latitude, longitude, accuracy_m: accuracy } = this.arrival;
    if (latitude === undefined) {
      return this.$root.dataset.captured ? null : { name: "by_hand", distance: 0 };
    }
    const { latitude: north, longitude: east, radius } = this.$root.dataset;
    if (!north) {
      return { name: "unknown", distance: 0 };
    }
    const there = {
      north: (latitude - north) * 111_195,
      east: (longitude - east) * 111_195 * Math.cos((north * Math.PI) / 180),
    };
    const distance = Math.round(Math.hypot(there.north, there.east));
    if (accuracy > this.$root.dataset.roughest) {
      return { ...there, distance, name: "rough" };
    }
    const name = distance <= radius ? "verified" : distance - accuracy > radius ? "out_of_radius" : "rough";
    return { ...there, distance, name };
  },
});

// The phone's position, or null where it cannot or may not tell.
function located() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) {
      resolve(null);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          latitude: coords.latitude.toFixed(6),
          longitude: coords.longitude.toFixed(6),
          accuracy_m: Math.ceil(coords.accuracy),
        }),
      () => resolve(null),
      LOCATE,
    );
  });
}

function iso(day) {
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

// A random UUID; `crypto.randomUUID` exists on secure pages only.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
