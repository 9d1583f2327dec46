// A player round a plain <video>: its time range shows the small pictures of a storyboard. Until the controls are
// there, and wherever they cannot be had, the browser's own do.
//
// <template>: the controls   data-now="id" anywhere on the page: a button that writes the player's time into a field
import { timecode } from "../lib/amounts.js";

const KEEPS = ["volume", "muted", "playbackRate"];

customElements.define(
  "vt-player",
  class extends HTMLElement {
    async connectedCallback() {
      this.video = this.querySelector("video");
      this.offerTime();
      await customElements.whenDefined("media-controller");
      if (!this.isConnected || this.querySelector("media-controller")) return;
      const controls = this.querySelector("template").content.cloneNode(true);
      const controller = controls.querySelector("media-controller");
      const had = KEEPS.map((name) => [name, this.video[name]]);
      this.video.slot = "media";
      this.video.controls = false;
      this.append(controls);
      controller.prepend(this.video);
      for (const [name, value] of had) this.video[name] = value;
    }

    offerTime() {
      for (const button of document.querySelectorAll("[data-now]")) {
        button.hidden = false;
        button.onclick = () => {
          const field = document.getElementById(button.dataset.now);
          field.value = timecode(this.video.currentTime);
          field.focus();
        };
      }
    }
  },
);
