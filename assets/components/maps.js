// Feature maps side by side on one colour scale, under one crosshair: pointer or arrow keys move it, and all maps show the same place.
// Numbers come as whole units, of which 10 ** decimals make 1, so that what is read off adds up to the last digit.

const LEVELS = 128; // colours on either side of zero
const MANY = 4; // places that Shift and an arrow key go

/** Draw or redraw. The elements stay from one drawing to the next, and so do the crosshair and the focus. */
function showMaps(frame, data) {
  const stage = frame.querySelector(".stage");
  if (!stage.told) listen(frame, stage);
  stage.told = data;
  stage.setAttribute("aria-label", data.words.title);
  frame.style.setProperty("--side", `${data.side}px`);
  frame.classList.toggle("dimmed", data.dimmed);
  placeFigures(stage, data.panels);
  showLegend(frame, data);
  const colours = colourTable(frame);
  for (const panel of data.panels) showPanel(stage, panel, data, colours);
  if (!stage.at || !stage.moved) stage.at = { ...data.start };
  showPlace(frame);
}

function placeFigures(stage, panels) {
  const kept = new Map([...stage.children].map((figure) => [figure.dataset.key, figure]));
  panels.forEach((panel, index) => {
    const figure = kept.get(panel.key) ?? newFigure(panel.key);
    kept.delete(panel.key);
    if (stage.children[index] !== figure) stage.insertBefore(figure, stage.children[index] ?? null);
  });
  for (const gone of kept.values()) gone.remove();
}

function newFigure(key) {
  const figure = document.createElement("figure");
  figure.dataset.key = key;
  figure.innerHTML =
    '<figcaption></figcaption><div class="map"><canvas role="img"></canvas><i class="row"></i><i class="column"></i><i class="patch"></i><i class="cell"></i></div><small></small>';
  return figure;
}

function showPanel(stage, panel, data, colours) {
  const figure = figureOf(stage, panel.key);
  figure.className = `${panel.role} ${panel.state}`;
  put(figure.querySelector("figcaption"), panel.title);
  put(figure.querySelector("small"), panel.note);
  const [canvas, grid] = [figure.querySelector("canvas"), data.grids[panel.grid]];
  canvas.setAttribute("aria-label", panel.alternative);
  figure.classList.toggle("empty", !grid);
  if (!grid) return;
  if (canvas.width !== grid.columns || canvas.height !== grid.rows) [canvas.width, canvas.height] = [grid.columns, grid.rows];
  paint(canvas, grid.units, data.limit * 10 ** data.decimals, colours);
}

function paint(canvas, units, end, colours) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  units.forEach((value, place) => {
    const level = Math.max(-LEVELS, Math.min(LEVELS, Math.round((value / end) * LEVELS)));
    image.data.set(colours[level + LEVELS], 4 * place);
  });
  context.putImageData(image, 0, 0);
}

/** One colour for each level from the lowest to the highest, as bytes; read from the legend, whose colours follow the theme. */
function colourTable(frame) {
  const ends = ["below", "zero", "above"].map((name) => {
    const [red, green, blue] = getComputedStyle(frame.querySelector(`.scale .${name}`)).backgroundColor.match(/[\d.]+/g).map(Number);
    return [red, green, blue];
  });
  const table = [];
  for (let level = -LEVELS; level <= LEVELS; level++) {
    const [from, to, share] = [ends[1], level < 0 ? ends[0] : ends[2], Math.abs(level) / LEVELS];
    table.push([...from.map((value, channel) => Math.round(value + share * (to[channel] - value))), 255]);
  }
  return table;
}

function showLegend(frame, data) {
  const [low, middle, high] = frame.querySelectorAll(".scale span");
  const end = Number(data.limit.toPrecision(2));
  put(low, `≤ −${end}`);
  put(middle, "0");
  put(high, `≥ ${end}`);
}

function listen(frame, stage) {
  const point = (event) => {
    const canvas = event.target.closest?.("canvas");
    if (!canvas || (event.type === "pointermove" && event.pointerType === "touch" && !event.buttons)) return;
    const box = canvas.getBoundingClientRect();
    const [rows, columns] = extent(stage);
    moveTo(frame, Math.floor(((event.clientY - box.top) / box.height) * rows), Math.floor(((event.clientX - box.left) / box.width) * columns));
  };
  stage.addEventListener("pointermove", point);
  stage.addEventListener("pointerdown", point);
  stage.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys lead to other steps
    const far = event.shiftKey ? MANY : 1;
    moveTo(frame, stage.at.row + far * step[0], stage.at.column + far * step[1]);
  });
}

