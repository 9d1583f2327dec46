// One file on its way to the server.
import { byteText, timeText } from "./amounts.js";

// Speed is what came through in the last few seconds, so that it follows the line and does not jump.
const SPEED_WINDOW_MS = 4_000;
const SPEED_KNOWN_MS = 500;
const BROKEN = "The connection broke off. Nothing was kept; choose the file again.";

// Send `file` to `address`. `tell(text, percent)` hears how far it is, `end(tone, text)` hears the outcome once:
// "good" or "bad". Returns a function that calls it off.
export function send(file, address, tell, end) {
  const request = new XMLHttpRequest();
  const pace = paceTeller();
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const text = loaded < total ? `${byteText(loaded)} of ${byteText(total)}${pace(loaded, total)}` : "Storing it";
    tell(text, (100 * loaded) / total);
  });
  request.addEventListener("load", () => {
    if (request.status === 201) end("good", "Uploaded");
    else end("bad", reason(request));
  });
  request.addEventListener("error", () => end("bad", BROKEN));
  const body = new FormData();
  body.append("video", file, file.name);
  request.send(body);
  return () => request.abort();
}

// Return why a file of this size need not even be sent, or nothing.
export function refusal(file, maxBytes) {
  if (file.size > maxBytes) return `Larger than the ${byteText(maxBytes)} that are accepted.`;
  if (file.size === 0) return "This file is empty. Choose another one.";
  return "";
}

function reason(request) {
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return `The service refused it (${request.status}).`;
  }
}

function paceTeller() {
  const samples = [];
  return (loaded, total) => {
    const now = performance.now();
    samples.push([now, loaded]);
    while (now - samples[0][0] > SPEED_WINDOW_MS && samples.length > 2) samples.shift();
    const [then, before] = samples[0];
    const speed = ((loaded - before) / (now - then)) * 1000;
    if (!(speed > 0) || now - then < SPEED_KNOWN_MS) return "";
    return `, ${byteText(speed)}/s, ${timeText((total - loaded) / speed)} left`;
  };
}
