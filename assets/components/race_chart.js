// Training loss of every network of a race in one chart: each batch faint, a calm line through them, as wide as the network is deep.

const CALM = 0.9; // weight of the past in the line through the batches
const GUESSING = Math.log(10); // the loss of ten classes thought equally likely
const LABEL = { size: 12, line: 15, shift: 5 }; // pixels: of type, from one line to the next, from the axis' end
const RACE_MARGIN = { l: 48, r: 128, t: 12, b: 38 };
const PEN = document.createElement("canvas").getContext("2d"); // measures words

class RaceChart {
  constructor(node, library) {
    this.node = node;
    this.library = library;
  }

  async draw(race, data, view) {
    const ink = inks(this.node, data.palette);
    const lines = data.networks.map((network) => this.line(network, race, data, view));
    this.scale = scaleOf(lines, race, data, view);
    const traces = [...this.under(data, view, ink), ...lines.flatMap((line) => this.traces(line, data, ink)), ...this.guess(data, view, ink)];
    await drawOn(this.library, this.node, traces, this.layout(lines, data, view, ink), data);
    this.node.dataset.points = Math.max(0, ...lines.map(({ x }) => x.length));
    this.node.setAttribute("aria-label", spokenLines(lines, race, data));
  }

  line(network, race, data, view) {
    const loss = race.loss(network.name);
    return { network, x: race.places(network.name, view.x, data.shares), loss, calm: calmed(loss, data) };
  }

  traces({ network, x, loss, calm }, data, ink) {
    const color = network.plain ? ink.plain : ink.residual;
    const shown = inSight(x, loss, null);
    const name = network.name;
    return [
      { type: "scatter", mode: "lines", name, x: shown.map((i) => x[i]), y: shown.map((i) => loss[i]), opacity: 0.28, line: { width: 1, color }, hoverinfo: "skip" },
      { type: "scatter", mode: "lines", name, x: shown.map((i) => x[i]), y: shown.map((i) => calm[i]), line: { width: widthOf(network.depth), color }, hovertemplate: "%{y:.2f}" },
    ];
  }

  // Curves to compare with, of a recorded run: they were there before.
  under(data, view, ink) {
    if (view.x !== "steps") return [];
    return data.under.map(({ name, plain, depth, steps, loss }) => ({
      type: "scatter", mode: "lines", name, x: steps, y: calmed(loss, data), opacity: 0.75,
      line: { width: 0.6 * widthOf(depth), color: plain ? ink.plain : ink.residual, dash: "dot" }, hovertemplate: "%{y:.2f}",
    }));
  }

  guess({ guess, steps }, view, ink) {
    if (!guess.heights || view.x !== "steps") return [];
    const x = guess.heights.map((_, i) => (i * steps) / (guess.heights.length - 1));
    return [{ type: "scatter", mode: "lines", name: guess.name, x, y: guess.heights, line: { width: 2, color: ink.text, dash: "dash" }, hovertemplate: "%{y:.2f}" }];
  }

  layout(lines, data, view, ink) {
    const { labels } = data;
    const axis = axisOn(ink);
    const { low, high, end } = this.scale;
    const revision = `${data.source}:${view.x}:${view.log}`;
    const upright = view.log
      ? { ...logAxis(low, high, data.locale), range: [Math.log10(low), Math.log10(high)] }
      : { type: "linear", range: [0, high], nticks: 7 };
    const guessing = { type: "line", xref: "paper", x0: 0, x1: 1, y0: GUESSING, y1: GUESSING, layer: "below", line: { color: ink.muted, width: 1, dash: "dot" } };
    return {
      ...frame(ink),
      margin: { ...RACE_MARGIN, autoexpand: false },
      uirevision: revision,
      showlegend: false,
      hovermode: "x unified",
      hoverdistance: -1,
      shapes: data.classes ? [guessing] : [],
      annotations: this.names(lines, data, view, ink),
      xaxis: { ...axis, title: { text: labels.raceX[data.shares && view.x === "seconds" ? "alone" : view.x], standoff: 4, font: { size: 13 } }, range: [0, end], nticks: 8, unifiedhovertitle: { text: labels.raceHover[view.x] } },
      yaxis: { ...axis, ...upright, title: { text: labels.loss, standoff: 6, font: { size: 13 } } },
    };
  }

