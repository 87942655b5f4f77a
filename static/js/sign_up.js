// Sign-up: the browser knows its time zone, and a company's address follows its name until somebody types one.

const address = (name) =>
  name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 50)
    .replace(/^-+|-+$/g, "");

export const signUp = () => ({
  init() {
    const { name, slug, time_zone: zone } = this.$el.elements;
    if (!zone.value) {
      zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    }
    // The server romanises names that this leaves empty (北京华信), so an empty address is fine.
    let follows = !slug.value;
    name.addEventListener("input", () => {
      if (follows) {
        slug.value = address(name.value);
      }
    });
    slug.addEventListener("input", () => {
      follows = !slug.value;
    });
  },
});
