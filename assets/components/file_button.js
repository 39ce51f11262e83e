// A button whose file the server makes upon the click. It is fetched here, so that a page that is made anew meanwhile takes nothing away,
// and what went wrong can be told at the button.

const ICON = `<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M12 4v11M7.3 10.6l4.7 4.7 4.7-4.7M5 15.5V18a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 18v-2.5"/>
  <g><circle cx="4.5" cy="12" r="2.2"/><circle cx="12" cy="12" r="2.2"/><circle cx="19.5" cy="12" r="2.2"/></g></svg>`;
const KEPT = 60_000; // milliseconds: a browser may ask first where to put a large file

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".file");
  const [button, help] = place.children;
  if (!place.told) {
    button.innerHTML = `${ICON}<span></span>`;
    button.onclick = () => take(place);
    // Escape puts the words away until one comes again, whatever has the focus while the pointer is there.
    const escape = ({ key }) => { if (key === "Escape") help.hidden = true; };
    button.onkeydown = escape;
    button.onfocus = () => { help.hidden = false; };
    button.onpointerenter = () => { help.hidden = false; addEventListener("keydown", escape); };
    button.onpointerleave = () => removeEventListener("keydown", escape);
  }
  // Streamlit calls again whenever anything on the page changes: what was said of this file stays.
  if (place.told?.file !== data.file) say(place, "");
  place.told = data;
  place.classList.toggle("stretch", data.stretch);
  button.classList.toggle("primary", data.primary);
  put(button.lastElementChild, data.label);
  put(help, data.help);
  if (data.help) button.setAttribute("aria-describedby", help.id);
}

async function take(place) {
  const [button] = place.children;
  if (button.ariaBusy === "true") return; // a disabled one would lose the keyboard's focus
  const told = place.told;
  button.ariaBusy = "true";
  say(place, told.making, "quiet");
  let trouble = "";
  try {
    const answer = await fetch(told.url);
    if (answer.ok) save(await answer.blob(), nameIn(answer));
    else trouble = { 404: told.gone, 500: told.failed }[answer.status] ?? (await answer.json()).error ?? told.failed;
  } catch {
    trouble = told.failed;
  }
  button.ariaBusy = null;
  say(place, trouble);
}

// As the server calls what it sent: the page may show another run by now.
function nameIn(answer) {
  return decodeURIComponent(answer.headers.get("Content-Disposition").split("''")[1]);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}

// To all, or to those alone who hear the page: the button shows the others that it is busy.
function say(place, words, how = "") {
  const said = place.querySelector("output");
  said.className = how;
  put(said, words);
}

function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
