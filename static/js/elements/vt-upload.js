// Uploads with a bar for each file: chosen, dropped anywhere on the page, or pasted. Two go at a time.
//
// data-max-bytes: the largest file that is accepted
import { byteText } from "../lib/amounts.js";
import { writeName } from "../lib/names.js";
import { refusal, send } from "../lib/upload.js";

const AT_A_TIME = 2;
const KEPT_AFTER_DONE_MS = 6_000;

customElements.define(
  "vt-upload",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.panel = this.querySelector("section");
      this.list = this.panel.querySelector("ul");
      this.waiting = [];
      this.running = 0;
      this.enhance();
      this.listen();
    }

    // The plain form gives way to what a script can do.
    enhance() {
      this.querySelector("[data-plain]").remove();
      const lead = this.querySelector("[data-text]");
      lead.textContent = lead.dataset.text;
      const button = this.querySelector("[data-enhanced]");
      button.hidden = false;
      button.querySelector("input").addEventListener("change", (event) => {
        this.add([...event.target.files]);
        event.target.value = "";
      });
      this.querySelector("[data-clear]").addEventListener("click", () => this.clear());
    }

    listen() {
      let depth = 0;
      const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
      const show = (isOver) => (isOver ? (this.form.dataset.state = "over") : delete this.form.dataset.state);
      addEventListener("dragenter", (event) => hasFiles(event) && show(++depth > 0));
      addEventListener("dragleave", (event) => hasFiles(event) && show(--depth > 0));
      addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
      addEventListener("drop", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        show((depth = 0));
        this.add([...event.dataTransfer.files]);
      });
      addEventListener("paste", (event) => this.add([...(event.clipboardData?.files ?? [])]));
      // Leaving in the middle of an upload loses it, so the browser asks first.
      addEventListener("beforeunload", (event) => this.running && event.preventDefault());
    }

    add(files) {
      for (const file of files) {
        const item = this.itemFor(file);
        this.list.append(item.row);
        const why = refusal(file, Number(this.dataset.maxBytes));
        if (why) {
          this.end(item, "bad", why);
        } else {
          this.tell(item, `Waiting for its turn, ${byteText(file.size)}`, 0);
          this.waiting.push(item);
        }
      }
      this.show();
      this.next();
    }

    itemFor(file) {
      const row = this.querySelector("template").content.cloneNode(true).firstElementChild;
      writeName(row.querySelector(".fname"), file.name);
      const item = { file, row, bar: row.querySelector("progress"), say: row.querySelector(".upload__say"), stop: null };
      item.bar.setAttribute("aria-label", `Upload of ${file.name}`);
      this.name(item, "Cancel");
      row.querySelector("button").addEventListener("click", () => this.drop(item));
      return item;
    }

    next() {
      while (this.running < AT_A_TIME && this.waiting.length) this.start(this.waiting.shift());
    }

    start(item) {
      this.running++;
      item.stop = send(
        item.file,
        this.form.action,
        (text, percent) => this.tell(item, text, percent),
        (tone, text) => {
          this.end(item, tone, text);
          this.done(item);
          if (tone === "good") setTimeout(() => this.remove(item), KEPT_AFTER_DONE_MS);
        },
      );
    }

    done(item) {
      item.stop = null;
      this.running--;
      this.next();
    }

    tell(item, text, percent) {
      item.say.textContent = text;
      item.bar.value = percent;
    }

    end(item, tone, text) {
      item.bar.dataset.tone = item.say.dataset.tone = tone;
      this.tell(item, text, tone === "good" ? 100 : item.bar.value);
      this.name(item, "Dismiss");
      this.show();
    }

    name(item, deed) {
      const button = item.row.querySelector("button");
      button.title = deed;
      button.setAttribute("aria-label", `${deed}: ${item.file.name}`);
    }

    drop(item) {
      this.waiting = this.waiting.filter((other) => other !== item);
      if (item.stop) {
        item.stop();
        this.done(item);
      }
      this.remove(item);
    }

    remove(item) {
      item.row.remove();
      this.show();
    }

    clear() {
      for (const bar of this.list.querySelectorAll("progress[data-tone]")) bar.closest("li").remove();
      this.show();
    }

    show() {
      this.panel.hidden = !this.list.children.length;
      const all = this.list.children.length;
      const done = this.list.querySelectorAll("progress[data-tone='good']").length;
      this.panel.querySelector("[data-sum]").textContent = all > 1 ? `${done} of ${all} uploaded` : "";
    }
  },
);
