// System, light or dark. The choice is a cookie, so that the server writes it into the first byte of the next page.

const YEAR = 365 * 24 * 60 * 60;

export const themeSwitch = () => ({
  chosen: document.documentElement.dataset.theme || "system",

  choose(event) {
    this.chosen = event.currentTarget.value;
    if (this.chosen === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = this.chosen;
    }
    document.cookie = `theme=${this.chosen}; path=/; max-age=${YEAR}; samesite=lax`;
  },

  pressed() {
    return String(this.chosen === this.$el.value);
  },
});
