// A race of networks, live from its run's event stream or played from a recording; the student's guess stays beside it.
// Streamlit calls the default export at every rerun; the DOM, the plots and a reader's zoom stay as they are.
// The live_*.js files that are reused and the other race_*.js stand before this one in the same module.

const races = new WeakMap();

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  let shown = races.get(parentElement);
  if (!shown) {
    shown = new RaceView(parentElement, data);
    races.set(parentElement, shown);
  }
  shown.update(data, { trigger: setTriggerValue, state: setStateValue });
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (shown.dispose(), races.delete(parentElement)), 0);
  };
}

const RACE_BUSY = ["connecting", "queued", "preparing", "stopping", "evaluating"];

class RaceView {
  constructor(parent, data) {
    this.root = document.createElement("section");
    this.root.className = "live-run race";
    this.root.innerHTML = `
      <header><span class="state" role="status"></span><span class="besides"></span></header>
      <div class="course">
        <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
        <div class="player" role="group"></div>
      </div>
      <div class="view" role="group"></div>
      <div class="charts">
        <div class="plot curves" role="figure"></div>
        <div class="handles"></div>
        <div class="plot gradients" role="figure"></div>
      </div>
      <span class="theme-probe" aria-hidden="true"></span>`;
    parent.append(this.root); // beside the style sheet that Streamlit has put there
    this.find = (selector) => this.root.querySelector(selector);
    this.plots = { curves: this.find(".curves"), gradients: this.find(".gradients") };
    this.controls = new RaceControls(this.find(".view"), data.view, () => this.look());
    this.player = new Player(this.find(".player"), (frame) => this.receive(frame));
    this.guess = new Guess(this.find(".handles"), {
      moved: (heights) => this.drawn(heights),
      settled: (heights) => this.tell.state("guess", heights),
    });
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
    this.data = data = { ...data, guess: this.guess.kept(data.guess) };
    if (data.key !== before?.key) this.told = null;
    const words = JSON.stringify([data.labels, data.locale, data.chart]);
    if (words !== this.words) this.label(data);
    this.words = words;
    if (data.panel !== before?.panel) this.controls.show(data.panel);
    this.controls.allow(data);
    this.root.dataset.panel = this.controls.view.panel;
    const look = JSON.stringify([words, data.palette, data.under.map(({ name }) => name), data.guess, data.shares, data.steps]);
    if (data.source !== this.source) this.follow(data);
    else if (data.attempt !== before.attempt && data.run) this.stream.reopen(data.url);
    if (look !== this.looks) this.redraw();
    this.looks = look;
    this.show({});
  }

  label({ labels, locale }) {
    this.find(".progress").setAttribute("aria-label", labels.progress);
    for (const plot of Object.values(this.plots)) if (!plot.hasAttribute("aria-label")) plot.setAttribute("aria-label", labels.loss); // until it is drawn
    this.controls.label(labels);
    this.player.label(labels.player, locale);
  }

  look() {
    this.root.dataset.panel = this.controls.view.panel;
    this.redraw();
  }

  // Begin with another source: a run's stream, a recording, an answer that is there already, or nothing.
  async follow(data) {
    this.source = data.source;
    this.race = new Race(data.networks.map(({ name }) => name));
    this.facts = { state: data.run ? "connecting" : data.recording || data.frame ? "recording" : "idle", problem: null };
    this.stream.close();
    this.player.close();
    this.root.classList.toggle("recorded", Boolean(data.recording || data.frame));
    this.draw(async () => {
      const library = await plotly(this.data.plotly);
      this.charts ??= { curves: new RaceChart(this.plots.curves, library), gradients: new RaceGradients(this.plots.gradients, library) };
    });
    await this.redraw();
    if (data.source !== this.source) return;
    if (data.run) return this.stream.open(data.url);
    const frame = data.recording ? await this.fetched(data.recording) : data.frame;
    if (frame && data.source === this.source) this.player.open(frame);
  }

  async fetched({ url }) {
    try {
      const answer = await fetch(new URL(url, document.baseURI));
      if (answer.ok) return await answer.json();
    } catch (error) {
      console.error(error);
    }
    this.show({ problem: "unrecorded" });
    return null;
  }

