// The steps of a walk as a row of buttons. A click, an arrow key, Home or End goes to another; the row shows it at once, the rest
// of the page follows when Python has answered.

const PATIENCE = 3000; // milliseconds in which an answer to an earlier key press does not take the row back
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=radio], [role=tab], [role=option], [role=combobox], [role=menu], [role=dialog]";

const walks = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".steps");
  if (!walks.has(frame)) walks.set(frame, new Walk(frame));
  walks.get(frame).show(data, (key) => setTriggerValue("chosen", key));
}

class Walk {
  constructor(frame) {
    this.frame = frame;
    this.asked = -Infinity;
    frame.addEventListener("click", (event) => {
      const button = event.composedPath()[0].closest?.("button");
      if (button?.dataset.key) this.go(this.keys.indexOf(button.dataset.key));
      if (button?.dataset.move) this.go(this.here + Number(button.dataset.move));
    });
    // On the document: the keys work wherever on the page the focus is, but where they mean something else.
    const listen = (event) => {
      if (!frame.isConnected) document.removeEventListener("keydown", listen);
      else this.press(event);
    };
    document.addEventListener("keydown", listen);
  }

  press(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.composedPath()[0].closest?.(OWN_KEYS)) return;
    const goal = { ArrowRight: this.here + 1, ArrowLeft: this.here - 1, Home: 0, End: this.keys.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    this.go(goal);
  }

  go(place) {
    const wanted = Math.max(0, Math.min(place, this.keys.length - 1));
    if (wanted === this.here) return;
    this.here = wanted;
    this.asked = performance.now();
    this.mark();
    this.tell(this.keys[wanted]);
  }

  show(data, tell) {
    this.tell = tell;
    const drawn = JSON.stringify([data.groups, data.labels]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.build(data);
    }
    const place = this.keys.indexOf(data.current);
    if (place !== this.here && performance.now() - this.asked > PATIENCE) this.here = place;
    if (place === this.here) this.asked = -Infinity;
    this.mark();
  }

  build({ groups, labels }) {
    const steps = groups.flatMap((group) => group.steps);
    this.keys = steps.map((step) => step.key);
    this.names = steps.map((step) => step.name);
    this.here ??= -1;
    this.frame.setAttribute("aria-label", labels.title);
    const parts = groups.map((group) => {
      const list = element("div", "", { class: `group ${group.role}`, role: "group", "aria-label": group.title });
      list.append(element("span", group.title, { class: "heading", "aria-hidden": "true" }));
      list.append(...group.steps.map((step) => element("button", step.label, { type: "button", "data-key": step.key, title: step.name, "aria-label": step.name })));
      return list;
    });
    const move = (symbol, by, label) => element("button", symbol, { type: "button", class: "move", "data-move": by, "aria-label": label, title: label });
    this.said = element("span", "", { class: "said", "aria-live": "polite" });
    this.frame.replaceChildren(move("‹", -1, labels.back), ...parts, move("›", 1, labels.forward), this.said);
  }

  mark() {
    for (const button of this.frame.querySelectorAll("[data-key]")) {
      const here = button.dataset.key === this.keys[this.here];
      if (here) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    const [back, forward] = this.frame.querySelectorAll(".move");
    back.setAttribute("aria-disabled", this.here <= 0);
    forward.setAttribute("aria-disabled", this.here >= this.keys.length - 1);
    const name = this.names[this.here] ?? "";
    if (this.said.textContent !== name) this.said.textContent = name;
  }
}

function element(tag, words, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = words;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
