// Ask the server for pieces of a page. Wishes that come close together are one request, and pages that hear the
// same event do not all ask at the same instant.

const WAIT_MS = 60;
const JITTER_MS = 120;
const MAX_IDS = 100;
// When there is no answer, the next try comes later and later.
const MAX_RETRY_MS = 30_000;

// Return a function that takes a job's name ("video-1") and, soon after, calls `take(elements)` with what the server
// renders for all names collected meanwhile.
export function collector(src, take) {
  const wanted = new Set();
  let timer = 0;
  let failures = 0;

  async function fetchAll() {
    timer = 0;
    const ids = [...wanted].slice(0, MAX_IDS);
    ids.forEach((id) => wanted.delete(id));
    const html = await fetchText(`${src}?ids=${ids.join(",")}`);
    failures = html === null ? failures + 1 : 0;
    if (html !== null) take(parse(html));
    else ids.forEach((id) => wanted.add(id));
    if (wanted.size) later();
  }

  function later() {
    const patience = Math.min(2 ** failures, MAX_RETRY_MS / WAIT_MS);
    timer ||= setTimeout(fetchAll, (WAIT_MS + Math.random() * JITTER_MS) * patience);
  }

  return (id) => {
    wanted.add(id);
    later();
  };
}

// Return the answer's text, or null where there is none to be had just now.
export async function fetchText(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

// Put parts of the page anew, each known by its id, as the server renders them at an address.
export async function renewParts(address) {
  for (const part of parse((await fetchText(address)) ?? "")) document.getElementById(part.id)?.replaceWith(part);
}

// Return the elements of a piece of HTML; rows of a table are kept as rows.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}
