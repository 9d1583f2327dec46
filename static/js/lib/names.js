// File names as the server cuts them: the ending stays readable.

const LONGEST_ENDING = 9;

// Write `name` into a `.fname` element.
export function writeName(element, name) {
  const dot = name.lastIndexOf(".");
  const cut = dot > 0 && name.length - dot > 1 && name.length - dot <= LONGEST_ENDING ? dot : name.length;
  const [stem, ending] = element.querySelectorAll("span");
  stem.textContent = name.slice(0, cut);
  ending.textContent = name.slice(cut);
  element.title = name;
}
