// System, light or dark. The page changes at once; the form tells the server, which keeps the choice with the user and in
// a cookie and so writes it into the first byte of the next page.

export const themeSwitch = () => ({
  chosen: document.documentElement.dataset.theme || "system",

  choose(event) {
    this.chosen = event.currentTarget.value;
    if (this.chosen === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = this.chosen;
    }
  },

  pressed() {
    return String(this.chosen === this.$el.value);
  },
});
