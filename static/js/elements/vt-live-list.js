// A list of jobs that stays true. What an event says is patched into its row; what it cannot say (a new row, a
// finished picture) is fetched from the server, which renders it as it rendered the page.
//
// data-src: where rows come from   data-kinds: which jobs belong here   data-video, data-status: only these
// data-grows: new ones come in on top   data-limit: how many are kept   data-counts: parts of the page that count
import { leftText } from "../lib/amounts.js";
import { collector, renewParts } from "../lib/fragments.js";
import { writeName } from "../lib/names.js";
import { onJob, onQuiet } from "../lib/stream.js";

const COUNT_MS = 1_000;

customElements.define(
  "vt-live-list",
  class extends HTMLElement {
    connectedCallback() {
      this.list = this.querySelector("[data-list]");
      this.fetchRow = collector(this.dataset.src, (rows) => this.placeAll(rows));
      onJob((told) => this.hear(told));
      // How long something has waited, and whether the queue is paused, changes without any job changing.
      if (this.dataset.counts) onQuiet(() => document.hidden || this.countAgain());
    }

    hear({ job, version, event }) {
      if (!this.dataset.kinds.split(" ").includes(job.type)) return;
      if (this.dataset.video && String(job.video_id) !== this.dataset.video) return;
      if (event !== "job.progressed") this.countAgain();
      if (event === "job.deleted") return this.removeAll(job.id);
      const row = document.getElementById(`${job.type}-${job.id}`);
      if (!row) {
        if (!this.takes(job)) return;
        this.insert(job, version);
        return this.fetchRow(`${job.type}-${job.id}`);
      }
      if (Number(row.dataset.version) >= version) return;
      const before = row.dataset.status;
      this.patch(row, job, version);
      // That a job was started or came further is drawn here; everything else changes more of its row.
      const isSimple = before === job.status ? event === "job.progressed" : before + job.status === "QUEUEDPROCESSING";
      const isDrawn = this.canPatch || row.querySelector("progress");
      if (!isSimple || !isDrawn) this.fetchRow(row.id);
    }

    // Where the page brought no pieces to patch with, the server renders every change but how far a job is.
    get canPatch() {
      return this.piece("row") !== undefined;
    }

    takes(job) {
      const { status, grows } = this.dataset;
      return grows !== undefined && (!status || status === job.status);
    }

    // Only text, `value` and `data-` attributes change: nothing moves.
    patch(row, job, version) {
      row.dataset.version = version;
      if (row.dataset.status !== job.status) {
        row.dataset.status = job.status;
        this.fill(row, "status", `status-${job.status}`);
        if (job.status === "PROCESSING") this.fill(row, "outcome", "meter");
      }
      const bar = row.querySelector("progress");
      if (!bar) return;
      const percent = Math.round(job.progress * 100);
      if (percent) bar.value = percent;
      const stage = job.stage || "Starting";
      const left = job.eta_at ? leftText((new Date(job.eta_at) - Date.now()) / 1000) : "";
      row.querySelector("[data-stage]").textContent = left ? `${stage}, ${left}` : stage;
      row.querySelector("[data-percent]").textContent = percent ? `${percent} %` : "";
    }

    // A new row is there at once, with what the event says; its picture comes with the server's own rendering.
    insert(job, version) {
      const row = this.piece("row")?.firstElementChild;
      if (!row) return;
      row.id = `${job.type}-${job.id}`;
      const link = row.querySelector(".job__name");
      link.textContent = job.name;
      link.href = `/jobs/${job.type}s/${job.id}`;
      writeName(row.querySelector(".fname"), job.filename);
      row.querySelector("time").dateTime = job.queued_at;
      this.place(row);
      this.patch(row, job, version);
    }

    fill(row, part, name) {
      const piece = this.piece(name);
      if (piece) row.querySelector(`[data-part="${part}"]`)?.replaceChildren(piece);
    }

    // With a video everything made from it is gone.
    removeAll(id) {
      for (const row of this.list.querySelectorAll(`[data-of="/videos/${id}"], #video-${id}`)) row.remove();
      if (!this.list.children.length) this.querySelector("[data-empty]")?.removeAttribute("hidden");
    }

    // Markup that the page brought along for its script.
    piece(name) {
      return this.querySelector(`template[data-template="${name}"]`)?.content.cloneNode(true);
    }

    // They come newest first, and each new one goes on top.
    placeAll(rows) {
      for (const row of rows.reverse()) this.place(row);
    }

    place(row) {
      const known = document.getElementById(row.id);
      if (known) {
        if (Number(known.dataset.version) <= Number(row.dataset.version)) known.replaceWith(row);
        return;
      }
      this.list.prepend(row);
      while (this.list.children.length > Number(this.dataset.limit)) this.list.lastElementChild.remove();
      this.querySelector("[data-empty]")?.setAttribute("hidden", "");
      this.list.closest("table")?.removeAttribute("hidden");
    }

    countAgain() {
      if (!this.dataset.counts || this.counting) return;
      this.counting = setTimeout(async () => {
        await renewParts(this.dataset.counts);
        this.counting = 0;
      }, COUNT_MS * (0.5 + Math.random()));
    }
  },
);
