// The gradient of each kernel by depth: the latest measurement as a line, the ones before it as a band.

class Gradients {
  constructor(node, library) {
    this.node = node;
    this.library = library;
  }

  async draw(course, data) {
    const ink = inks(this.node, data.palette);
    const latest = course.gradients[course.gradients.length - 1];
    await drawOn(this.library, this.node, latest ? this.traces(course, latest, data, ink) : [], this.layout(course, data, ink), data);
    Object.assign(this.node.dataset, { measurements: course.gradients.length, step: latest?.step ?? "" });
    this.node.setAttribute("aria-label", latest ? this.spoken(latest, data) : noneWords(this.node, data.labels));
  }

  spoken(latest, data) {
    const number = new Intl.NumberFormat(data.locale, { maximumSignificantDigits: 2 });
    const known = latest.norms.filter((norm) => norm != null);
    const { alt } = data.labels.gradients;
    return alt
      .replace("{step}", latest.step)
      .replace("{layers}", latest.norms.length)
      .replace("{first}", number.format(known[0]))
      .replace("{last}", number.format(known[known.length - 1]))
      .replace("{least}", number.format(Math.min(...known)))
      .replace("{most}", number.format(Math.max(...known)));
  }

  traces(course, latest, data, ink) {
    const { labels } = data;
    const x = latest.norms.map((_, i) => i + 1);
    const column = (pick) => x.map((_, i) => {
      const values = course.gradients.map(({ norms }) => norms[i]).filter((norm) => norm > 0);
      return values.length ? pick(...values) : null;
    });
    const edge = { type: "scatter", mode: "lines", x, line: { width: 0, color: ink.curve }, hoverinfo: "skip" };
    return [
      { ...edge, y: column(Math.min), showlegend: false },
      { ...edge, y: column(Math.max), fill: "tonexty", fillcolor: translucent(ink.curve, 0.2), name: labels.gradients.recent.replace("{count}", course.gradients.length) },
      {
        type: "scatter",
        mode: "lines+markers",
        x,
        y: latest.norms.map((norm) => (norm > 0 ? norm : null)),
        customdata: course.layers,
        name: labels.gradients.latest.replace("{step}", new Intl.NumberFormat(data.locale).format(latest.step)),
        line: { width: 2, color: ink.curve },
        marker: { size: 6, color: ink.curve },
        hovertemplate: "<b>%{customdata}</b><br>%{y:.3g}<extra></extra>",
      },
    ];
  }

  layout(course, data, ink) {
    const { labels } = data;
    const stages = stagesOf(course.layers);
    const axis = axisOn(ink);
    const margin = { l: 56, r: 12, t: 50, b: 36, autoexpand: false };
    const small = narrow(this.node) ? { font: { size: 11 } } : {}; // both names on one line, over the heading
    return {
      ...frame(ink),
      margin,
      uirevision: data.run,
      hovermode: "closest",
      legend: { orientation: "h", x: 1, xanchor: "right", y: overHeading(this.node, data, margin), yanchor: "bottom", ...small },
      annotations: [heading(labels.gradients.heading, 0), ...(course.gradients.length ? [] : [noneNote(this.node, labels, ink)])],
      shapes: stages.slice(1).map(({ from }) => ({ type: "line", xref: "x", yref: "paper", x0: from - 0.5, x1: from - 0.5, y0: 0, y1: 1, layer: "below", line: { color: ink.muted, width: 1, dash: "dot" } })),
      xaxis: {
        ...axis,
        showgrid: false,
        title: { text: labels.gradients.depth, standoff: 4, font: { size: 13 } },
        range: [0.4, Math.max(course.layers.length, 10) + 0.6],
        tickmode: "array",
        tickvals: stages.map(({ from, to }) => (from + to) / 2),
        ticktext: stages.map(({ name }) => stageWords(name, labels.gradients)),
      },
      yaxis: { ...axis, ...logAxis(...extent(course.gradients.flatMap(({ norms }) => norms)), data.locale) },
    };
  }
}

// Why there is no measurement: none yet, or the run ended without one, as one brought from elsewhere may have.
function noneWords(node, { gradients }) {
  const state = node.closest("[data-state]")?.dataset.state;
  return ["finished", "stopped", "interrupted", "failed"].includes(state) ? gradients.never : gradients.none;
}

function noneNote(node, labels, ink) {
  const font = { color: ink.muted, size: narrow(node) ? 10 : 13 }; // on a phone the whole line is to fit
  return { text: noneWords(node, labels), x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false, bgcolor: ink.background, borderpad: 4, font };
}

// Layers are named by their place: "stem_conv", "stage1_block2_conv1", "head_dense". The stages in order, with the layers each spans.
function stagesOf(layers) {
  const stages = [];
  layers.forEach((layer, index) => {
    const name = layer.split("_")[0];
    if (stages[stages.length - 1]?.name !== name) stages.push({ name, from: index + 1 });
    stages[stages.length - 1].to = index + 1;
  });
  return stages;
}

function stageWords(name, labels) {
  const stage = name.match(/^stage(\d+)$/);
  return stage ? labels.stage.replace("{number}", stage[1]) : labels[name] || name;
}
