// What the run's state and figures are called.

function stateWords(facts, course, data) {
  const { labels, locale } = data;
  const step = new Intl.NumberFormat(locale).format(course.last?.step ?? 0);
  if (data.asked && isPending(data.asked, facts, course)) return data.asked.text;
  if (facts.state === "queued") return data.waiting || labels.states.queued;
  if (facts.state === "preparing" && labels.phases[facts.phase]) {
    return labels.phases[facts.phase] + (facts.done == null ? "" : ` ${Math.round(100 * facts.done)}%`);
  }
  return (labels.states[facts.state] || facts.state).replace("{step}", step);
}

// Whether what a person asked for may still come: it has not been heard to have happened, and there are batches to come.
function isPending(asked, facts, course) {
  if (!["running", "paused"].includes(facts.state) || asked.states.includes(facts.state)) return false;
  return !asked.kinds.some((kind) => course.heard[kind] > asked.after);
}

function besides(facts, course, data) {
  const { labels, locale } = data;
  const left = facts.state === "running" ? timeLeft(facts, course, labels) : "";
  const saved = course.saved ? labels.saved.replace("{step}", new Intl.NumberFormat(locale).format(course.saved.step)) : "";
  return [left, facts.state === "finished" ? "" : saved].filter(Boolean).join(" · ");
}

function timeLeft(facts, course, labels) {
  const { last } = course;
  if (!last || !facts.startedAt) return "";
  const passed = last.seconds ?? facts.now - facts.startedAt;
  const seconds = Math.max(0, (passed / last.step) * (stepsAtMost(facts, course) - last.step));
  const minutes = Math.floor(seconds / 60);
  const text = minutes ? labels.minutes.replace("{m}", minutes).replace("{s}", Math.round(seconds % 60)) : labels.seconds.replace("{s}", Math.round(seconds));
  return labels.left.replace("{time}", text);
}

function stepsAtMost(facts, course) {
  return course.epochsAtMost ? course.epochsAtMost * course.stepsPerEpoch : 0;
}

// Name and value of each figure, in the order they stand.
function figuresOf(facts, course, data) {
  const { labels, locale } = data;
  const { last } = course;
  const number = (value, options) => (value == null ? "–" : new Intl.NumberFormat(locale, options).format(value));
  const share = (value) => (value == null ? "–" : `${(100 * value).toFixed(1)}%`); // as resnet/wording.py rounds
  const tiny = (value) => (value != null && value < 1e-4 ? value.toExponential(1) : number(value, { maximumSignificantDigits: 2 }));
  const digits = (value) => (value < 100 ? 3 : 0);
  const loss = (value) => (value >= 1e6 ? value.toExponential(1) : number(value, { minimumFractionDigits: digits(value), maximumFractionDigits: digits(value) }));
  const validated = course.epochs[course.epochs.length - 1];
  return [
    [labels.epoch, last ? `${number(last.epoch)} / ${number(course.epochsAtMost)}` : "–"],
    [labels.step, last ? `${number(last.step)} / ${number(stepsAtMost(facts, course))}` : "–"],
    [labels.loss, loss(last?.loss)],
    [labels.accuracy, share(last?.accuracy)],
    [labels.validationAccuracy, share(validated?.validation_accuracy)],
    facts.testAccuracy == null ? [labels.rate, tiny(course.rate)] : [labels.testAccuracy, share(facts.testAccuracy)],
    [labels.speed, number(facts.speed, { maximumFractionDigits: 0 })],
  ];
}
