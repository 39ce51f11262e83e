// One training run, live: state, progress, figures and two curves, fed by the run's event stream without any rerun of the page.
// Streamlit calls the default export at every rerun; the DOM, the plot and a reader's zoom stay as they are.
// live_chart.js stands before this file in the same module and brings `Chart` and `plotly`.

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new LiveRun(parentElement);
    views.set(parentElement, view);
  }
  view.update(data, (name, value) => setTriggerValue(name, value));
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (view.dispose(), views.delete(parentElement)), 0);
  };
}

class LiveRun {
  constructor(parent) {
    this.root = document.createElement("section");
    this.root.className = "live-run";
    this.root.innerHTML = `
      <header><span class="state" role="status"></span><span class="left"></span></header>
      <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
      <dl></dl>
      <div class="plot" role="img"></div>
      <span class="theme-probe" aria-hidden="true"></span>`;
    parent.append(this.root); // beside the style sheet that Streamlit has put there
    this.find = (selector) => this.root.querySelector(selector);
    this.plot = this.find(".plot");
    this.stream = new Stream((frame, last) => this.receive(frame, last), (problem) => this.show({ problem }));
    this.run = undefined;
    this.drawing = Promise.resolve();
    this.find(".theme-probe").addEventListener("transitionend", () => this.restyle());
    this.resizing = new ResizeObserver(() => this.chart && this.chart.resize());
    this.resizing.observe(this.plot);
  }

  update(data, tell) {
    this.tell = tell;
    const words = JSON.stringify([data.labels, data.locale]);
    const changed = data.run !== this.run;
    const reworded = words !== this.words;
    this.data = data;
    this.words = words;
    if (!changed && !reworded) return;
    this.plot.setAttribute("aria-label", data.labels.plot);
    this.find(".progress").setAttribute("aria-label", data.labels.progress);
    if (changed) this.follow(data.run);
    else this.draw(() => this.chart.restyle(this.data));
    this.show({});
  }

  follow(run) {
    this.run = run;
    this.facts = { ...this.data.facts, state: run ? "connecting" : "idle", step: 0, problem: null };
    this.stream.close();
    this.undrawn = [];
    this.draw(async () => {
      const library = await plotly(this.data.plotly);
      if (run !== this.run) return;
      this.chart ??= new Chart(this.plot, library);
      await this.chart.reset(this.data);
    }).then(() => run && run === this.run && this.stream.open(this.data.url));
  }

  // Plotly's calls return promises; one after the other keeps a reset from overtaking an append.
  draw(work) {
    this.drawing = this.drawing.then(work).catch((error) => console.error(error));
    return this.drawing;
  }

  receive(frame, last) {
    const facts = { state: frame.stopping ? "stopping" : frame.state, position: frame.position, problem: null };
    for (const event of frame.events) {
      if (event.kind === "preparing") Object.assign(facts, { phase: event.phase, done: event.done });
      if (event.kind === "started") {
        Object.assign(facts, { epochs: event.epochs, stepsPerEpoch: event.steps_per_epoch, startedAt: event.time });
      }
      if (event.kind === "epoch") {
        Object.assign(facts, { validationLoss: event.validation_loss, validationAccuracy: event.validation_accuracy });
      }
      if (event.kind === "finished") facts.testAccuracy = Object.values(event.test_accuracy)[0];
    }
    for (const columns of Object.values(frame.batches)) {
      const at = (name) => columns[name][columns[name].length - 1];
      Object.assign(facts, { step: at("step"), epoch: at("epoch"), loss: at("loss"), accuracy: at("accuracy"), rate: at("learning_rate") });
      Object.assign(facts, { speed: at("images_per_second"), now: at("time") });
    }
    this.show(facts);
    // A drawing takes all frames that came while the one before was at work: a slow browser draws less often, never later and later.
    this.undrawn.push(frame);
    if (this.undrawn.length === 1) this.draw(() => this.chart?.append(this.undrawn.splice(0), this.facts.stepsPerEpoch));
    if (last) {
      this.stream.close();
      this.tell("ended", this.run);
    }
  }

