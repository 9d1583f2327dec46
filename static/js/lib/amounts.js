// Amounts as people read them.

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function byteText(bytes) {
  let value = bytes;
  let unit = 0;
  const written = () => value.toFixed(unit < 2 || value >= 99.95 ? 0 : 1);
  while (Number(written()) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${written().replace(/\.0$/, "")} ${UNITS[unit]}`;
}

export function timeText(seconds) {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// Write a position as forms read it: 0:01:02.345.
export function timecode(seconds) {
  const rounded = Math.round(seconds * 1000) / 1000;
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - minutes * 60).toFixed(3).padStart(6, "0");
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

// How long something will take yet, no more exactly than it is known: about 40 s left.
export function leftText(seconds) {
  if (seconds < 55) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s left`;
  if (seconds < 55 * 60) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  return `about ${Math.max(1, Math.round(seconds / 3600))} h left`;
}
