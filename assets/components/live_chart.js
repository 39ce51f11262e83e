// Loss and accuracy of one run in one Plotly figure: drawn anew in place whenever there is more to see, never mounted again, a zoom kept.

// Trace order; each has a loss and an accuracy curve, the smoothed line and earlier runs come after them.
const SERIES = ["batch", "training", "validation"];
const EARLIER_DASHES = ["solid", "dot", "dashdot", "longdash", "longdashdot", "2px 6px"];
const MEASURES = [
  { name: "loss", axis: "", format: ".3f" },
  { name: "accuracy", axis: "2", format: ".1%" },
];
// Where the two plots stand, in shares of the paper: side by side, or on a phone one above the other. There the lower one's axis is named for both,
// and the legend is below it, in up to three rows.
const BESIDE = {
  margin: { l: 48, r: 12, t: 50, b: 36, autoexpand: false },
  loss: { heading: [0], x: { domain: [0, 0.46] } },
  accuracy: { heading: [0.54], x: { domain: [0.54, 1] } },
};
const STACKED = {
  margin: { l: 48, r: 12, t: 30, b: 106, autoexpand: false },
  loss: { heading: [0, 1.01], x: { title: { text: "" } }, y: { domain: [0.56, 1] } },
  accuracy: { heading: [0, 0.45], y: { domain: [0, 0.44] } },
  legend: { x: 0, xanchor: "left", y: 0, yref: "container", tracegroupgap: 0 },
};

class Chart {
  constructor(node, library) {
    this.node = node;
    this.library = library;
  }

  async draw(course, data, view) {
    const ink = inks(this.node, data.palette);
    const traces = this.traces(course, data, view, ink);
    await drawOn(this.library, this.node, traces, this.layout(course, data, view, ink), data);
    Object.assign(this.node.dataset, { points: course.length, marks: course.marks.length });
    if (this.listening) return;
    this.listening = true;
    // A closer look at a long run shows what its outline left out.
    this.node.on("plotly_relayout", () => course.length > MOST_POINTS && this.zoomed?.());
  }

  // The part of the x axis that is looked at; null for all of it.
  window(view) {
    const axis = this.node._fullLayout?.xaxis;
    return axis && !axis.autorange && this.unit === view.x ? axis.range : null;
  }

  traces(course, data, view, ink) {
    const range = this.window(view);
    this.unit = view.x;
    const x = course.places(view.x);
    const own = MEASURES.flatMap((measure) => SERIES.map((series) => this.series(series, measure, { course, data, view, ink, x, range })));
    const calm = view.smoothing > 0 ? MEASURES.map((measure) => this.calm(measure, { course, data, view, ink, x, range })) : [];
    const earlier = data.earlier.flatMap((run, index) => MEASURES.map((measure) => this.earlier(run, index, measure, view, ink)));
    return [...own, ...calm, ...earlier];
  }

  series(series, measure, { course, data, view, ink, x, range }) {
    const faint = view.smoothing > 0 ? 0.35 : 0.6;
    const many = course.epochs.length > 30;
    const style = {
      batch: { mode: "lines", opacity: faint, line: { width: 1.2, color: ink.curve } },
      training: { mode: "lines+markers", line: { width: 2.5, color: ink.curve }, marker: { size: many ? 3 : 7, color: ink.curve } },
      validation: { mode: "lines+markers", line: { width: 2.5, dash: "dash", color: ink.curve }, marker: { size: many ? 4 : 8, symbol: "diamond-open", color: ink.curve } },
    }[series];
    const values = course.batches[measure.name];
    const shown = series === "batch" ? inSight(x, values, range) : [];
    const field = series === "validation" ? `validation_${measure.name}` : measure.name;
    return {
      ...base(measure, data.labels.series[series], series),
      ...style,
      x: series === "batch" ? shown.map((i) => x[i]) : course.epochs.map((epoch) => course.place(epoch.step, view.x)),
      y: series === "batch" ? shown.map((i) => values[i]) : course.epochs.map((epoch) => epoch[field]),
    };
  }

