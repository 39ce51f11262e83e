// One training run, live: state, progress, figures and charts, fed by the run's event stream without any rerun of the page.
// Streamlit calls the default export at every rerun; the DOM, the plots and a reader's zoom stay as they are.
// The other live_*.js files stand before this one in the same module.

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new LiveRun(parentElement, data);
    views.set(parentElement, view);
  }
  view.update(data, { trigger: setTriggerValue, state: setStateValue });
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (view.dispose(), views.delete(parentElement)), 0);
  };
}

const BUSY = ["connecting", "queued", "preparing", "stopping", "evaluating"];

class LiveRun {
  constructor(parent, data) {
    this.root = document.createElement("section");
    this.root.className = "live-run";
    this.root.innerHTML = `
      <header><span class="state" role="status"></span><span class="besides"></span></header>
      <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
      <dl></dl>
      <div class="view" role="group"></div>
      <div class="charts">
        <div class="plot curves" role="figure"></div>
        <div class="gradients"><div class="plot" role="figure"></div><p></p></div>
      </div>
      <span class="theme-probe" aria-hidden="true"></span>`;
    parent.append(this.root); // beside the style sheet that Streamlit has put there
    this.find = (selector) => this.root.querySelector(selector);
    this.plots = { curves: this.find(".curves"), gradients: this.find(".gradients .plot") };
    this.controls = new Controls(this.find(".view"), data.view, { moved: () => this.look(), settled: (view) => this.settle(view) });
    this.said = [];
    this.stream = new Stream((frame, last) => this.receive(frame, last), (problem) => this.show({ problem }));
    this.drawing = Promise.resolve();
    this.find(".theme-probe").addEventListener("transitionend", () => this.redraw());
    this.widths = new Map();
    this.resizing = new ResizeObserver((entries) => entries.forEach(({ target }) => this.resized(target)));
    Object.values(this.plots).forEach((plot) => this.resizing.observe(plot));
  }

  update(data, tell) {
    const before = this.data;
    this.tell = tell;
    this.data = data;
    if (data.key !== before?.key) this.told = null;
    const words = JSON.stringify([data.labels, data.locale, data.chart]);
    if (words !== this.words) this.label(data.labels);
    this.adopt(data.view, before?.view);
    if (data.run !== this.run) this.follow(data.run);
    else {
      if (data.attempt !== before.attempt && data.run) this.stream.reopen(data.url);
      const earlier = (given) => JSON.stringify([given.earlier.map(({ id }) => id), given.palette, given.facts.epochs]);
      if (words !== this.words || earlier(data) !== earlier(before)) this.redraw();
    }
    this.words = words;
    this.show({});
  }

  label(labels) {
    this.plots.curves.setAttribute("aria-label", labels.plot);
    this.find(".progress").setAttribute("aria-label", labels.progress);
    this.find(".gradients p").textContent = labels.gradients.explained;
    this.controls.label(labels);
  }

  // Take over how the address wants the charts to be seen, unless that is only the echo of what was chosen here.
  adopt(view, before) {
    const wanted = JSON.stringify(view);
    const echo = this.said.indexOf(wanted);
    if (echo >= 0) this.said.splice(0, echo + 1);
    else if (before && wanted !== JSON.stringify(before)) {
      this.controls.set(view);
      this.look();
    }
    this.root.dataset.panel = this.controls.view.panel;
  }

  look() {
    this.root.dataset.panel = this.controls.view.panel;
    this.redraw();
  }

  settle(view) {
    this.said.push(JSON.stringify(view));
    this.tell.state("view", view);
  }

  follow(run) {
    this.run = run;
    this.course = new Course();
    this.facts = { state: run ? "connecting" : "idle", problem: null };
    this.stream.close();
    this.draw(async () => {
      const library = await plotly(this.data.plotly);
      if (run !== this.run) return;
      this.charts ??= { curves: new Chart(this.plots.curves, library), gradients: new Gradients(this.plots.gradients, library) };
      this.charts.curves.zoomed = () => this.redraw();
    });
    this.redraw().then(() => run && run === this.run && this.stream.open(this.data.url));
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
    });
  }

  // The browser often shares its cores with the training: drawing what streams in gets a sixth of one at the most.
  redrawSoon() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = null;
      this.redraw();
    }, Math.max(100, 5 * (this.drawnAfter || 0)));
  }

  resized(plot) {
    const name = Object.keys(this.plots).find((one) => this.plots[one] === plot);
    const chart = this.charts?.[name];
    const before = this.widths.get(plot);
    this.widths.set(plot, plot.clientWidth);
    if (!chart || !plot.clientWidth || plot.clientWidth === before) return; // its height is our own doing
    if (plot._fullLayout && plot.layout) this.draw(() => plot.clientWidth && chart.library.Plots.resize(plot));
    this.redraw();
  }

  receive(frame, last) {
    if (frame.anew) this.facts = {};
    const facts = { state: frame.stopping ? "stopping" : frame.state, position: frame.position, problem: null };
    for (const event of frame.events) {
      if (event.kind === "preparing") Object.assign(facts, { phase: event.phase, done: event.done });
      if (event.kind === "started") facts.startedAt = event.time;
      if (event.kind === "finished") facts.testAccuracy = Object.values(event.test_accuracy)[0];
    }
    for (const { images_per_second: speed, time } of Object.values(frame.batches)) Object.assign(facts, { speed: speed.at(-1), now: time.at(-1) });
    this.course.take(frame);
    this.show(facts);
    this.redrawSoon();
    if (last) this.stream.close();
    this.report();
  }

  // What the page shows beside this view follows from these; where they are not what it was made for, it is made anew.
  report() {
    const { course, facts } = this;
    const events = [course.trouble, course.measured, course.unsaved].map((event) => event?.sequence ?? 0);
    const key = [facts.state, facts.position ?? 0, ...events].join(":");
    if (key === this.data.key || key === this.told) return;
    this.told = key;
    this.tell.trigger("changed", key);
  }

  show(fresh) {
    Object.assign(this.facts, fresh);
    const { facts, course, data } = this;
    const { labels } = data;
    const total = stepsAtMost(facts, course);
    const done = facts.state === "finished" ? 1 : total ? (course.last?.step ?? 0) / total : 0;
    Object.assign(this.root.dataset, { run: this.run || "", state: facts.state });
    setText(this.find(".state"), facts.problem ? labels.problems[facts.problem] : stateWords(facts, course, data));
    setText(this.find(".besides"), besides(facts, course, data));
    this.find(".progress").setAttribute("aria-valuenow", Math.round(100 * done));
    this.find(".progress > div").style.width = `${100 * done}%`;
    this.root.classList.toggle("busy", BUSY.includes(facts.state));
    setFigures(this.find("dl"), figuresOf(facts, course, data));
  }

  dispose() {
    this.run = undefined; // whatever is under way finds that nobody follows it any more
    clearTimeout(this.due);
    this.stream.dispose();
    this.resizing.disconnect();
    for (const chart of Object.values(this.charts || {})) chart.library.purge(chart.node);
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setFigures(list, rows) {
  if (list.childElementCount !== rows.length) {
    list.replaceChildren(...rows.map(() => {
      const pair = document.createElement("div");
      pair.append(document.createElement("dt"), document.createElement("dd"));
      return pair;
    }));
  }
  rows.forEach(([name, value], index) => {
    setText(list.children[index].children[0], name);
    setText(list.children[index].children[1], value);
  });
}
