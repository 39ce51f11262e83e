// Plotly, fetched once per page from this server when the first chart needs it, and what all charts of this component have alike.

let plotlyLoading;

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

const PLOT_CONFIG = {
  responsive: false,
  displaylogo: false,
  scrollZoom: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"], // the last would upload it to a service
};

const NARROW = 480; // pixels: less is a phone held upright; live_run.css has the same

// Whether a node has no room for what stands side by side elsewhere.
function narrow(node) {
  return node.clientWidth < NARROW;
}

// Draw a figure as high as its node (live_run.css), as large as the display wants it and with its tools in the reader's language: `data.chart`.
// On a phone the tools would lie on the legend.
function drawOn(library, node, traces, layout, data) {
  const { scale, language } = data.chart;
  const sized = { ...grown(layout, scale), height: node.clientHeight };
  const tools = narrow(node) ? { displayModeBar: false } : {};
  return library.react(node, grown(traces, scale), sized, { ...PLOT_CONFIG, ...tools, ...language });
}

// What is counted in pixels, by Plotly's names; `width` counts for lines alone. resnet/figures/display.py does the same to other figures.
const LENGTHS = new Set(["size", "height", "l", "r", "t", "b", "standoff"]);

function grown(value, scale, name = "", inside = "") {
  if (scale === 1) return value;
  if (Array.isArray(value)) return typeof value[0] === "object" ? value.map((item) => grown(item, scale, "", name)) : value;
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, grown(item, scale, key, name)]));
  const long = typeof value === "number" && (LENGTHS.has(name) || (name === "width" && inside === "line"));
  return long ? value * scale : value;
}

// The theme's colours and the meanings' (resnet/figures/palette.py) on it.
function inks(node, palette) {
  const style = getComputedStyle(node);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = read("--st-background-color", "#ffffff");
  const dark = luminance(background) < 0.5;
  return {
    ...palette[dark ? "dark" : "light"],
    text: read("--st-text-color", "#222222"),
    background,
    grid: dark ? "rgba(255,255,255,.13)" : "rgba(0,0,0,.10)",
    font: style.fontFamily,
  };
}

// Relative luminance, 0 to 1, of a #rrggbb or rgb() colour.
function luminance(color) {
  const hex = color.match(/^#([0-9a-f]{6})/i);
  const parts = hex ? [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16)) : (color.match(/[\d.]+/g) || [255, 255, 255]).slice(0, 3).map(Number);
  return (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]) / 255;
}

function translucent(color, alpha) {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgba(${parts.join(",")},${alpha})`;
}

function frame(ink) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink.text, size: 13, family: ink.font },
    hoverlabel: { bgcolor: ink.background, bordercolor: ink.grid, font: { color: ink.text } },
    modebar: { color: ink.text, activecolor: ink.text, bgcolor: "rgba(0,0,0,0)" },
  };
}

function axisOn(ink) {
  return { gridcolor: ink.grid, zeroline: false, linecolor: ink.grid };
}

// A logarithmic axis for values from `low` to `high`: labelled at 1, 2, 5 of each decade, or at the decades alone where they are many.
function logAxis(low, high, locale) {
  if (!(low > 0 && high > 0)) return { ...logAxis(0.1, 10, locale), range: [-1, 1] };
  const decades = Math.log10(high / low);
  const steps = decades < 2.5 ? [1, 2, 5] : [1];
  const every = Math.ceil(decades / 8);
  const tickvals = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.log10(high) + 1; power++) {
    if (power % every === 0) tickvals.push(...steps.map((step) => step * 10 ** power));
  }
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const words = (value) => (value >= 1e-4 && value < 1e6 ? plain.format(value) : `10<sup>${Math.round(Math.log10(value))}</sup>`);
  return { type: "log", tickmode: "array", tickvals, ticktext: tickvals.map(words) };
}

function extent(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value > 0 && value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// Where a legend stands over a plot and its heading, in shares of the plot's own height; the margins are a screen's pixels.
function overHeading(node, data, { t, b }) {
  return 1 + 25 / Math.max(1, node.clientHeight / data.chart.scale - t - b);
}

function heading(words, x, y = 1.02) {
  return { text: `<b>${words}</b>`, x, xref: "paper", xanchor: "left", y, yref: "paper", yanchor: "bottom", showarrow: false, font: { size: 15 } };
}
