// Scrolls the page up to where this component stands, each time `opened` changes after the first draw.

const seen = new WeakMap();

export default function ({ data, parentElement }) {
  const before = seen.get(parentElement);
  seen.set(parentElement, data.opened);
  if (before === undefined || before === data.opened) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  parentElement.querySelector(".here").scrollIntoView({ block: "start", behavior: calm ? "instant" : "smooth" });
}
