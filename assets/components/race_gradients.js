// The gradient of each kernel by depth, of all networks of a race over each other: the latest measurement, and the ones before as a band.

class RaceGradients {
  constructor(node, library) {
    this.node = node;
    this.library = library;
  }

  async draw(race, data) {
    const ink = inks(this.node, data.palette);
    const measured = data.networks.map((network) => ({ network, course: race.of(network.name) })).filter(({ course }) => course.gradients.length);
    await drawOn(this.library, this.node, measured.flatMap((one) => this.traces(one, data, ink)), this.layout(measured, race, data, ink), data);
    Object.assign(this.node.dataset, { measurements: Math.max(0, ...measured.map(({ course }) => course.gradients.length)) });
    this.node.setAttribute("aria-label", this.spoken(measured, data));
  }

  spoken(measured, data) {
    const { labels, locale } = data;
    if (!measured.length) return noneWords(this.node, labels);
    const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
    const networks = measured.map(({ network, course }) => {
      const { norms, step } = course.gradients.at(-1);
      const known = norms.filter((norm) => norm != null);
      return labels.spoken.gradient.replace("{network}", network.name).replace("{step}", step).replace("{first}", number.format(known[0])).replace("{last}", number.format(known.at(-1)));
    });
    return networks.join(" ");
  }

  traces({ network, course }, data, ink) {
    const color = network.plain ? ink.plain : ink.residual;
    const latest = course.gradients.at(-1);
    const x = latest.norms.map((_, i) => i + 1);
    const column = (pick) => x.map((_, i) => {
      const values = course.gradients.map(({ norms }) => norms[i]).filter((norm) => norm > 0);
      return values.length ? pick(...values) : null;
    });
    const edge = { type: "scatter", mode: "lines", x, line: { width: 0, color }, hoverinfo: "skip", showlegend: false };
    return [
      { ...edge, y: column(Math.min) },
      { ...edge, y: column(Math.max), fill: "tonexty", fillcolor: translucent(color, 0.14) },
      {
        type: "scatter", mode: "lines+markers", x, y: latest.norms.map((norm) => (norm > 0 ? norm : null)), customdata: course.layers,
        name: `${network.name}, ${data.labels.gradients.latest.replace("{step}", latest.step)}`,
        line: { width: 0.7 * widthOf(network.depth), color }, marker: { size: 4, color },
        hovertemplate: "%{customdata}: <b>%{y:.2g}</b>",
      },
    ];
  }

  layout(measured, race, data, ink) {
    const { labels } = data;
    const longest = measured.map(({ course }) => course.layers).sort((a, b) => b.length - a.length)[0] || [];
    const stages = stagesOf(longest);
    const axis = axisOn(ink);
    const high = narrow(this.node); // a line for each network: two names are longer than a phone is wide
    const all = measured.flatMap(({ course }) => course.gradients.flatMap(({ norms }) => norms));
    return {
      ...frame(ink),
      margin: { l: 56, r: 12, t: high ? 16 + 20 * data.networks.length : 34, b: 38, autoexpand: false },
      uirevision: `${data.source}:gradients`,
      hovermode: "x unified",
      legend: { orientation: high ? "v" : "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
      annotations: measured.length ? [] : [noneNote(this.node, labels, ink)],
      shapes: stages.slice(1).map(({ from }) => ({ type: "line", xref: "x", yref: "paper", x0: from - 0.5, x1: from - 0.5, y0: 0, y1: 1, layer: "below", line: { color: ink.muted, width: 1, dash: "dot" } })),
      xaxis: {
        ...axis,
        showgrid: false,
        title: { text: labels.gradients.depth, standoff: 4, font: { size: 13 } },
        unifiedhovertitle: { text: labels.gradients.layer },
        range: [0.4, Math.max(longest.length, 10) + 0.6],
        tickmode: "array",
        tickvals: stages.map(({ from, to }) => (from + to) / 2),
        ticktext: stages.map(({ name }) => stageWords(name, labels.gradients)),
      },
      yaxis: { ...axis, ...logAxis(...extent(all), data.locale), title: { text: labels.gradients.norm, standoff: 6, font: { size: 13 } } },
    };
  }
}
