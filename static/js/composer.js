// “Log call” and its like, marked `data-compose="call"`, choose the kind in the composer on the same page and put the
// cursor there. Without script the link leads to the page with that kind chosen.

export function listenForComposing() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-compose]");
    const composer = document.getElementById("composer");
    if (!opener || !composer || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    composer.querySelector(`input[name="kind"][value="${opener.dataset.compose}"]`)?.click();
    composer.querySelector("textarea").focus();
    composer.scrollIntoView({ block: "nearest" });
  });
}
