// A sentence at the edge of the page that goes by itself.

const SHOWN_MS = 6_000;

let timer = 0;

export function say(text) {
  let toast = document.querySelector(".toast");
  if (!toast) {
    toast = document.createElement("output");
    toast.className = "toast";
    document.body.append(toast);
  }
  toast.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => toast.remove(), SHOWN_MS);
}
