// A race is one run of several networks: for each of them a Course, which hears its own batches and what is told of it or of all.

class Race {
  constructor(names) {
    this.courses = Object.fromEntries(names.map((name) => [name, new Course()]));
  }

  of(name) {
    return this.courses[name];
  }

  // Any of them: what all have alike is read off the first.
  get first() {
    return Object.values(this.courses)[0];
  }

  get step() {
    return this.first?.last?.step ?? 0;
  }

  take(frame) {
    for (const [name, course] of Object.entries(this.courses)) course.take(partOf(frame, name));
  }

  // The sequence of the last trouble that was told, of whichever network.
  get trouble() {
    return Math.max(0, ...Object.values(this.courses).map(({ trouble }) => trouble?.sequence ?? 0));
  }

  // Where a network's batches stand on the x axis. `shares` of the time that all took together turn it into a network's own.
  places(name, unit, shares) {
    const { step, seconds } = this.courses[name].batches;
    if (unit === "steps") return step;
    return shares ? seconds.map((at) => at * shares[name]) : seconds;
  }

  loss(name) {
    return this.courses[name].batches.loss;
  }
}

function partOf(frame, name) {
  const events = frame.events.filter((event) => !event.network || event.network === name);
  return {
    ...frame,
    events: events.map((event) => (event.kind === "started" ? { ...event, layers: { [name]: event.layers?.[name] || [] } } : event)),
    batches: frame.batches[name] ? { [name]: frame.batches[name] } : {},
  };
}

// A recorded frame as far as it had come at a moment, in seconds of training.
function upTo(frame, seconds) {
  const batches = {};
  let last = 0;
  for (const [name, columns] of Object.entries(frame.batches)) {
    const after = columns.seconds.findIndex((at) => at > seconds);
    const length = after < 0 ? columns.step.length : after;
    batches[name] = Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values.length === columns.step.length ? values.slice(0, length) : values]));
    last = Math.max(last, columns.step[length - 1] ?? 0);
  }
  const over = seconds >= lengthOf(frame);
  const told = (event) => event.kind === "started" || (event.step == null ? over : event.step <= last);
  return { ...frame, anew: true, batches, events: frame.events.filter(told) };
}

function lengthOf(frame) {
  return Math.max(0, ...Object.values(frame.batches).map(({ seconds }) => seconds.at(-1) ?? 0));
}
