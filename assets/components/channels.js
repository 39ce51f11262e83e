// Channels side by side, each a small map, all on one colour scale; the one chosen is shown large. A click or the arrow keys choose.
// Follows maps.js, whose colours and legend it uses. Numbers come a byte each, base64, from -END to END.

const END = 127;
const ROW_KEYS = { ArrowLeft: -1, ArrowRight: 1 };

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".channels");
  const grid = frame.querySelector(".tiles");
  if (!grid.told) listenForChoice(frame, grid);
  grid.told = data;
  grid.numbers = Int8Array.from(atob(data.levels), (byte) => byte.charCodeAt(0));
  grid.colours = colourTable(frame);
  grid.setAttribute("aria-label", data.words.title);
  for (const length of ["side", "narrow", "large", "height"]) frame.style.setProperty(`--${length}`, `${data[length]}px`);
  frame.classList.toggle("dimmed", data.dimmed);
  frame.classList.toggle("empty", data.tiles.length === 0);
  showLegend(frame, data);
  while (grid.children.length < data.tiles.length) grid.append(newTile());
  while (grid.children.length > data.tiles.length) grid.lastChild.remove();
  data.tiles.forEach((tile, index) => {
    const button = grid.children[index];
    button.title = tile.title;
    button.setAttribute("aria-label", `${tile.title}: ${tile.note}`);
    paintTile(grid, button.firstChild, index);
  });
  const kept = data.tiles.findIndex((tile) => tile.channel === grid.channel);
  chooseTile(frame, grid, Math.max(0, kept));
}

function newTile() {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  button.append(document.createElement("canvas"));
  return button;
}

function paintTile(grid, canvas, index) {
  const { rows, columns } = grid.told;
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  paint(canvas, grid.numbers.subarray(index * rows * columns, (index + 1) * rows * columns), END, grid.colours);
}

function chooseTile(frame, grid, index) {
  const [caption, note, large] = ["figcaption", "small", "figure canvas"].map((part) => frame.querySelector(part));
  const tile = grid.told.tiles[index];
  put(caption, tile?.title ?? "");
  put(note, tile?.note ?? grid.told.words.status);
  [...grid.children].forEach((button, place) => {
    button.setAttribute("aria-checked", place === index);
    button.tabIndex = place === index ? 0 : -1;
  });
  if (!tile) return;
  grid.channel = tile.channel;
  large.setAttribute("aria-label", `${grid.told.words.title}, ${tile.title}: ${tile.note}`);
  paintTile(grid, large, index);
}

function listenForChoice(frame, grid) {
  const choose = (index, focus) => {
    if (!grid.children[index]) return;
    chooseTile(frame, grid, index);
    if (focus) grid.children[index].focus();
  };
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose([...grid.children].indexOf(button), false);
  });
  grid.addEventListener("keydown", (event) => {
    const across = [...grid.children].filter((tile) => tile.offsetTop === grid.children[0].offsetTop).length;
    const step = { ...ROW_KEYS, ArrowUp: -across, ArrowDown: across }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose([...grid.children].indexOf(event.target.closest("button")) + step, true);
  });
}
