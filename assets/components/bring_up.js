// Scrolls the page up to where this component stands and puts the focus there, each time `opened` changes after the first draw: what was
// clicked is gone then, and the next Tab leads into what it opened.

const seen = new WeakMap();

export default function ({ data, parentElement }) {
  const before = seen.get(parentElement);
  seen.set(parentElement, data.opened);
  if (before === undefined || before === data.opened) return;
  const here = parentElement.querySelector(".here");
  here.setAttribute("aria-label", data.label);
  here.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  here.scrollIntoView({ block: "start", behavior: calm ? "instant" : "smooth" });
}
