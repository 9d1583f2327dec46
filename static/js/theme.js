// The chosen theme, applied before the first paint; a classic script in the head for that reason.
(() => {
  const KEY = "theme";
  const THEMES = { system: "as the system has it", light: "light", dark: "dark" };
  const names = Object.keys(THEMES);
  const root = document.documentElement;
  let chosen = localStorage.getItem(KEY);
  if (!(chosen in THEMES)) chosen = "system";

  function apply(button) {
    if (chosen === "system") delete root.dataset.theme;
    else root.dataset.theme = chosen;
    if (button) button.title = `Theme: ${THEMES[chosen]}`;
    button?.setAttribute("aria-label", `Theme: ${THEMES[chosen]}. Change it`);
  }

  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    apply(button);
    button.addEventListener("click", () => {
      chosen = names[(names.indexOf(chosen) + 1) % names.length];
      localStorage.setItem(KEY, chosen);
      apply(button);
    });
  });
})();
