// Shows SVG text from Python. A change is worked into the elements that are there already, so that nothing is drawn anew:
// the page does not flicker, colours can fade, and what has the focus keeps it.

const SVG = "image/svg+xml";
const SMALLEST_SCALE = 0.64; // 14 px become 9; on a narrower screen the drawing scrolls sideways

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".diagram");
  const drawn = new DOMParser().parseFromString(data.svg, SVG).documentElement;
  const svg = frame.querySelector("svg");
  if (svg) {
    adopt(svg, drawn);
  } else {
    frame.prepend(drawn);
    explainNodes(frame);
    openNodes(frame);
    new ResizeObserver(() => letKeysScroll(frame)).observe(frame);
  }
  openers.set(frame, (path) => setTriggerValue("opened", path));
  const shown = frame.querySelector("svg");
  frame.style.setProperty("--most-height", `${data.height}px`);
  frame.style.setProperty("--least-width", `${SMALLEST_SCALE * shown.viewBox.baseVal.width}px`);
  frame.classList.toggle("dimmed", data.dimmed);
  frame.classList.toggle("projector", data.projector);
  revealChosen(frame);
  refreshTip(frame);
}

/** A drawing wider than its frame is moved by arrow keys, where nothing in it takes the focus already. */
function letKeysScroll(frame) {
  if (frame.scrollWidth > frame.clientWidth && !frame.querySelector("[tabindex]")) {
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", frame.querySelector("svg").getAttribute("aria-label"));
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
  }
}

/** A drawing wider than its frame is scrolled to the node that was chosen, once. */
function revealChosen(frame) {
  const chosen = frame.querySelector(".chosen");
  const key = chosen?.dataset.key ?? "";
  if (key === frame.dataset.revealed) return;
  frame.dataset.revealed = key;
  if (!chosen) return;
  const [outer, box] = [frame.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (box.left < outer.left || box.right > outer.right) frame.scrollLeft += (box.left + box.right - outer.left - outer.right) / 2;
}

/** Make `old` equal to `wanted`, keeping every element that has a counterpart of the same tag and key. */
function adopt(old, wanted) {
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);

  if (wanted.children.length === 0) {
    if (old.textContent !== wanted.textContent) old.textContent = wanted.textContent;
    return;
  }
  const identity = (element, index) => `${element.tagName} ${element.dataset.key ?? index}`;
  const kept = new Map([...old.children].map((child, index) => [identity(child, index), child]));
  const children = [...wanted.children];
  const twins = new Map();
  children.forEach((child, index) => {
    const twin = kept.get(identity(child, index));
    kept.delete(identity(child, index));
    twins.set(child, twin ?? child);
    if (twin) adopt(twin, child);
  });
  // What goes, goes first: an element that has to be moved past it would lose the focus, and the next key would go nowhere.
  for (const gone of kept.values()) gone.remove();
  children.forEach((child, index) => {
    const here = twins.get(child);
    if (old.children[index] !== here) old.insertBefore(here, old.children[index] ?? null);
  });
}

/** The node under the pointer or with the focus shows its `data-tip`; Escape puts the note away. */
function explainNodes(frame) {
  const open = (event) => {
    const node = event.target.closest?.("[data-tip]");
    if (node) showTip(frame, node);
    else hideTip(frame);
  };
  frame.addEventListener("pointerover", open);
  frame.addEventListener("focusin", open);
  frame.addEventListener("pointerleave", () => hideTip(frame));
  frame.addEventListener("focusout", () => hideTip(frame));
  // On the document, and before anybody else hears of it: whoever opened the note with the pointer has the focus elsewhere.
  const dismiss = (event) => {
    if (!frame.isConnected) document.removeEventListener("keydown", dismiss, true);
    else if (event.key === "Escape") hideTip(frame);
  };
  document.addEventListener("keydown", dismiss, true);
}

const openers = new WeakMap();

/** A click, Enter or the space bar on a node that can be opened tells Python which. */
function openNodes(frame) {
  const open = (event) => {
    const node = event.target.closest?.("[data-open]");
    if (!node) return;
    event.preventDefault();
    hideTip(frame);
    openers.get(frame)(node.dataset.open);
  };
  frame.addEventListener("click", open);
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") open(event);
  });
}

const explained = new WeakMap();

function showTip(frame, node) {
  const tip = frame.querySelector(".tip");
  explained.set(frame, node);
  tip.textContent = node.dataset.tip;
  tip.hidden = false;
  const outer = frame.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  let left = box.left - outer.left + box.width / 2 - tip.offsetWidth / 2;
  let top = box.top - outer.top - tip.offsetHeight - 6;
  if (top < 0) top = box.bottom - outer.top + 6;
  if (top + tip.offsetHeight > outer.height) {
    // A node as tall as the drawing: beside it is the only room.
    const right = box.right - outer.left + 6;
    left = right + tip.offsetWidth <= outer.width ? right : box.left - outer.left - tip.offsetWidth - 6;
    top = (outer.height - tip.offsetHeight) / 2;
  }
  tip.style.left = `${frame.scrollLeft + Math.max(0, Math.min(left, outer.width - tip.offsetWidth))}px`;
  tip.style.top = `${Math.max(0, top)}px`;
}

function hideTip(frame) {
  explained.delete(frame);
  frame.querySelector(".tip").hidden = true;
}

/** After a change, a note that is open tells the new numbers. */
function refreshTip(frame) {
  const node = explained.get(frame);
  if (node?.isConnected && node.dataset.tip) showTip(frame, node);
  else hideTip(frame);
}
