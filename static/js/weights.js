// The editor of a scorecard: what the weights add up to while one types, and another row when one needs it.

// Hundredths, so that 33.33 + 33.33 + 33.34 is 100 and not nearly so. What is no number counts as nothing.
const hundredths = (text) => {
  const value = Number(text.trim().replace(",", "."));
  return Number.isFinite(value) ? Math.round(value * 100) : 0;
};

export const weights = () => ({
  init() {
    this.$el.addEventListener("input", () => show(this.$el));
    this.$el.querySelector("[data-weigh-add]").addEventListener("click", () => addRow(this.$el));
    show(this.$el);
  },
});

function show(form) {
  const output = form.querySelector("[data-sum]");
  const typed = [...form.querySelectorAll("[data-weigh-rows] [data-weight]")];
  const left = 10000 - typed.reduce((sum, input) => sum + hundredths(input.value), 0);
  const text = left === 0 ? output.dataset.right : left > 0 ? output.dataset.missing : output.dataset.over;
  output.textContent = text.replace("#", String(Math.abs(left) / 100));
  output.classList.toggle("good", left === 0);
  output.classList.toggle("warn", left !== 0);
}

// As Django's formsets want it: the blank row with its number filled in, and one more in the count.
function addRow(form) {
  const total = form.querySelector("[name='items-TOTAL_FORMS']");
  const rows = form.querySelector("[data-weigh-rows]");
  const holder = document.createElement("div");
  holder.innerHTML = form.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
  total.value = String(Number(total.value) + 1);
  const row = rows.appendChild(holder.firstElementChild);
  row.querySelector("select, input").focus();
}