  show(fresh) {
    Object.assign(this.facts, fresh);
    const { facts } = this;
    const { labels, locale } = this.data;
    const number = (value, options) => (value == null ? "–" : new Intl.NumberFormat(locale, options).format(value));
    const share = (value) => number(value, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const total = facts.epochs * facts.stepsPerEpoch;
    const done = facts.state === "finished" ? 1 : total ? facts.step / total : 0;

    Object.assign(this.root.dataset, { run: this.run || "", state: facts.state });
    this.setText(".state", facts.problem ? labels.problems[facts.problem] : stateText(facts, labels));
    this.setText(".left", facts.state === "running" ? timeLeft(facts, total, labels) : "");
    this.find(".progress").setAttribute("aria-valuenow", Math.round(100 * done));
    this.find(".progress > div").style.width = `${100 * done}%`;
    this.root.classList.toggle("busy", ["connecting", "queued", "preparing", "stopping", "evaluating"].includes(facts.state));
    const fine = { minimumFractionDigits: 3, maximumFractionDigits: 3 };
    this.setFigures([
      [labels.epoch, facts.epoch ? `${number(facts.epoch)} / ${number(facts.epochs)}` : "–"],
      [labels.step, facts.step ? `${number(facts.step)} / ${number(total)}` : "–"],
      [labels.loss, number(facts.loss, fine)],
      [labels.accuracy, share(facts.accuracy)],
      [labels.validationAccuracy, share(facts.validationAccuracy)],
      facts.testAccuracy == null
        ? [labels.rate, number(facts.rate, { maximumSignificantDigits: 2 })]
        : [labels.testAccuracy, share(facts.testAccuracy)],
      [labels.speed, number(facts.speed, { maximumFractionDigits: 0 })],
    ]);
  }

  setText(selector, text) {
    const node = this.find(selector);
    if (node.textContent !== text) node.textContent = text;
  }

  setFigures(rows) {
    const list = this.find("dl");
    if (list.childElementCount !== rows.length) {
      list.replaceChildren(...rows.map(() => {
        const pair = document.createElement("div");
        pair.append(document.createElement("dt"), document.createElement("dd"));
        return pair;
      }));
    }
    rows.forEach(([name, value], index) => {
      const [term, detail] = list.children[index].children;
      if (term.textContent !== name) term.textContent = name;
      if (detail.textContent !== value) detail.textContent = value;
    });
  }

  restyle() {
    if (this.chart) this.draw(() => this.chart.restyle(this.data));
  }

  dispose() {
    this.run = undefined; // whatever is under way finds that nobody follows it any more
    this.stream.dispose();
    this.resizing.disconnect();
    if (this.chart) this.chart.purge();
  }
}

function stateText(facts, labels) {
  if (facts.state === "queued" && facts.position) return labels.queued.replace("{count}", facts.position);
  if (facts.state === "preparing" && labels.phases[facts.phase]) {
    const share = facts.done == null ? "" : ` ${Math.round(100 * facts.done)} %`;
    return labels.phases[facts.phase] + share;
  }
  return labels.states[facts.state] || facts.state;
}

function timeLeft(facts, total, labels) {
  if (!facts.step || !facts.startedAt || !facts.now) return "";
  const seconds = Math.max(0, ((facts.now - facts.startedAt) / facts.step) * (total - facts.step));
  const minutes = Math.floor(seconds / 60);
  const text = minutes ? labels.minutes.replace("{m}", minutes).replace("{s}", Math.round(seconds % 60)) : labels.seconds.replace("{s}", Math.round(seconds));
  return labels.left.replace("{time}", text);
}

// The run's event stream. A browser opens six connections per host over all its tabs, so a hidden tab gives its own back.
class Stream {
  constructor(receive, fail) {
    this.receive = receive;
    this.fail = fail;
    this.last = 0;
    this.visibility = () => (document.hidden ? this.pause() : this.url && !this.source && this.connect());
    document.addEventListener("visibilitychange", this.visibility);
  }

  open(url) {
    this.close();
    this.url = url;
    if (!document.hidden) this.connect();
  }

  connect() {
    const address = new URL(this.url, document.baseURI);
    address.searchParams.set("after", this.last);
    this.source = new EventSource(address);
    const take = (event) => {
      this.last = Number(event.lastEventId) || this.last;
      this.receive(JSON.parse(event.data), event.type === "end");
    };
    this.source.addEventListener("frame", take);
    this.source.addEventListener("end", take);
    this.source.addEventListener("error", () => this.fail(this.source && this.source.readyState === EventSource.CLOSED ? "gone" : "reconnecting"));
  }

  pause() {
    if (this.source) this.source.close();
    this.source = null;
  }

  close() {
    this.pause();
    this.url = null;
    this.last = 0;
  }

  dispose() {
    this.close();
    document.removeEventListener("visibilitychange", this.visibility);
  }
}
