// "3 min ago" for every <time data-ago>, kept true while the page is open, new ones included.

const TICK_MS = 1_000;
const STEPS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86_400, 3600, "h"],
];
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function keepMoments() {
  write();
  setInterval(write, TICK_MS);
}

export function ago(moment, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - moment) / 1000));
  for (const [limit, unit, word] of STEPS) {
    if (seconds < limit) return `${Math.floor(seconds / unit)} ${word} ago`;
  }
  return day.format(moment);
}

function write() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const moment = new Date(element.dateTime);
    const text = ago(moment);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = whole.format(moment);
  }
}
