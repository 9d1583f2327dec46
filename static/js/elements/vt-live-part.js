// A part of a page about one job: when the job moves, the server renders the page again, and every such part of it
// is put in place of the old one. However many parts a page has, it is fetched once.
//
// data-job: "video-1"   id: which part of the page this is
import { fetchText } from "../lib/fragments.js";
import { onJob } from "../lib/stream.js";

const WAIT_MS = 60;
const JITTER_MS = 120;

let timer = 0;

async function renewAll() {
  timer = 0;
  const html = await fetchText(location.href);
  if (html === null) return;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of document.querySelectorAll("vt-live-part")) {
    const next = fresh.getElementById(part.id);
    if (next) part.replaceChildren(...next.childNodes);
  }
}

customElements.define(
  "vt-live-part",
  class extends HTMLElement {
    connectedCallback() {
      onJob(({ job, event }) => {
        if (`${job.type}-${job.id}` !== this.dataset.job || event === "job.progressed") return;
        timer ||= setTimeout(renewAll, WAIT_MS + Math.random() * JITTER_MS);
      });
    }
  },
);
