// What a run has said so far, as columns to draw from. A run that went on from a checkpoint takes back what it had said of later steps.

const COLUMNS = ["step", "epoch", "loss", "accuracy", "learning_rate", "seconds"];
const RECENT = 20; // measurements of the gradients that stay in sight

class Course {
  constructor() {
    this.begin();
  }

  begin() {
    this.batches = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    this.epochs = [];
    this.marks = [];
    this.gradients = [];
    this.layers = [];
    this.stepsPerEpoch = 1;
    this.epochsAtMost = null;
    this.heard = {}; // the sequence of the latest event of each kind
    this.trouble = this.measured = this.unsaved = this.saved = null; // the event that is in force
    this.changed = null; // the last change of the learning rate
  }

  get length() {
    return this.batches.step.length;
  }

  // The batch done last, as an object; undefined before the first.
  get last() {
    return this.length ? Object.fromEntries(COLUMNS.map((name) => [name, this.batches[name][this.length - 1]])) : undefined;
  }

  // A frame that tells the run anew takes the place of all that was heard: a server that was killed had sent more than it had kept.
  take(frame) {
    if (frame.anew) this.begin();
    for (const event of frame.events) {
      this.heard[event.kind] = event.sequence;
      this[`on_${event.kind.replace("-", "_")}`]?.(event);
    }
    for (const columns of Object.values(frame.batches)) this.append(columns);
  }

  append(columns) {
    if (!columns.step.length) return;
    this.cutBatches(columns.step[0] - 1);
    for (let i = 0; i < columns.step.length; i++) {
      // A step that comes again was taken back in between.
      if (i && columns.step[i] <= columns.step[i - 1]) this.cutBatches(columns.step[i] - 1);
      for (const name of COLUMNS) this.batches[name].push(columns[name] ? columns[name][i] : null);
    }
  }

  // The learning rate of the next batch, as far as it is known: a change that no batch has felt yet, or that of the last batch.
  get rate() {
    const { last, changed } = this;
    return changed && !(last && last.step > changed.step) ? changed.learning_rate : last?.learning_rate;
  }

  cutBatches(step) {
    let length = this.length;
    while (length && this.batches.step[length - 1] > step) length--;
    if (length < this.length) for (const name of COLUMNS) this.batches[name].length = length;
  }

  on_started(event) {
    this.stepsPerEpoch = event.steps_per_epoch;
    this.epochsAtMost = event.epochs;
    this.layers = Object.values(event.layers || {})[0] || [];
  }

  on_epoch(event) {
    this.epochs.push(event);
  }

  on_rate(event) {
    this.changed = event;
    this.marks.push({ step: event.step, sort: event.cause, rate: event.learning_rate });
  }

  on_gradients(event) {
    this.gradients.push(event);
    if (this.gradients.length > RECENT) this.gradients.shift();
  }

  on_measured(event) {
    this.measured = event;
  }

  on_trouble(event) {
    this.trouble = event;
    this.marks.push({ step: event.step, sort: event.trouble === "plateau" ? "stuck" : event.trouble }); // a plateau also cuts rates
  }

  on_recovered() {
    this.trouble = null;
  }

  on_saved(event) {
    this.saved = event;
    this.unsaved = null;
  }

  on_save_failed(event) {
    this.unsaved = event;
  }

  on_continued(event) {
    const counts = (item) => item.step <= event.step;
    this.cutBatches(event.step);
    // One that had not ended at the checkpoint is told of again.
    this.epochs = this.epochs.filter((epoch) => counts(epoch) && (event.epoch_ended !== false || epoch.step < event.step));
    this.marks = this.marks.filter(counts);
    this.gradients = this.gradients.filter(counts);
    if (this.measured && !counts(this.measured)) this.measured = null;
    this.trouble = null;
    this.marks.push({ step: event.step, sort: "continued" });
    if (this.changed && !counts(this.changed)) this.changed = null;
  }

  // Where a step stands on an axis that counts in `unit`; null where the time is not known.
  place(step, unit) {
    if (unit === "steps") return step;
    if (unit === "epochs") return step / this.stepsPerEpoch;
    const { step: steps, seconds } = this.batches;
    let [low, high] = [0, steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low ? seconds[low - 1] : 0;
  }

  places(unit) {
    return unit === "seconds" ? this.batches.seconds : this.batches.step.map((step) => this.place(step, unit));
  }
}
