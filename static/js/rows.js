// Lists move with the arrow keys: inside `data-rows`, Up, Down, Home and End go from one `data-row` to the next.

export function listenForRowKeys() {
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    const list = row?.closest("[data-rows]");
    if (!list || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const rows = [...list.querySelectorAll("[data-row]")].filter((each) => each.checkVisibility());
    const target = destination(event.key, rows, rows.indexOf(row));
    if (target) {
      event.preventDefault();
      target.focus();
    }
  });
}

function destination(key, rows, at) {
  switch (key) {
    case "ArrowDown":
      return rows[at + 1];
    case "ArrowUp":
      return rows[at - 1];
    case "Home":
      return rows[0];
    case "End":
      return rows[rows.length - 1];
    default:
      return undefined;
  }
}