  // Plotly's calls return promises; they are made one after the other.
  draw(work) {
    this.drawing = this.drawing.then(work).catch((error) => console.error(error));
    return this.drawing;
  }

  redraw() {
    if (this.waiting) return this.drawing;
    this.waiting = true;
    return this.draw(async () => {
      this.waiting = false;
      const began = performance.now();
      for (const [name, chart] of Object.entries(this.charts || {})) {
        if (this.plots[name].clientWidth) await chart.draw(this.race, this.data, this.controls.view);
      }
      this.drawnAfter = performance.now() - began;
      this.showHandles();
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

  drawn(heights) {
    this.data = { ...this.data, guess: { ...this.data.guess, heights } };
    this.showHandles();
    this.redrawSoon();
  }

  showHandles() {
    const { guess } = this.data;
    this.guess.show(guess.open, guess.heights, this.charts?.curves.scale, this.controls.view, this.data);
  }

  receive(frame, last) {
    const played = this.root.classList.contains("recorded");
    if (frame.anew && !played) this.facts = {};
    const facts = { state: played ? "recording" : frame.stopping ? "stopping" : frame.state, position: frame.position, problem: null };
    for (const event of frame.events) {
      if (event.kind === "preparing") Object.assign(facts, { phase: event.phase, done: event.done });
    }
    this.race.take(frame);
    this.show(facts);
    this.redrawSoon();
    if (last) this.stream.close();
    this.report(played);
  }

  // What the page says beside the chart follows from these; where they are not what it was made for, it is made anew.
  report(played) {
    const { race, facts } = this;
    const state = played ? (this.player.over ? "played" : "recording") : facts.state;
    const key = [state, facts.position ?? 0, Number(race.step > 0), played ? 0 : race.trouble].join(":");
    if (key === this.data.key || key === this.told) return;
    this.told = key;
    this.tell.trigger("changed", key);
  }

  show(fresh) {
    Object.assign(this.facts, fresh);
    const { facts, race, data } = this;
    const { labels } = data;
    const done = facts.state === "finished" ? 1 : race.step / data.steps;
    Object.assign(this.root.dataset, { run: data.run || "", state: facts.state === "recording" && this.player.over && this.player.frame ? "played" : facts.state, step: race.step });
    setText(this.find(".state"), facts.problem ? labels.problems[facts.problem] : raceState(facts, race, data));
    setText(this.find(".besides"), raceBesides(facts, race, data));
    this.find(".progress").setAttribute("aria-valuenow", Math.round(100 * done));
    this.find(".progress > div").style.width = `${100 * Math.min(1, done)}%`;
    this.root.classList.toggle("busy", RACE_BUSY.includes(facts.state));
  }

  dispose() {
    this.source = undefined; // whatever is under way finds that nobody follows it any more
    clearTimeout(this.due);
    this.player.close();
    this.stream.dispose();
    this.resizing.disconnect();
    for (const chart of Object.values(this.charts || {})) chart.library.purge(chart.node);
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function raceState(facts, race, data) {
  const step = new Intl.NumberFormat(data.locale).format(race.step);
  if (facts.state === "recording") return (data.recording ? data.labels.recording : data.labels.answered).replace("{step}", step);
  if (facts.state === "running") return data.labels.racing.replace("{step}", step).replace("{steps}", new Intl.NumberFormat(data.locale).format(data.steps));
  return stateWords(facts, race.first, data);
}

// Where and when a recording was made, or how long a run will take still.
function raceBesides(facts, race, data) {
  if (facts.state === "recording") return data.about;
  const { last } = race.first || {};
  if (facts.state !== "running" || !last?.seconds) return "";
  const seconds = (last.seconds / last.step) * Math.max(0, data.steps - last.step);
  const minutes = Math.floor(seconds / 60);
  const time = minutes ? data.labels.minutes.replace("{m}", minutes).replace("{s}", Math.round(seconds % 60)) : data.labels.seconds.replace("{s}", Math.round(seconds));
  return data.labels.left.replace("{time}", time);
}
