// The board of deals. A card is moved by dragging, by the keyboard (arrows walk, space picks up and puts down) or by its
// menu; all three end in `send`, which posts to the deal's own address. The answer is the board as it now is, or the
// dialog with what the stage asks for: then the card goes back until that is answered.
import Sortable from "sortablejs";

const say = (name, values) => {
  const region = document.querySelector("[data-board-says]");
  region.textContent = region.dataset[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
};

const board = () => document.getElementById("board");
const laneOf = (element) => element.closest(".lane");
const titleOf = (card) => card.querySelector("[data-card]");
const nameOf = (lane) => lane.querySelector("h2 .clip").textContent;

async function send(card, stage, putBack) {
  const values = { version: card.dataset.version, stage, board: board().dataset.board };
  await window.htmx.ajax("POST", `${titleOf(card).getAttribute("href")}move/`, {
    source: board(),
    target: "#board",
    swap: "outerHTML",
    values,
  });
  if (document.contains(card)) {
    putBack();
  }
}

// --- Dragging

function makeSortable() {
  for (const list of document.querySelectorAll("[data-cards]")) {
    Sortable.create(list, {
      group: "deals",
      sort: false, // a column is ordered by its deals, not by hand
      draggable: ".kcard",
      filter: ".kcard:not(.movable)",
      preventOnFilter: false,
      ghostClass: "ghost",
      delay: 200,
      delayOnTouchOnly: true,
      onEnd: dropped,
    });
  }
}

function dropped({ item: card, from, to, oldIndex }) {
  if (from !== to) {
    send(card, laneOf(to).dataset.stage, () => from.insertBefore(card, from.children[oldIndex] ?? null));
  }
}

// --- Keyboard

let lifted = null; // { card, from, next }: the card in hand, and where it came from

document.addEventListener("keydown", (event) => {
  const card = event.target.closest(".kcard");
  if (!card || !event.target.matches("[data-card]") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const act = (lifted ? WITH_A_CARD : WITHOUT)[event.key];
  if (act) {
    event.preventDefault();
    act(card);
  }
});

const WITHOUT = {
  ArrowDown: (card) => focusOn(card.nextElementSibling),
  ArrowUp: (card) => focusOn(card.previousElementSibling),
  ArrowRight: (card) => focusBeside(card, 1),
  ArrowLeft: (card) => focusBeside(card, -1),
  " ": lift,
};

const WITH_A_CARD = {
  ArrowRight: (card) => carry(card, 1),
  ArrowLeft: (card) => carry(card, -1),
  ArrowUp: () => {},
  ArrowDown: () => {},
  " ": putDown,
  Escape: putBack,
};

function focusOn(card) {
  if (card?.matches(".kcard")) {
    titleOf(card).focus();
  }
}

function focusBeside(card, step) {
  const cards = [...card.parentElement.querySelectorAll(".kcard")];
  for (let lane = beside(laneOf(card), step); lane; lane = beside(lane, step)) {
    const there = lane.querySelectorAll(".kcard");
    if (there.length) {
      focusOn(there[Math.min(cards.indexOf(card), there.length - 1)]);
      return;
    }
  }
}

function beside(lane, step) {
  return step > 0 ? lane.nextElementSibling : lane.previousElementSibling;
}

function lift(card) {
  if (!card.matches(".movable")) {
    return;
  }
  lifted = { card, from: card.parentElement, next: card.nextElementSibling };
  card.classList.add("lifted");
  say("lifted", { name: card.dataset.name });
}

function carry(card, step) {
  const lane = beside(laneOf(card), step);
  if (!lane) {
    return;
  }
  lane.querySelector("[data-cards]").prepend(card);
  showLane(lane.dataset.stage);
  titleOf(card).focus();
  say("over", { name: card.dataset.name, stage: nameOf(lane) });
}

function putDown(card) {
  const { from } = lifted;
  if (card.parentElement === from) {
    putBack();
  } else {
    const origin = lifted;
    card.classList.remove("lifted");
    lifted = null;
    send(card, laneOf(card).dataset.stage, () => restore(origin));
  }
}

function putBack() {
  const origin = lifted;
  lifted = null;
  restore(origin);
  say("back", { name: origin.card.dataset.name });
}

function restore({ card, from, next }) {
  card.classList.remove("lifted");
  from.insertBefore(card, next);
  showLane(laneOf(card).dataset.stage);
  if (!document.querySelector("dialog[open]")) {
    titleOf(card).focus();
  }
}

document.addEventListener("focusout", (event) => {
  if (lifted && event.relatedTarget && !lifted.card.contains(event.relatedTarget)) {
    putBack();
  }
});

// --- Menu: one dialog with the stages, for whichever card opened it

const menu = document.getElementById("board-menu");
let chosen = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-card-menu]");
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    chosen = opener.closest(".kcard");
    menu.querySelector("[data-menu-title]").textContent = opener.getAttribute("aria-label");
    for (const button of menu.querySelectorAll("[data-stage]")) {
      button.hidden = button.dataset.stage === laneOf(chosen).dataset.stage;
    }
    menu.showModal();
    return;
  }
  const stage = event.target.closest("[data-menu-stages] [data-stage]");
  if (stage) {
    menu.close();
    send(chosen, stage.dataset.stage, () => {});
  }
});

// --- Phone: one column at a time

function showLane(stage) {
  board().dataset.at = stage;
  for (const lane of document.querySelectorAll(".lane")) {
    lane.classList.toggle("on", lane.dataset.stage === stage);
  }
  for (const link of document.querySelectorAll("[data-lane]")) {
    if (link.dataset.lane === stage) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-lane]");
  if (link) {
    event.preventDefault();
    showLane(link.dataset.lane);
  }
});

// The column that was looked at stays, and so does how far the board was scrolled.
let kept = { at: null, left: 0 };
document.addEventListener("htmx:beforeSwap", () => {
  kept = { at: board()?.dataset.at, left: document.querySelector(".board-scroll")?.scrollLeft ?? 0 };
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.matches("#board, .lane")) {
    makeSortable();
    showLane(kept.at);
    document.querySelector(".board-scroll").scrollLeft = kept.left;
  }
});

makeSortable();
