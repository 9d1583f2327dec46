// Ask the server for pieces of a page. Wishes that come close together are one request, and pages that hear the
// same event do not all ask at the same instant.

const WAIT_MS = 60;
const JITTER_MS = 120;
const MAX_IDS = 100;

// Return a function that takes a job's name ("video-1") and, soon after, calls `take(elements)` with what the server
// renders for all names collected meanwhile.
export function collector(src, take) {
  const wanted = new Set();
  let timer = 0;

  async function fetchAll() {
    timer = 0;
    const ids = [...wanted].slice(0, MAX_IDS);
    ids.forEach((id) => wanted.delete(id));
    const html = await fetchText(`${src}?ids=${ids.join(",")}`);
    if (html !== null) take(parse(html));
    else ids.forEach((id) => wanted.add(id));
    if (wanted.size) later();
  }

  function later() {
    timer ||= setTimeout(fetchAll, WAIT_MS + Math.random() * JITTER_MS);
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

// Return the elements of a piece of HTML; rows of a table are kept as rows.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}
