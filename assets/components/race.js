// A race of networks, live from its run's event stream or played from a recording; the student's guess stays beside it.
// The live_*.js files that are reused and the other race_*.js stand before this one in the same module.

export default function (component) {
  return mount(RaceView, component);
}

class RaceView extends LiveView {
  constructor(parent, data) {
    super(parent, "live-run race", `
      <div class="course">
        <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
        <div class="player" role="group"></div>
      </div>
      <div class="view" role="group"></div>
      <div class="charts">
        <div class="plot curves" role="figure"></div>
        <div class="handles"></div>
        <div class="plot gradients" role="figure"></div>
      </div>`);
    this.drawIn({ curves: this.find(".curves"), gradients: this.find(".gradients") });
    this.controls = new RaceControls(this.find(".view"), data.view, () => this.look());
    this.player = new Player(this.find(".player"), (frame) => this.receive(frame));
    this.guess = new Guess(this.find(".handles"), {
      moved: (heights) => this.drawn(heights),
      settled: (heights) => this.tell.state("guess", heights),
    });
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

  // Begin with another source: a run's stream, a recording, an answer that is there already, or nothing.
  async follow(data) {
    this.source = data.source;
    this.course = new Race(data.networks.map(({ name }) => name));
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

  redrawn() {
    this.showHandles();
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
    const empty = !this.course.step;
    this.course.take(frame);
    this.show(facts);
    this.redrawSoon(last || (empty && this.course.step > 0));
    if (last) this.stream.close();
    this.report(played);
  }

  report(played) {
    const { course, facts } = this;
    const state = played ? (this.player.over ? "played" : "recording") : facts.state;
    this.ask([state, facts.position ?? 0, Number(course.step > 0), played ? 0 : course.trouble].join(":"));
  }

  show(fresh) {
    Object.assign(this.facts, fresh);
    const { facts, course, data } = this;
    const done = facts.state === "finished" ? 1 : course.step / data.steps;
    const state = facts.state === "recording" && this.player.over && this.player.frame ? "played" : facts.state;
    Object.assign(this.root.dataset, { run: data.run || "", state, step: course.step });
    this.say(facts.state, raceState(facts, course, data), raceBesides(facts, course, data), done);
  }

  dispose() {
    this.source = undefined; // whatever is under way finds that nobody follows it any more
    this.player.close();
    super.dispose();
  }
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
