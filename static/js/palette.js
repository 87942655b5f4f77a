// The command palette: Ctrl-K or / anywhere, type to narrow, arrows to choose, Enter to go. The pages are the
// navigation's, written into the page by the server; records that begin with the text are added below them by htmx.

export const palette = () => ({
  empty: false,

  init() {
    this.onKey = (event) => this.summon(event);
    document.addEventListener("keydown", this.onKey);
  },

  destroy() {
    document.removeEventListener("keydown", this.onKey);
  },

  summon(event) {
    const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !event.target.closest("input, select, textarea, [contenteditable], dialog");
    if (!command && !slash) {
      return;
    }
    event.preventDefault();
    if (!this.$root.open) {
      this.$root.showModal();
    }
    this.reset();
  },

  reset() {
    this.$refs.query.value = "";
    this.$refs.list.querySelector("#palette-found").replaceChildren();
    this.narrow();
    this.$refs.query.focus();
  },

  narrow() {
    const wanted = this.$refs.query.value.trim().toLowerCase();
    for (const option of this.options()) {
      option.hidden = "page" in option.dataset && !option.textContent.toLowerCase().includes(wanted);
    }
    this.empty = this.shown().length === 0;
    this.choose(this.shown()[0]);
  },

  // Records have come: the choice stays unless what was chosen is gone.
  refresh() {
    this.empty = this.shown().length === 0;
    if (!this.shown().some((option) => option.ariaSelected === "true")) {
      this.choose(this.shown()[0]);
    }
  },

  down() {
    this.step(1);
  },

  up() {
    this.step(-1);
  },

  step(by) {
    const shown = this.shown();
    const at = shown.findIndex((option) => option.ariaSelected === "true");
    this.choose(shown[(at + by + shown.length) % shown.length]);
  },

  choose(chosen) {
    for (const option of this.options()) {
      option.ariaSelected = String(option === chosen);
    }
    this.$refs.query.setAttribute("aria-activedescendant", chosen ? chosen.id : "");
    chosen?.scrollIntoView({ block: "nearest" });
  },

  go() {
    this.visit(this.shown().find((option) => option.ariaSelected === "true"));
  },

  click(event) {
    this.visit(event.target.closest("[role=option]"));
  },

  visit(option) {
    if (option) {
      window.location.assign(option.dataset.url);
    }
  },

  options() {
    return [...this.$refs.list.querySelectorAll("[role=option]")];
  },

  shown() {
    return this.options().filter((option) => !option.hidden);
  },
});
