// One training run, live: state, progress, figures and charts, fed by the run's event stream without any rerun of the page.
// The other live_*.js files stand before this one in the same module.

export default function (component) {
  return mount(LiveRun, component);
}

class LiveRun extends LiveView {
  constructor(parent, data) {
    super(parent, "live-run", `
      <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
      <dl></dl>
      <div class="view" role="group"></div>
      <div class="charts">
        <div class="plot curves" role="figure"></div>
        <div class="gradients"><div class="plot" role="figure"></div><p></p></div>
      </div>`);
    this.drawIn({ curves: this.find(".curves"), gradients: this.find(".gradients .plot") });
    this.controls = new Controls(this.find(".view"), data.view, { moved: () => this.look(), settled: (view) => this.settle(view) });
    this.said = [];
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

  receive(frame, last) {
    if (frame.anew) this.facts = {};
    const facts = { state: frame.stopping ? "stopping" : frame.state, position: frame.position, problem: null };
    for (const event of frame.events) {
      if (event.kind === "preparing") Object.assign(facts, { phase: event.phase, done: event.done });
      if (event.kind === "started") facts.startedAt = event.time;
      if (event.kind === "finished") facts.testAccuracy = Object.values(event.test_accuracy)[0];
    }
    for (const { images_per_second: speed, time } of Object.values(frame.batches)) Object.assign(facts, { speed: speed.at(-1), now: time.at(-1) });
    const empty = !this.course.length;
    this.course.take(frame);
    this.show(facts);
    this.redrawSoon(last || (empty && this.course.length > 0));
    if (last) this.stream.close();
    this.report();
  }

  report() {
    const { course, facts } = this;
    const events = [course.trouble, course.measured, course.unsaved].map((event) => event?.sequence ?? 0);
    this.ask([facts.state, facts.position ?? 0, ...events].join(":"));
  }

  show(fresh) {
    Object.assign(this.facts, fresh);
    const { facts, course, data } = this;
    const total = stepsAtMost(facts, course);
    const done = facts.state === "finished" ? 1 : total ? (course.last?.step ?? 0) / total : 0;
    Object.assign(this.root.dataset, { run: this.run || "", state: facts.state });
    this.say(facts.state, stateWords(facts, course, data), besides(facts, course, data), done);
    setFigures(this.find("dl"), figuresOf(facts, course, data));
  }

  dispose() {
    this.run = undefined; // whatever is under way finds that nobody follows it any more
    super.dispose();
  }
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
