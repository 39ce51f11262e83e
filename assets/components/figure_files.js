// Two buttons for each figure, which hand it to the visitor as a file: drawn by Plotly in this browser, whose fonts know the words.

const PIXELS = 2; // of the PNG for one of the page

const shown = new WeakMap(); // by place: its buttons by file, and what they were made for

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".figures");
  const failed = parentElement.querySelector("output");
  failed.textContent = "";
  const words = JSON.stringify(data.figures.map(({ title, name, labels }) => [title, name, labels]));
  // Streamlit calls again whenever anything on the page changes. Only other figures get other buttons: a focused one stays.
  if (shown.get(place)?.words !== words) shown.set(place, { words, buttons: made(place, data.figures, failed) });
  for (const one of data.figures) {
    for (const button of shown.get(place).buttons.get(one.name)) {
      button.disabled = !one.figure;
      button.download = { one, plotly: data.plotly, failed: data.failed };
    }
  }
}

function made(place, figures, failed) {
  const buttons = new Map(figures.map((one) => [one.name, ["svg", "png"].map((format) => button(one, format, failed))]));
  place.replaceChildren(...figures.flatMap((one) => [label(one.title), ...buttons.get(one.name)]));
  return buttons;
}

function label(words) {
  const text = document.createElement("span");
  text.textContent = words;
  return text;
}

// What it hands over is in `download`, which is newer than the button.
function button(one, format, failed) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = format.toUpperCase();
  node.setAttribute("aria-label", one.labels[format]);
  node.onclick = async () => {
    if (node.ariaBusy === "true") return; // a disabled one would lose the keyboard's focus
    const { one, plotly: url, failed: words } = node.download;
    failed.textContent = "";
    node.ariaBusy = "true";
    try {
      const library = await plotly(url);
      const { width, height } = one;
      await library.downloadImage(structuredClone(one.figure), { format, width, height, scale: format === "png" ? PIXELS : 1, filename: one.name });
    } catch {
      failed.textContent = words;
    } finally {
      node.ariaBusy = null;
    }
  };
  return node;
}
