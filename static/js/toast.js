// One line that says what just happened. The server sends them as the event `toast` (HX-Trigger) or writes them into the
// page; a failed request gets one too, so that nothing ever fails in silence.

const STAY = 6000; // milliseconds; errors stay until they are closed

export function listenForToasts() {
  const region = document.getElementById("toasts");
  if (!region) {
    return;
  }
  region.querySelectorAll(".toast").forEach(expire);
  document.addEventListener("toast", (event) => {
    const { toasts, text, level } = event.detail;
    for (const toast of toasts ?? [{ text, level }]) {
      show(region, toast.text, toast.level);
    }
  });
  document.addEventListener("htmx:responseError", () => show(region, region.dataset.refused, "error"));
  document.addEventListener("htmx:sendError", () => show(region, region.dataset.offline, "error"));
  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) {
      event.target.closest(".toast").remove();
    }
  });
}

function show(region, text, level = "info") {
  if ([...region.querySelectorAll("[data-text]")].some((shown) => shown.textContent === text)) {
    return; // a poll that fails every second says so once
  }
  const toast = region.querySelector("template").content.firstElementChild.cloneNode(true);
  toast.dataset.level = level;
  toast.querySelector("[data-text]").textContent = text;
  region.append(toast);
  expire(toast);
}

function expire(toast) {
  if (toast.dataset.level !== "error") {
    setTimeout(() => toast.remove(), STAY);
  }
}
