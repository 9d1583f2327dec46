// Uploads with a bar for each file: chosen, dropped anywhere on the page, or pasted. Two go at a time.
//
// data-max-bytes: the largest file that is accepted
import { byteText, timeText } from "../lib/amounts.js";

const AT_A_TIME = 2;
// Speed is what came through in the last few seconds, so that it follows the line and does not jump.
const SPEED_WINDOW_MS = 4_000;
const KEPT_AFTER_DONE_MS = 6_000;

customElements.define(
  "vt-upload",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.panel = this.querySelector("section");
      this.waiting = [];
      this.running = 0;
      this.enhance();
      this.querySelector("[data-enhanced] input").addEventListener("change", (event) => {
        this.add([...event.target.files]);
        event.target.value = "";
      });
      this.querySelector("[data-clear]").addEventListener("click", () => this.clear());
      this.listen();
    }

    // The plain form gives way to what a script can do.
    enhance() {
      this.querySelector("[data-plain]").remove();
      this.querySelector("[data-enhanced]").hidden = false;
      const lead = this.querySelector("[data-text]");
      lead.textContent = lead.dataset.text;
    }

    listen() {
      let depth = 0;
      const isFiles = (event) => event.dataTransfer?.types.includes("Files");
      const show = (isOver) => (isOver ? (this.form.dataset.state = "over") : delete this.form.dataset.state);
      addEventListener("dragenter", (event) => isFiles(event) && show(++depth > 0));
      addEventListener("dragleave", (event) => isFiles(event) && show(--depth > 0));
      addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
      addEventListener("drop", (event) => {
        if (!isFiles(event)) return;
        event.preventDefault();
        show((depth = 0));
        this.add([...event.dataTransfer.files]);
      });
      addEventListener("paste", (event) => this.add([...(event.clipboardData?.files ?? [])]));
      addEventListener("beforeunload", (event) => this.running && event.preventDefault());
    }

    add(files) {
      for (const file of files) {
        const item = this.itemFor(file);
        this.panel.querySelector("ul").append(item.row);
        if (file.size > Number(this.dataset.maxBytes)) {
          this.end(item, "bad", `Larger than the ${byteText(Number(this.dataset.maxBytes))} that are accepted.`);
        } else if (file.size === 0) {
          this.end(item, "bad", "This file is empty. Choose another one.");
        } else {
          this.say(item, `Waiting for its turn, ${byteText(file.size)}`);
          this.waiting.push(item);
        }
      }
      this.panel.hidden = !this.panel.querySelector("li");
      this.next();
    }

    itemFor(file) {
      const row = this.querySelector("template").content.cloneNode(true).firstElementChild;
      const cut = file.name.lastIndexOf(".");
      const at = cut > 0 && file.name.length - cut <= 9 ? cut : file.name.length;
      const [stem, ending] = row.querySelectorAll(".fname span");
      stem.textContent = file.name.slice(0, at);
      ending.textContent = file.name.slice(at);
      row.querySelector(".fname").title = file.name;
      const item = { file, row, bar: row.querySelector("progress"), samples: [], request: null, isOver: false };
      item.bar.setAttribute("aria-label", `Upload of ${file.name}`);
      const button = row.querySelector("button");
      button.setAttribute("aria-label", `Cancel: ${file.name}`);
      button.title = "Cancel";
      button.addEventListener("click", () => this.drop(item));
      return item;
    }

    next() {
      while (this.running < AT_A_TIME && this.waiting.length) this.send(this.waiting.shift());
    }

    send(item) {
      this.running++;
      const request = (item.request = new XMLHttpRequest());
      request.open("POST", this.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => this.progress(item, event.loaded, event.total));
      request.addEventListener("load", () => this.answered(item, request));
      request.addEventListener("error", () =>
        this.end(item, "bad", "The connection broke off. Nothing was kept; choose the file again."),
      );
      request.addEventListener("loadend", () => {
        this.running--;
        this.next();
      });
      const body = new FormData();
      body.append("video", item.file, item.file.name);
      request.send(body);
    }

    progress(item, loaded, total) {
      const now = performance.now();
      item.samples.push([now, loaded]);
      while (now - item.samples[0][0] > SPEED_WINDOW_MS && item.samples.length > 2) item.samples.shift();
      item.bar.value = (100 * loaded) / total;
      if (loaded >= total) return this.say(item, "Storing it");
      const [then, before] = item.samples[0];
      const speed = ((loaded - before) / (now - then)) * 1000;
      const pace = speed > 0 && now - then > 500 ? `, ${byteText(speed)}/s, ${timeText((total - loaded) / speed)} left` : "";
      this.say(item, `${byteText(loaded)} of ${byteText(total)}${pace}`);
    }

    answered(item, request) {
      const answer = JSON.parse(request.responseText || "{}");
      if (request.status !== 201) {
        return this.end(item, "bad", answer.error ?? `The service refused it (${request.status}).`);
      }
      this.end(item, "good", "Uploaded");
      setTimeout(() => this.remove(item), KEPT_AFTER_DONE_MS);
    }

    end(item, tone, text) {
      item.isOver = true;
      item.bar.dataset.tone = tone;
      if (tone === "good") item.bar.value = 100;
      const say = item.row.querySelector(".upload__say");
      say.dataset.tone = tone;
      const button = item.row.querySelector("button");
      button.title = "Dismiss";
      button.setAttribute("aria-label", `Dismiss: ${item.file.name}`);
      this.say(item, text);
    }

    say(item, text) {
      item.row.querySelector(".upload__say").textContent = text;
    }

    drop(item) {
      this.waiting = this.waiting.filter((other) => other !== item);
      item.request?.abort();
      this.remove(item);
    }

    remove(item) {
      item.row.remove();
      this.panel.hidden = !this.panel.querySelector("li");
    }

    clear() {
      for (const bar of this.panel.querySelectorAll("progress[data-tone]")) bar.closest("li").remove();
      this.panel.hidden = !this.panel.querySelector("li");
    }
  },
);
