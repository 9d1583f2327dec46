// Everything a page does beyond what its HTML does by itself.
import "./elements/vt-conn.js";
import "./elements/vt-live-list.js";
import "./elements/vt-live-part.js";
import "./elements/vt-upload.js";
import { keepMoments } from "./lib/moments.js";

keepMoments();
