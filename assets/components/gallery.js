// Cards of networks, one button each. A click tells Python which was chosen; arrow keys walk through them.

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".gallery");
  // A dialog hangs beside the page, where the page's colour scheme does not reach.
  frame.style.colorScheme = data.theme;
  const families = data.families.map((family) => {
    const section = element("section");
    const title = element("h3", family.title);
    title.append(element("span", family.idea));
    const cards = element("div");
    cards.className = "cards";
    cards.append(...family.networks.map((network) => card(network, data.current)));
    section.append(title, cards);
    return section;
  });
  frame.replaceChildren(...families);
  frame.onclick = (event) => {
    const chosen = event.target.closest("button");
    if (chosen) setTriggerValue("chosen", chosen.dataset.name);
  };
  frame.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = [...frame.querySelectorAll("button")];
    const here = all.indexOf(event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    all[here + step]?.focus();
  };
}

function card(network, current) {
  const button = element("button");
  button.type = "button";
  button.dataset.name = network.name;
  button.setAttribute("aria-pressed", network.name === current);
  const picture = new DOMParser().parseFromString(network.picture, "image/svg+xml").documentElement;
  button.append(element("strong", network.title), picture, element("small", network.cost));
  return button;
}

function element(tag, words = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}
