// Native dialogs. `data-dialog="approve"` on a button or link opens <dialog id="approve">; `data-close` closes the one
// around it. A link keeps its address, so without script it leads to the same form as a page. The event `close-dialog`
// (sent by the server as HX-Trigger after a saved form) closes whatever is open; `open-dialog` with an id opens the one
// into which the server has just put a question.

export function listenForDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      openDialog(opener, event);
      return;
    }
    const closer = event.target.closest("[data-close]");
    const dialog = event.target.closest("dialog");
    if (dialog && (closer || isBackdrop(event))) {
      if (closer?.matches("a")) {
        event.preventDefault(); // its address is for the same form as a page
      }
      dialog.close();
    }
  });
  document.addEventListener("close-dialog", () => {
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  });
  document.addEventListener("open-dialog", (event) => {
    const dialog = document.getElementById(event.detail.id);
    if (dialog && !dialog.open) {
      dialog.showModal();
    }
  });
}

function openDialog(opener, event) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog || event.ctrlKey || event.metaKey) {
    return;
  }
  event.preventDefault();
  opener.closest("details[open]")?.removeAttribute("open");
  dialog.showModal();
}

// The backdrop belongs to the dialog element itself; its content is one child that fills it.
function isBackdrop(event) {
  return event.target.matches?.("dialog[open]") && event.detail > 0;
}
