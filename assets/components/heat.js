// A picture, and beside it the same with a layer's grid laid over it: the more a place speaks for the class, the more colour it has.
// The grid is enlarged as it is: a place of it is a square. Numbers come a byte each, base64.

const MOST_OPAQUE = 0.85;

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".heat");
  frame.style.setProperty("--side", `${data.side}px`);
  frame.classList.toggle("dimmed", data.dimmed);
  const figures = [...frame.querySelectorAll("figure")];
  data.figures.forEach((told, index) => {
    const [caption, canvas, note] = ["figcaption", "canvas", "small"].map((part) => figures[index].querySelector(part));
    write(caption, told.title);
    write(note, told.note);
    canvas.setAttribute("aria-label", told.alternative);
    if (data.picture) lay(canvas, data.picture, (grey) => [grey, grey, grey, 255]);
    else canvas.width = canvas.height = 1; // and empty: what was there is of another network
  });
  const over = frame.querySelector(".over");
  const colour = getComputedStyle(frame.querySelector("i")).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number);
  over.hidden = !data.heat;
  if (data.heat) lay(over, data.heat, (share) => [...colour, Math.round(MOST_OPAQUE * share)]);
}

/** Fill the canvas with a grid of bytes, each made a colour. */
function lay(canvas, { rows, columns, bytes }, colourOf) {
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const read = atob(bytes);
  for (let place = 0; place < read.length; place++) image.data.set(colourOf(read.charCodeAt(place)), 4 * place);
  context.putImageData(image, 0, 0);
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
