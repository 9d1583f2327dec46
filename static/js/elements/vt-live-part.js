// A part of a page about one job: when the job moves, the server renders the page again, and every such part of it
// is put in place of the old one. However many parts a page has, it is fetched once.
//
// data-job: "video-1"   id: which part of the page this is
// data-outputs, data-video: outputs of this video that it shows something of, too, once they are there
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
  for (const part of document.querySelectorAll("vt-live-part")) part.renew(fresh.getElementById(part.id));
}

function isInUse(part) {
  const isWatched = [...part.querySelectorAll("video:not([data-quiet])")].some((video) => !video.paused);
  return isWatched || part.querySelector("input:focus, select:focus, textarea:focus") !== null;
}

customElements.define(
  "vt-live-part",
  class extends HTMLElement {
    connectedCallback() {
      // As the server wrote it: what scripts have made of it since is no difference.
      this.served ??= this.innerHTML;
      onJob((told) => {
        if (this.isAbout(told)) timer ||= setTimeout(renewAll, WAIT_MS + Math.random() * JITTER_MS);
      });
    }

    isAbout({ job, event }) {
      if (`${job.type}-${job.id}` === this.dataset.job) return event !== "job.progressed";
      const { outputs = "", video } = this.dataset;
      return event === "job.completed" && String(job.video_id) === video && outputs.split(" ").includes(job.output);
    }

    // What is the same stays, and so does a video that somebody is watching and a form that is being filled in.
    renew(next) {
      if (!next || next.innerHTML === this.served || isInUse(this)) return;
      this.served = next.innerHTML;
      this.replaceChildren(...next.childNodes);
    }
  },
);