/** Rows and columns of the block's output, in which the crosshair's place is counted. */
function extent(stage) {
  const grid = stage.told.grids[stage.told.measure];
  return grid ? [grid.rows, grid.columns] : [0, 0];
}

function moveTo(frame, row, column) {
  const stage = frame.querySelector(".stage");
  const [rows, columns] = extent(stage);
  if (!rows) return;
  stage.at = { row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) };
  stage.moved = true;
  showPlace(frame);
}

/** The crosshair on every map, the patch on the one that is read, and the numbers in words. */
function showPlace(frame) {
  const stage = frame.querySelector(".stage");
  const data = stage.told;
  const [rows, columns] = extent(stage);
  stage.classList.toggle("read", rows > 0);
  if (!rows) {
    lines(frame, [data.words.status]);
    return;
  }
  stage.at = { row: Math.min(rows - 1, stage.at.row), column: Math.min(columns - 1, stage.at.column) };
  for (const panel of data.panels) {
    const [figure, grid] = [figureOf(stage, panel.key), data.grids[panel.grid]];
    if (!grid) continue;
    const here = placeIn(grid, stage);
    const [high, wide] = [100 / grid.rows, 100 / grid.columns];
    box(figure.querySelector(".cell"), here.row * high, here.column * wide, high, wide);
    box(figure.querySelector(".row"), here.row * high, 0, high, 100);
    box(figure.querySelector(".column"), 0, here.column * wide, 100, wide);
    const patch = figure.querySelector(".patch");
    patch.hidden = data.patch?.panel !== panel.key;
    if (patch.hidden) continue;
    const { size, stride, before } = data.patch;
    box(patch, (stage.at.row * stride - before) * high, (stage.at.column * stride - before) * wide, size * high, size * wide);
  }
  lines(frame, [data.words.status || fill(data.words.place, { row: stage.at.row + 1, column: stage.at.column + 1 }), ...data.lines.map((line) => filled(line, stage))]);
}

function placeIn(grid, stage) {
  const [rows, columns] = extent(stage);
  return { row: Math.floor((stage.at.row * grid.rows) / rows), column: Math.floor((stage.at.column * grid.columns) / columns) };
}

/** "{x} + {(branch)}" with the numbers of this place; a negative one in brackets where the template has them. */
function filled(line, stage) {
  const { grids, decimals, patch } = stage.told;
  return line.replace(/\{(\(?)(\w+)\)?\}/g, (_, bracket, name) => {
    const units = name === "partial" ? partial(grids[patch.grid], patch, stage.at) : valueAt(grids[name], stage);
    const words = number(units, decimals);
    return bracket && units < 0 ? `(${words})` : words;
  });
}

function valueAt(grid, stage) {
  const here = placeIn(grid, stage);
  return grid.units[here.row * grid.columns + here.column];
}

/** What the patch of this one channel gives with its kernel; around the map there are zeros. */
function partial(grid, { kernel, size, stride, before }, at) {
  let sum = 0;
  for (let down = 0; down < size; down++) {
    for (let right = 0; right < size; right++) {
      const [row, column] = [at.row * stride - before + down, at.column * stride - before + right];
      if (row < 0 || column < 0 || row >= grid.rows || column >= grid.columns) continue;
      sum += kernel[down * size + right] * grid.units[row * grid.columns + column];
    }
  }
  return Math.round(sum);
}

/** −17 with two decimals is "−0.17", with the true minus; nothing is "0". */
function number(units, decimals) {
  if (units === 0) return "0";
  return `${units < 0 ? "−" : ""}${(Math.abs(units) / 10 ** decimals).toFixed(decimals)}`;
}

function lines(frame, words) {
  const output = frame.querySelector("output");
  while (output.children.length < words.length) output.append(document.createElement("span"));
  [...output.children].forEach((line, index) => put(line, words[index] ?? ""));
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function figureOf(stage, key) {
  return stage.querySelector(`figure[data-key="${CSS.escape(key)}"]`);
}

function box(element, top, left, height, width) {
  Object.assign(element.style, { top: `${top}%`, left: `${left}%`, height: `${height}%`, width: `${width}%` });
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
