// What the clock of the guided lesson remembers, in the browser's storage: it goes on while other pages are read, or after the page was
// loaded anew. It stands before clock.js and clock_bar.js in their modules.

const KEPT = "resnet-lab-lesson";
const MINUTE = 60_000;
const FORGOTTEN = 180 * MINUTE; // a clock that nobody stopped is of another day
let unkept = null; // where a browser keeps nothing, this page does

/** Milliseconds of the lesson that have passed. */
function passed(kept) {
  return (kept.before ?? 0) + (kept.since ? Math.max(0, Date.now() - kept.since) : 0);
}

function clock(milliseconds, rounded = Math.floor) {
  const seconds = rounded(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function read() {
  let kept = unkept;
  try {
    kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") ?? unkept;
  } catch {
    // Storage is shut, or holds what is not ours.
  }
  if (!kept || typeof kept !== "object" || passed(kept) > FORGOTTEN) return {};
  return kept;
}

function write(kept) {
  unkept = kept;
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Then it lasts as long as the page.
  }
}

function set(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