  // Each line's name where it ends, guessing among them, pushed apart where they would lie on each other.
  names(lines, data, view, ink) {
    const { low, high, end } = this.scale;
    const tall = this.node.clientHeight / data.chart.scale - RACE_MARGIN.t - RACE_MARGIN.b;
    const share = (value) => (view.log ? Math.log(value / low) / Math.log(high / low) : value / high);
    const number = new Intl.NumberFormat(data.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    const tiny = (value) => (value > 0 && value < 0.01 ? value.toExponential(1) : number.format(value));
    const own = lines.map(({ network, x, calm }) => ({ words: network.name, value: tiny(calm.at(-1)), color: network.plain ? ink.plain : ink.residual, x: x.at(-1), y: calm.at(-1) }));
    const others = view.x === "steps" ? data.under.map(({ name, plain, steps, loss }) => ({ words: name, color: plain ? ink.plain : ink.residual, x: steps.at(-1), y: calmed(loss, data).at(-1) })) : [];
    const guess = data.guess.heights && view.x === "steps" ? [{ words: data.guess.name, color: ink.text, x: end, y: data.guess.heights.at(-1) }] : [];
    const blind = data.classes ? [{ words: data.labels.guessing, color: ink.muted, x: end, y: GUESSING }] : [];
    const placed = [...own, ...others, ...guess, ...blind].filter(({ y }) => y != null && Number.isFinite(y) && y >= 0);
    for (const one of placed) {
      const written = fitted(one, ink.font);
      Object.assign(one, { text: written.join("<br>"), room: written.length * LABEL.line, at: tall * Math.min(1, Math.max(0, share(one.y))) });
    }
    pushedApart(placed, tall);
    return placed.map(({ text, color, x, at }) => ({ text, font: { size: LABEL.size, color }, x, xref: "x", xanchor: "left", align: "left", xshift: LABEL.shift, y: at / tall, yref: "paper", yanchor: "middle", showarrow: false }));
  }
}

// A label in the lines it needs beside the plot, whose margin does not follow it: a name cut short would read as another number.
function fitted({ words, value }, font) {
  const bold = value ? `<b>${value}</b>` : "";
  const wide = (text, weight = "400") => {
    PEN.font = `${weight} ${LABEL.size}px ${font}`;
    return PEN.measureText(text).width;
  };
  const room = RACE_MARGIN.r - LABEL.shift;
  if (wide(words) + (value ? wide(` ${value}`, "700") : 0) <= room) return [bold ? `${words} ${bold}` : words];
  if (bold) return [words, bold];
  // A line may end before a space or behind a mark of Chinese; of these places the one nearest to the middle.
  const ends = [...words.matchAll(/ |(?<=[，：；])/g)].map(({ index }) => index);
  const [end] = ends.sort((a, b) => Math.abs(a - words.length / 2) - Math.abs(b - words.length / 2));
  return end ? [words.slice(0, end), words.slice(end).trim()] : [words];
}

// Labels that would lie on each other, from the lowest to the highest; none beside the axis' numbers, and none above the plot.
function pushedApart(placed, tall) {
  placed.sort((a, b) => a.at - b.at);
  const between = (i) => (placed[i].room + (placed[i - 1]?.room ?? LABEL.line)) / 2;
  for (let i = 0, low = -LABEL.line; i < placed.length; i++) low = placed[i].at = Math.max(placed[i].at, low + between(i));
  for (let i = placed.length - 1, top = tall; i >= 0; i--) {
    placed[i].at = Math.min(placed[i].at, top);
    top = placed[i].at - between(i);
  }
}

// A loss of ten classes jumps from batch to batch; others are drawn as they are.
function calmed(loss, { classes }) {
  return classes ? smoothed(loss, CALM) : loss;
}

function widthOf(depth) {
  return 1.4 + (2.8 * Math.max(0, depth - 14)) / 42;
}

// What the axes span: all the calm lines; single batches may stand out at the top.
function scaleOf(lines, race, data, view) {
  const seen = [...lines.map(({ calm }) => calm), ...data.under.map(({ loss }) => calmed(loss, data)), data.guess.heights || []].flat().filter((value) => value > 0 && Number.isFinite(value));
  const usual = data.classes ? 1.12 * GUESSING : 1.1;
  const high = Math.max(usual, 1.06 * Math.max(...seen, 0));
  const low = Math.min(data.classes ? 0.3 : 0.1, 0.85 * Math.min(...seen, high));
  const longest = Math.max(0, ...lines.map(({ x }) => x.at(-1) || 0));
  const whole = race.step ? (longest * data.steps) / race.step : 1;
  return { low, high, end: view.x === "steps" ? data.steps : Math.max(whole, longest, 1) };
}

function spokenLines(lines, race, data) {
  const { labels, locale } = data;
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const seen = lines.filter(({ calm }) => calm.length);
  if (!seen.length) return labels.spoken.none.replace("{networks}", data.networks.map(({ name }) => name).join(labels.listed));
  const losses = seen.map(({ network, calm }) => `${network.name} ${calm.at(-1) == null ? "–" : number.format(calm.at(-1))}`).join(labels.listed);
  return labels.spoken.lines.replace("{step}", race.step).replace("{steps}", data.steps).replace("{losses}", losses);
}
