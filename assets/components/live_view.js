// What the live views of one run and of a race have in common: an element that outlives reruns, charts that are drawn one after the
// other and no oftener than the browser can, a stream, and a page that is asked for anew when something beside the charts has changed.

const BUSY = ["connecting", "queued", "preparing", "stopping", "evaluating"];
const LONGEST_PAUSE = 3000; // milliseconds between two drawings of what streams in
const views = new WeakMap();

// Streamlit calls this at every rerun; the DOM, the plots and a reader's zoom stay as they are.
function mount(View, { data, parentElement, setTriggerValue, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement, data);
    views.set(parentElement, view);
  }
  view.update(data, { trigger: setTriggerValue, state: setStateValue });
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (view.dispose(), views.delete(parentElement)), 0);
  };
}

// A subclass has `plots` and `charts` by the same names, the `course` they draw, `controls`, and says what it makes of a frame (`receive`)
// and how things stand (`show`).
class LiveView {
  constructor(parent, name, html) {
    this.root = document.createElement("section");
    this.root.className = name;
    this.root.innerHTML = `
      <header><span class="state" role="status"></span><span class="besides"></span></header>
      ${html}
      <span class="theme-probe" aria-hidden="true"></span>`;
    parent.append(this.root); // beside the style sheet that Streamlit has put there
    this.find = (selector) => this.root.querySelector(selector);
    this.stream = new Stream((frame, last) => this.receive(frame, last), (problem) => this.show({ problem }));
    this.drawing = Promise.resolve();
    this.find(".theme-probe").addEventListener("transitionend", () => this.redraw());
    this.sizes = new Map();
    this.resizing = new ResizeObserver((entries) => entries.forEach(({ target }) => this.resized(target)));
  }

  // Draw there, by name, as large as the style sheet and the window have it.
  drawIn(plots) {
    this.plots = plots;
    Object.values(plots).forEach((plot) => this.resizing.observe(plot));
  }

  look() {
    this.root.dataset.panel = this.controls.view.panel;
    this.redraw();
  }

  // Plotly's calls return promises; they are made one after the other.
  draw(work) {
    this.drawing = this.drawing.then(work).catch((error) => console.error(error));
    return this.drawing;
  }

  // Draw all there is to see. One that waits for its turn will show what comes until then: a slow browser draws less often, never later.
  redraw() {
    if (this.waiting) return this.drawing;
    this.waiting = true;
    return this.draw(async () => {
      this.waiting = false;
      const began = performance.now();
      for (const [name, chart] of Object.entries(this.charts || {})) {
        if (this.plots[name].clientWidth) await chart.draw(this.course, this.data, this.controls.view);
      }
      this.drawnAfter = performance.now() - began;
      this.redrawn?.();
    });
  }

  // The browser often shares its cores with the training: drawing what streams in gets a sixth of one, more where a drawing is so slow
  // that one would wait long for the next. Nobody waits for a run's first batches (the first drawing of all was slow: it loaded the code) nor
  // for its last.
  redrawSoon(now) {
    if (!now) {
      this.due ??= setTimeout(() => this.redrawSoon(true), Math.min(LONGEST_PAUSE, Math.max(100, 5 * (this.drawnAfter || 0))));
      return;
    }
    clearTimeout(this.due);
    this.due = null;
    this.redraw();
  }

  resized(plot) {
    const name = Object.keys(this.plots).find((one) => this.plots[one] === plot);
    const chart = this.charts?.[name];
    const size = `${plot.clientWidth}x${plot.clientHeight}`;
    const before = this.sizes.get(plot);
    this.sizes.set(plot, size);
    if (!chart || !plot.clientWidth || size === before) return;
    if (plot._fullLayout && plot.layout) this.draw(() => plot.clientWidth && chart.library.Plots.resize(plot));
    this.redraw();
  }

  // What the page shows beside this view follows from the key; where it is not what the page was made for, it is made anew.
  ask(key) {
    if (key === this.data.key || key === this.told) return;
    this.told = key;
    this.tell.trigger("changed", key);
  }

  // The line above the charts: how things stand, and what share of the way is done.
  say(state, words, beside, done) {
    const { problem } = this.facts;
    setText(this.find(".state"), problem ? this.data.labels.problems[problem] : words);
    setText(this.find(".besides"), beside);
    this.find(".progress").setAttribute("aria-valuenow", Math.round(100 * done));
    this.find(".progress > div").style.width = `${100 * Math.min(1, done)}%`;
    this.root.classList.toggle("busy", BUSY.includes(state));
  }

  dispose() {
    clearTimeout(this.due);
    this.stream.dispose();
    this.resizing.disconnect();
    for (const chart of Object.values(this.charts || {})) chart.library.purge(chart.node);
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
