// A menu is a <details>: it opens without script. This closes it on Escape and on a click elsewhere and moves through
// it with the arrow keys.

export const menu = () => ({
  close() {
    this.$root.open = false;
  },

  escape() {
    if (this.$root.open) {
      this.close();
      this.summary().focus();
    }
  },

  next() {
    this.move("next", "first");
  },

  previous() {
    this.move("previous", "last");
  },

  move(step, edge) {
    const atSummary = document.activeElement === this.summary();
    this.$root.open = true;
    const items = this.$focus.within(this.$root.querySelector("[data-menu-list]")).wrap();
    items[atSummary ? edge : step]();
  },

  summary() {
    return this.$root.querySelector("summary");
  },
});
