// Everything a page does beyond what its HTML does by itself.
import "./elements/vt-conn.js";
import "./elements/vt-copy.js";
import "./elements/vt-live-list.js";
// Before the player: a part remembers how the server wrote it.
import "./elements/vt-live-part.js";
import "./elements/vt-player.js";
import "./elements/vt-upload.js";
import { sendDeeds } from "./lib/deeds.js";
import { keepMoments } from "./lib/moments.js";

keepMoments();
sendDeeds();
// On a narrow screen the chosen tab may lie outside of what is seen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// Silent loops play by themselves, but not for people who asked for stillness: those start them.
function still(root) {
  for (const video of root.querySelectorAll("video[data-quiet]")) {
    video.autoplay = false;
    video.controls = true;
    video.pause();
  }
}
if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  still(document);
  new MutationObserver(() => still(document)).observe(document.body, { childList: true, subtree: true });
}

// A link to a folded part opens it.
function unfold() {
  const part = document.getElementById(location.hash.slice(1));
  if (part?.localName === "details") part.open = true;
}
addEventListener("hashchange", unfold);
unfold();
