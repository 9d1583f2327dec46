// Everything a page does beyond what its HTML does by itself.
import "./elements/vt-conn.js";
import "./elements/vt-live-list.js";
import "./elements/vt-live-part.js";
import "./elements/vt-upload.js";
import { keepMoments } from "./lib/moments.js";

keepMoments();
// On a narrow screen the chosen tab may lie outside of what is seen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
