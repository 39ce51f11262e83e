// Loss and accuracy of one run in one Plotly figure that grows: points are appended, the figure is never made anew.

let plotlyLoading;

// Plotly comes from this server, once per page, when the first chart needs it.
function plotly(url) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotlyLoading = undefined;
      reject(new Error(`Plotly could not be loaded from ${script.src}`));
    };
    document.head.append(script);
  });
  return plotlyLoading;
}

// Trace order; each has a loss and an accuracy curve.
const SERIES = ["batch", "training", "validation"];

class Chart {
  constructor(node, library) {
    this.node = node;
    this.library = library;
  }

  // An empty figure with its axes in place, so that nothing moves when the first point comes.
  async reset(data) {
    this.top = 0;
    await this.library.react(this.node, this.traces(data), this.layout(data), {
      responsive: false,
      displaylogo: false,
      scrollZoom: false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    });
    this.node.dataset.points = 0;
  }

  // Add what the frames bring. x is the epoch, with the batches of an epoch spread over it.
  async append(frames, stepsPerEpoch) {
    const x = [], y = [], indices = [];
    const add = (series, points) => {
      if (!points.length) return;
      const index = SERIES.indexOf(series);
      const column = (name) => points.map((point) => point[name]);
      x.push(column("x"), column("x"));
      y.push(column("loss"), column("accuracy"));
      indices.push(index, index + SERIES.length);
    };
    const batches = frames.flatMap((frame) => Object.values(frame.batches));
    const epochs = frames.flatMap((frame) => frame.events).filter((event) => event.kind === "epoch");
    add("batch", batches.flatMap(({ step, loss, accuracy }) => step.map((at, i) => ({ x: at / stepsPerEpoch, loss: loss[i], accuracy: accuracy[i] }))));
    add("training", epochs.map(({ epoch, loss, accuracy }) => ({ x: epoch, loss, accuracy })));
    add("validation", epochs.map((event) => ({ x: event.epoch, loss: event.validation_loss, accuracy: event.validation_accuracy })));
    if (!indices.length) return;
    const began = performance.now();
    await this.keepTop(batches.flatMap(({ loss }) => loss));
    await this.library.extendTraces(this.node, { x, y }, indices);
    this.node.dataset.points = this.node.data[0].x.length;
    // The browser often shares its cores with the training: drawing gets a sixth of one at the most. Points wait, none is lost.
    await new Promise((resolve) => setTimeout(resolve, Math.max(150, 5 * (performance.now() - began))));
  }

  // Early validation losses may tower over all others, while batch norm's moving statistics lag: the axis follows the batches.
  async keepTop(losses) {
    const top = losses.reduce((highest, loss) => Math.max(highest, loss ?? 0), this.top);
    if (top <= this.top) return;
    this.top = 1.1 * top;
    await this.library.relayout(this.node, { "yaxis.autorangeoptions.clipmax": this.top });
  }

  restyle(data) {
    const traces = this.traces(data);
    const every = (pick) => traces.map(pick);
    const layout = this.layout(data);
    const keep = {};
    for (const axis of ["xaxis", "xaxis2", "yaxis", "yaxis2"]) {
      const { range, ...rest } = layout[axis];
      for (const [name, value] of Object.entries(rest)) keep[`${axis}.${name}`] = value;
    }
    return this.library.update(
      this.node,
      { name: every((t) => t.name), "line.color": every((t) => t.line.color), "marker.color": every((t) => t.line.color) },
      { ...keep, "font.color": layout.font.color, annotations: layout.annotations, hoverlabel: layout.hoverlabel, modebar: layout.modebar },
    );
  }

  resize() {
    if (this.node.data) this.library.Plots.resize(this.node);
  }

  purge() {
    this.library.purge(this.node);
  }

  colors(data) {
    const style = getComputedStyle(this.node);
    const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    const text = read("--st-text-color", "#222222");
    const dark = luminance(read("--st-background-color", "#ffffff")) < 0.5;
    return { text, background: read("--st-background-color", "#ffffff"), line: data.palette[dark ? "dark" : "light"].curve, grid: dark ? "rgba(255,255,255,.13)" : "rgba(0,0,0,.10)" };
  }

  traces(data) {
    const { line } = this.colors(data);
    const { labels } = data;
    const old = this.node.data || [];
    const style = {
      batch: { mode: "lines", opacity: 0.5, line: { width: 1.2, color: line } },
      training: { mode: "lines+markers", line: { width: 2.5, color: line }, marker: { size: 7, color: line } },
      validation: { mode: "lines+markers", line: { width: 2.5, dash: "dash", color: line }, marker: { size: 8, symbol: "diamond-open", color: line } },
    };
    const trace = (series, axis, format) => ({
      ...style[series],
      type: "scatter",
      name: labels.series[series],
      legendgroup: series,
      showlegend: axis === "",
      x: [],
      y: [],
      xaxis: `x${axis}`,
      yaxis: `y${axis}`,
      hovertemplate: `%{y:${format}}`,
    });
    return [...SERIES.map((series) => trace(series, "", ".3f")), ...SERIES.map((series) => trace(series, "2", ".1%"))];
  }

  layout(data) {
    const { text, background, grid } = this.colors(data);
    const { labels } = data;
    const axis = { gridcolor: grid, zeroline: false, linecolor: grid, fixedrange: false, automargin: true };
    const epochs = { ...axis, title: { text: labels.epoch, standoff: 6 }, range: [0, data.facts.epochs], tick0: 0, dtick: Math.ceil(data.facts.epochs / 10) };
    const heading = (words, x) => ({ text: `<b>${words}</b>`, x, xref: "paper", xanchor: "left", y: 1.02, yref: "paper", yanchor: "bottom", showarrow: false, font: { size: 15 } });
    return {
      height: 360,
      margin: { l: 48, r: 12, t: 62, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, size: 13, family: getComputedStyle(this.node).fontFamily },
      uirevision: data.run || "none",
      hovermode: "x unified",
      hoverlabel: { bgcolor: background, bordercolor: grid, font: { color: text } },
      modebar: { color: text, activecolor: text, bgcolor: "rgba(0,0,0,0)" },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.12, yanchor: "bottom" },
      annotations: [heading(labels.loss, 0), heading(labels.accuracy, 0.54)],
      xaxis: { ...epochs, domain: [0, 0.46] },
      xaxis2: { ...epochs, domain: [0.54, 1], anchor: "y2" },
      yaxis: { ...axis, rangemode: "tozero" },
      yaxis2: { ...axis, anchor: "x2", range: [0, 1.005], tickformat: ".0%" },
    };
  }
}

// Relative luminance, 0 to 1, of a #rrggbb or rgb() colour.
function luminance(color) {
  const hex = color.match(/^#([0-9a-f]{6})/i);
  const parts = hex ? [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16)) : (color.match(/[\d.]+/g) || [255, 255, 255]).slice(0, 3).map(Number);
  return (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]) / 255;
}

