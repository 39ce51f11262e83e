// A row of small grey images to choose one from. A click or an arrow key chooses; Python is told which.

export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".thumbnails");
  row.setAttribute("aria-label", data.title);
  while (row.children.length < data.images.length) row.append(newButton());
  while (row.children.length > data.images.length) row.lastChild.remove();
  const reached = Math.max(0, data.images.findIndex((image) => image.key === data.chosen)); // by the Tab key, also where none is chosen
  data.images.forEach((image, index) => {
    const button = row.children[index];
    const chosen = image.key === data.chosen;
    button.dataset.key = image.key;
    button.title = image.title;
    button.setAttribute("aria-label", image.title);
    button.setAttribute("aria-checked", chosen);
    button.tabIndex = index === reached ? 0 : -1;
    const canvas = button.firstChild;
    if (canvas.painted !== image.pixels) paintGrey(canvas, image, data.side);
  });
  row.choose = (key) => setTriggerValue("chosen", key);
  row.onclick = (event) => {
    const button = event.target.closest("button");
    if (button && button.getAttribute("aria-checked") !== "true") row.choose(button.dataset.key);
  };
  row.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = row.children[[...row.children].indexOf(event.target.closest("button")) + step];
    if (!next) return;
    next.focus();
    row.choose(next.dataset.key);
  };
}

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  button.append(document.createElement("canvas"));
  return button;
}

/** Bytes, row by row and base64, 0 black to 255 white. */
function paintGrey(canvas, image, side) {
  canvas.painted = image.pixels;
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(side, side);
  const bytes = atob(image.pixels);
  for (let place = 0; place < bytes.length; place++) {
    const grey = bytes.charCodeAt(place);
    picture.data.set([grey, grey, grey, 255], 4 * place);
  }
  context.putImageData(picture, 0, 0);
}
