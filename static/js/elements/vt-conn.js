// Says whether what the page shows is the present: live, catching up, or offline.
import { onState } from "../lib/stream.js";

const WORDS = { connecting: "Connecting", live: "Live", behind: "Catching up", offline: "Offline" };

customElements.define(
  "vt-conn",
  class extends HTMLElement {
    connectedCallback() {
      onState((state) => {
        this.hidden = false;
        this.dataset.state = state;
        this.textContent = WORDS[state];
      });
    }
  },
);
