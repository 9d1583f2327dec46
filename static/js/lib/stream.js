// The page's one line to the server. It begins where the page was rendered, so nothing lies in between, and
// after a break it catches up from the last event it saw.

const SILENCE_MS = 45_000; // three heartbeats missed: the line is dead, whatever the browser thinks
const OFFLINE_MS = 8_000; // trying for this long without success is being offline
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

const listeners = new Set();
const quiet = new Set();
const watchers = new Set();
let source = null;
let lastId = document.body.dataset.lastEventId;
let state = "connecting";
let retryMs = FIRST_RETRY_MS;
let silence = 0;
let offline = 0;

// Call `listener(event)` with each { message, event, job, version }; the line is opened for the first one.
export function onJob(listener) {
  listeners.add(listener);
  open();
}

// Call `listener()` whenever the server says that it is there, which it does when nothing has happened for a while.
export function onQuiet(listener) {
  quiet.add(listener);
  open();
}

// Call `watcher(state)` now and whenever it changes: connecting, live, behind (catching up) or offline.
export function onState(watcher) {
  watchers.add(watcher);
  watcher(state);
}

function open() {
  if (source || !document.body.dataset.stream) return;
  const address = new URL(document.body.dataset.stream, location.href);
  address.searchParams.set("last_event_id", lastId);
  source = new EventSource(address);
  source.addEventListener("open", () => {
    retryMs = FIRST_RETRY_MS;
    become("live");
    heard();
  });
  source.addEventListener("error", lost);
  source.addEventListener("heartbeat", () => {
    heard();
    for (const listener of quiet) listener();
  });
  source.addEventListener("reset", () => location.reload());
  source.addEventListener("job_status", (event) => {
    heard();
    lastId = event.lastEventId || lastId;
    const told = JSON.parse(event.data);
    for (const listener of listeners) listener(told);
  });
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(reopen, SILENCE_MS);
}

// The browser tries again by itself after a break, but gives up when it is answered with an error.
function lost() {
  become("behind");
  if (source.readyState === EventSource.CLOSED) {
    setTimeout(reopen, retryMs * (0.5 + Math.random()));
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  }
}

function reopen() {
  become("behind");
  source?.close();
  source = null;
  open();
}

function become(next) {
  // Each vain try is another "behind"; counting goes on from the first.
  if (next === state || (next === "behind" && state === "offline")) return;
  clearTimeout(offline);
  if (next === "behind") offline = setTimeout(() => become("offline"), OFFLINE_MS);
  state = next;
  for (const watcher of watchers) watcher(state);
}

addEventListener("online", () => source && state !== "live" && reopen());
// A page kept in the back/forward cache comes back with a dead line.
addEventListener("pageshow", (event) => event.persisted && source && reopen());
