// Test images as cards, each with what a network says of it. A click on one tells Python which; arrow keys walk through them.

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".answered");
  frame.setAttribute("aria-label", data.title);
  frame.style.height = data.height ? `${data.height}px` : "";
  const drawn = JSON.stringify([data.cards, data.side]);
  if (frame.drawn !== drawn) {
    frame.drawn = drawn;
    frame.replaceChildren(...data.cards.map((card, index) => newCard(card, data.side, index === 0)));
    frame.scrollTop = 0;
  }
  frame.onclick = (event) => {
    const chosen = event.target.closest("button");
    if (chosen) setTriggerValue("chosen", chosen.dataset.number);
  };
  frame.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = [...frame.querySelectorAll("button")];
    const next = all[all.indexOf(event.target.closest("button")) + step];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys lead to other steps
    if (!next) return;
    for (const one of all) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  };
}

function newCard(card, side, first) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.number = card.number;
  button.title = card.title;
  button.setAttribute("aria-label", card.title);
  button.tabIndex = first ? 0 : -1; // one stop of the Tab key for all
  const canvas = document.createElement("canvas");
  paintGrey(canvas, card.pixels, side);
  button.append(canvas, line("strong", card.called), line("small", card.is));
  return button;
}

function line(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}

/** Bytes, row by row and base64, 0 black to 255 white. */
function paintGrey(canvas, pixels, side) {
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(side, side);
  const bytes = atob(pixels);
  for (let place = 0; place < bytes.length; place++) {
    const grey = bytes.charCodeAt(place);
    picture.data.set([grey, grey, grey, 255], 4 * place);
  }
  context.putImageData(picture, 0, 0);
}
