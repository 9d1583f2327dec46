// Code with a button that copies it. Where the browser refuses, the code is selected, ready for the keyboard.

const SAID_MS = 2_000;

customElements.define(
  "vt-copy",
  class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      this.word = button.querySelector("[role='status']");
      button.hidden = false;
      button.addEventListener("click", () => this.copy());
    }

    async copy() {
      const code = this.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        this.say("Copied");
      } catch {
        // Only pages on this machine or under https may write to the clipboard.
        getSelection().selectAllChildren(code);
        this.say("Selected");
      }
    }

    say(word) {
      this.word.textContent = word;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (this.word.textContent = "Copy"), SAID_MS);
    }
  },
);
