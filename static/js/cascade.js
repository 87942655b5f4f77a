// The tree grid by keyboard: arrow keys move from number to number; while typing, Escape takes it back and L locks.
// Everything here is also a link or a button; without script the grid works by clicking.

export function listenForCascadeKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.target.matches?.("[data-cell-input]")) {
      whileTyping(event);
    } else if (event.target.closest?.("[data-cell]")) {
      betweenCells(event, event.target.closest("[data-cell]"));
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-cell-input]")) {
      event.target.select();
    }
  });
}

function whileTyping(event) {
  const pressed = { Escape: "[data-undo]", l: "[data-lock]", L: "[data-lock]" }[event.key];
  const button = pressed && event.target.closest("[data-cascade]").querySelector(pressed);
  if (button) {
    event.preventDefault();
    button.click();
  }
}

function betweenCells(event, cell) {
  const target = neighbour(event.key, cell);
  if (target) {
    event.preventDefault();
    target.focus();
  }
}

// Columns are counted among the cells on show, so a narrow screen's hidden months are passed over.
function neighbour(key, cell) {
  const rows = [...cell.closest("[data-cascade]").querySelectorAll("[data-cells]")].map(shown).filter((row) => row.length);
  const row = rows.findIndex((each) => each.includes(cell));
  const column = rows[row].indexOf(cell);
  switch (key) {
    case "ArrowDown":
      return rows[row + 1]?.[column];
    case "ArrowUp":
      return rows[row - 1]?.[column];
    case "ArrowRight":
      return rows[row][column + 1];
    case "ArrowLeft":
      return rows[row][column - 1];
    default:
      return undefined;
  }
}

function shown(row) {
  return [...row.querySelectorAll("[data-cell]")].filter((each) => each.checkVisibility());
}