  calm(measure, { course, data, view, ink, x, range }) {
    const values = smoothed(course.batches[measure.name], view.smoothing);
    const shown = inSight(x, values, range);
    const line = { width: 1.8, color: ink.curve };
    return { ...base(measure, data.labels.series.smoothed, "smoothed"), mode: "lines", line, x: shown.map((i) => x[i]), y: shown.map((i) => values[i]) };
  }

  earlier(run, index, measure, view, ink) {
    return {
      ...base(measure, run.name, run.id),
      mode: "lines",
      legend: "legend2",
      zorder: -1,
      opacity: 0.85,
      line: { width: 1.3, color: ink.muted, dash: EARLIER_DASHES[index % EARLIER_DASHES.length] },
      x: run[view.x],
      // A point stands for `stride` batches, and so has the weight of as many.
      y: smoothed(run[measure.name], view.smoothing ** run.stride),
    };
  }

  layout(course, data, view, ink) {
    const { labels } = data;
    const epochs = course.epochsAtMost || data.facts.epochs;
    const long = { epochs, steps: epochs * course.stepsPerEpoch }[view.x];
    const revision = `${data.run}:${view.x}`;
    const { margin, loss, accuracy, legend } = narrow(this.node) ? STACKED : BESIDE;
    const axis = axisOn(ink);
    const along = {
      ...axis,
      uirevision: revision,
      title: { text: labels.x[view.x], standoff: 4, font: { size: 13 } },
      unifiedhovertitle: { text: labels.xHover[view.x] },
      ...(long && (view.x === "epochs" || course.length) ? { range: [0, 1.02 * long], autorange: false } : { autorange: true, rangemode: "tozero" }),
      ...(view.x === "epochs" ? { tickmode: "linear", tick0: 0, dtick: Math.ceil(epochs / 10) } : { tickmode: "auto", nticks: 6 }),
    };
    // Early validation losses may tower over all others, while batch norm's moving statistics lag: the axis follows the batches.
    const [low, high] = extent(course.batches.loss);
    const top = high > 0 ? { clipmax: 1.1 * high } : {};
    const upright = view.log ? logAxis(low, high, data.locale) : { type: "linear", tickmode: "auto", rangemode: "tozero" };
    const marks = marksOn(course, data, view, ink, long || course.place(course.last?.step ?? 0, view.x) || 1);
    return {
      ...frame(ink),
      margin,
      uirevision: revision,
      hovermode: "x unified",
      hoverdistance: -1,
      legend: { orientation: "h", x: 1, xanchor: "right", y: overHeading(this.node, data, margin), yanchor: "bottom", ...legend },
      legend2: { x: 1, xanchor: "right", y: 0.02, yanchor: "bottom", bgcolor: translucent(ink.page, 0.75), font: { size: 11 } },
      annotations: [heading(labels.loss, ...loss.heading), heading(labels.accuracy, ...accuracy.heading), ...marks.annotations],
      shapes: marks.shapes,
      xaxis: { ...along, ...loss.x },
      xaxis2: { ...along, ...accuracy.x, anchor: "y2", matches: "x" },
      yaxis: { ...axis, ...upright, uirevision: `${revision}:${view.log}`, autorangeoptions: top, ...loss.y },
      yaxis2: { ...axis, anchor: "x2", range: [0, 1.005], tickformat: ".0%", uirevision: data.run, ...accuracy.y },
    };
  }
}

function base(measure, name, group) {
  return {
    type: "scatter",
    name,
    legendgroup: group,
    showlegend: measure.axis === "",
    xaxis: `x${measure.axis}`,
    yaxis: `y${measure.axis}`,
    hovertemplate: `%{y:${measure.format}}`,
    connectgaps: false,
  };
}
