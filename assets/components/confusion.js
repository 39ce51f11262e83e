// A confusion matrix, drawn by Plotly from the figure that Python made. A press on a cell, or arrow keys and Enter, choose it.
// Streamlit calls the default export at every rerun; the plot, the cursor and the focus stay. live_plotly.js stands before this file.

const matrices = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let matrix = matrices.get(parentElement);
  if (!matrix) matrices.set(parentElement, (matrix = new Confusion(parentElement)));
  matrix.update(data, (cell) => setTriggerValue("chosen", cell.join("-")));
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (matrix.dispose(), matrices.delete(parentElement)), 0);
  };
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Confusion {
  constructor(parent) {
    this.root = document.createElement("section");
    this.root.className = "confusion";
    this.root.innerHTML = '<div class="plot" tabindex="0" role="application"></div><output></output>';
    parent.append(this.root); // beside the style sheet that Streamlit has put there
    this.plot = this.root.querySelector(".plot");
    this.drawing = Promise.resolve();
    this.drawings = 0;
    this.plot.addEventListener("keydown", (event) => this.walk(event));
    this.plot.addEventListener("pointerdown", (event) => this.press(event));
    for (const name of ["focus", "blur"]) this.plot.addEventListener(name, () => this.mark());
    this.resizing = new ResizeObserver(() => this.resized());
    this.resizing.observe(this.plot);
  }

  update(data, tell) {
    const before = this.data;
    [this.data, this.tell] = [data, tell];
    this.plot.style.height = `${data.figure.layout.height}px`;
    this.plot.setAttribute("aria-label", data.words.title);
    this.root.classList.toggle("empty", !data.matrix);
    const chosen = JSON.stringify(data.chosen);
    if (chosen !== JSON.stringify(before?.chosen)) this.chosen = this.cursor = data.chosen;
    const drawn = JSON.stringify([data.figure, data.language]);
    if (drawn !== this.drawn) this.draw();
    else this.mark();
    this.drawn = drawn;
    this.say();
  }

  // Plotly's calls return promises; they are made one after the other.
  then(work) {
    this.drawing = this.drawing.then(work).catch((error) => console.error(error));
  }

  // As `then`, said to be under way: the words beneath are there at once, the drawing a moment later, and until then a click meets the one
  // from before.
  busily(work) {
    const count = (more) => this.plot.setAttribute("aria-busy", (this.drawings += more) > 0);
    count(1);
    this.then(work);
    this.then(() => count(-1));
  }

  draw() {
    this.busily(async () => {
      const library = await plotly(this.data.plotly);
      if (!this.plot.clientWidth) return; // drawn as soon as it has a width
      const { figure, language } = this.data;
      const layout = { ...figure.layout, shapes: this.shapes(), font: { ...figure.layout.font, family: getComputedStyle(this.root).fontFamily } };
      await library.react(this.plot, figure.data, layout, { displayModeBar: false, responsive: false, ...language });
      this.width = this.plot.clientWidth;
      this.library = library;
    });
  }

  resized() {
    if (!this.data || !this.plot.clientWidth || this.plot.clientWidth === this.width) return;
    if (!this.library) this.draw();
    else this.busily(() => this.library.Plots.resize(this.plot).then(() => (this.width = this.plot.clientWidth)));
  }

  mark() {
    this.then(() => this.library?.relayout(this.plot, { shapes: this.shapes() }));
  }

  // The chosen cell, and where the keys are.
  shapes() {
    if (!this.data.matrix) return [];
    const { ink, focus } = this.data.colours;
    const around = ([row, column], line) => ({ type: "rect", x0: column - 0.5, x1: column + 0.5, y0: row - 0.5, y1: row + 0.5, line });
    const shapes = [around(this.chosen, { color: ink, width: 2.5 })];
    if (document.activeElement === this.plot) shapes.push(around(this.cursor, { color: focus, width: 3, dash: "dot" }));
    return shapes;
  }

  // A press that ends on the cell where it began; a finger that scrolls ends nowhere. Plotly's own click is that of what is hovered over,
  // which it forgets while it draws, as it does when the plot gets the focus by this very press: a busy machine lost one click in nine.
  press(event) {
    const cell = event.isPrimary && event.button === 0 ? this.cellAt(event) : null;
    if (!cell) return;
    const ended = new AbortController();
    const end = (release) => {
      ended.abort();
      if (release.type === "pointerup" && `${this.cellAt(release)}` === `${cell}`) this.choose(cell);
    };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, end, { signal: ended.signal });
  }

  // Row and column at that place of the window; nothing beside the cells, and before there are any.
  cellAt({ clientX, clientY }) {
    const cells = this.plot.querySelector(".nsewdrag")?.getBoundingClientRect();
    if (!cells || !this.data?.matrix) return null;
    const { length } = this.data.matrix;
    const cell = [(clientY - cells.top) / cells.height, (clientX - cells.left) / cells.width].map((share) => Math.floor(share * length));
    return cell.every((place) => place >= 0 && place < length) ? cell : null;
  }

  walk(event) {
    if (!this.data.matrix || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    const chooses = event.key === "Enter" || event.key === " ";
    if (!step && !chooses) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys lead to other steps
    if (chooses) return this.choose(this.cursor);
    const last = this.data.matrix.length - 1;
    this.cursor = this.cursor.map((place, axis) => Math.max(0, Math.min(last, place + step[axis])));
    this.mark();
    this.say();
  }

  choose(cell) {
    this.chosen = this.cursor = cell;
    this.mark();
    this.say();
    this.tell(cell);
  }

  say() {
    const { matrix, titles, words, locale } = this.data;
    let said = words.status;
    if (matrix) {
      const [row, column] = this.cursor;
      const number = new Intl.NumberFormat(locale);
      const values = { label: titles[row], called: titles[column], images: number.format(matrix[row][column]), all: number.format(matrix[row].reduce((sum, one) => sum + one, 0)) };
      said = words.cell.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    }
    const output = this.root.querySelector("output");
    if (output.textContent !== said) output.textContent = said;
  }

  dispose() {
    this.resizing.disconnect();
    this.library?.purge(this.plot);
  }
}
