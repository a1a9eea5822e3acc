/* Light, dark, or as the system says. The choice is a cookie that the server reads, so that no
   page shows the other theme first. */

const order = ["", "light", "dark"];
const names = { "": "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const YEAR = 365 * 24 * 60 * 60;

function current() {
  return document.documentElement.dataset.theme ?? "";
}

function apply(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax${secure}`;
  for (const word of document.querySelectorAll("[data-theme-word]")) word.textContent = names[theme];
}

export function connect(button) {
  const word = button.querySelector("[data-theme-word]");
  if (word) word.textContent = names[current()];
  button.hidden = false;
  button.addEventListener("click", () => apply(order[(order.indexOf(current()) + 1) % order.length]));
}
