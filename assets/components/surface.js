// A figure of Plotly's that grows under the eye: drawn anew in its place whenever Python has measured more of it.
// live_plotly.js stands before this file.

const surfaces = new WeakMap();

export default function ({ data, parentElement }) {
  let surface = surfaces.get(parentElement);
  if (!surface) surfaces.set(parentElement, (surface = new Surface(parentElement)));
  surface.update(data);
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (surface.dispose(), surfaces.delete(parentElement)), 0);
  };
}

class Surface {
  constructor(parent) {
    this.plot = document.createElement("div");
    this.plot.className = "surface";
    this.plot.setAttribute("role", "img");
    parent.append(this.plot);
    this.drawing = Promise.resolve();
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.plot);
  }

  update(data) {
    this.data = data;
    this.plot.style.height = `${data.height}px`;
    this.plot.setAttribute("aria-label", data.alt);
    this.draw();
  }

  // Plotly's calls return promises; they are made one after the other, the last data at last.
  draw() {
    this.drawing = this.drawing.then(() => this.drawn()).catch((error) => console.error(error));
  }

  async drawn() {
    const { figure, language, plotly: url } = this.data ?? {};
    const width = this.plot.clientWidth;
    if (!figure || !width || (figure === this.figure && width === this.width)) return;
    const library = await plotly(url);
    const { data, layout } = JSON.parse(figure);
    const font = { ...layout.font, family: getComputedStyle(this.plot).fontFamily };
    await library.react(this.plot, data, { ...layout, width, font }, { displayModeBar: false, responsive: false, ...language });
    [this.figure, this.width, this.library] = [figure, width, library];
    this.plot.dataset.drawn = (Number(this.plot.dataset.drawn) || 0) + 1;
  }

  dispose() {
    this.resizing.disconnect();
    this.library?.purge(this.plot);
  }
}
