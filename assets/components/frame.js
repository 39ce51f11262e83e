// The switches around every page, and what they do to the page as a whole: its language, the size of its type, the strength of its lines.

const PROJECTOR = `<svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6">
  <path d="M1 1.5h18M2.5 1.5v9h15v-9M10 10.5v2M6.5 15l3.5-2.5 3.5 2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export default function ({ data, parentElement, setTriggerValue }) {
  dress(document.documentElement, data);
  speak(data.words);
  const frame = parentElement.querySelector(".frame");
  if (!frame.firstElementChild) build(frame);
  frame.setAttribute("aria-label", data.labels.frame);
  pagesIn(frame.querySelector("select"), data);
  languagesIn(frame.querySelector(".languages"), data);
  const display = frame.querySelector(".display");
  display.setAttribute("aria-pressed", data.projector);
  display.setAttribute("aria-label", data.labels.projector);
  display.title = data.labels.projector;
  frame.classList.toggle("projector", data.projector);
  frame.onclick = (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.language) setTriggerValue("chosen", { language: button.dataset.language });
    else if (button) setTriggerValue("chosen", { display: data.projector ? "screen" : "projector" });
  };
  frame.onchange = (event) => setTriggerValue("page", event.target.value);
}

/** Rem follows the root's type, so that all of the page grows; the custom properties reach into every component. */
function dress(root, data) {
  if (root.lang !== data.tag) root.lang = data.tag;
  root.dataset.display = data.projector ? "projector" : "screen";
  root.style.fontSize = data.projector ? `${data.scale * 100}%` : "";
  root.style.setProperty("--lab-scale", data.scale);
  for (const [role, colour] of Object.entries(data.strong)) {
    if (data.projector) root.style.setProperty(`--lab-${role}`, colour);
    else root.style.removeProperty(`--lab-${role}`);
  }
}

function build(frame) {
  frame.innerHTML = `<select hidden></select><div class="languages" role="group"></div><button type="button" class="display">${PROJECTOR}</button>`;
}

/** Without the navigation, which a projector has no room for, the pages are in a list. */
function pagesIn(select, data) {
  select.hidden = !data.projector;
  select.setAttribute("aria-label", data.labels.page);
  const options = Object.entries(data.pages).map(([name, title]) => new Option(title, name, false, name === data.open));
  select.replaceChildren(...options);
}

function languagesIn(group, data) {
  group.setAttribute("aria-label", data.labels.language);
  data.languages.forEach(({ code, tag, name, short }, index) => {
    const button = group.children[index] ?? group.appendChild(document.createElement("button"));
    button.type = "button";
    button.lang = tag;
    button.title = name;
    button.textContent = short;
    button.dataset.language = code;
    button.setAttribute("aria-label", name);
    button.setAttribute("aria-pressed", code === data.language);
  });
}
