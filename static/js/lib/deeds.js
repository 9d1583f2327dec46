// Forms that do one thing, sent without leaving the page: what follows from them comes as live events.
//
// data-deed: what it does   data-renews: where parts of the page come from that no event tells of
import { renewParts } from "./fragments.js";
import { say } from "./toast.js";

async function send(form) {
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.ok ? "" : ((await answer.json()).error ?? "It was refused.");
  } catch {
    return "The service does not answer. Try again in a moment.";
  }
}

export function sendDeeds() {
  addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-deed]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    button.disabled = true;
    const refusal = await send(form);
    if (refusal) say(refusal);
    if (form.dataset.renews) await renewParts(form.dataset.renews);
    button.disabled = false;
  });
}
