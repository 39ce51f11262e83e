// A curve that the student draws before the data comes: five heights to drag, or to move with the arrow keys.

const HEIGHTS = 5;

class Guess {
  constructor(node, { moved, settled }) {
    this.node = node;
    node.hidden = true; // until there is a chart to draw in
    this.heights = null;
    this.unheard = null; // what was drawn last, as JSON, until Python says it back
    this.handles = Array.from({ length: HEIGHTS }, (_, place) => this.handle(place));
    node.replaceChildren(...this.handles);
    this.moved = moved;
    this.settled = settled;
  }

  handle(place) {
    const handle = document.createElement("div");
    handle.className = "handle";
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-orientation", "vertical");
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus({ preventScroll: true });
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && this.set(place, this.heightAt(event.clientY)));
    handle.addEventListener("pointerup", () => this.settled(this.heights));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowLeft: -0.05, PageUp: 0.5, PageDown: -0.5, Home: -9, End: 9 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.set(place, this.heights[place] + by);
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.settled(this.heights), 400);
    });
    return handle;
  }

  // What Python says of the curve, but for a change on its way there: a page that is made anew for another reason takes nothing back.
  kept(guess) {
    if (!guess.heights || JSON.stringify(guess.heights) === this.unheard) this.unheard = null;
    return this.unheard ? { ...guess, heights: JSON.parse(this.unheard) } : guess;
  }

  // Where the handles stand over the plot, whose axes are `scale`; hidden where there is nothing to draw, or no more.
  show(open, heights, scale, view, { labels, steps, chart }) {
    this.zoom = chart.scale;
    this.heights = heights && [...heights];
    this.scale = scale;
    this.log = view.log;
    this.node.hidden = !open || !heights || view.x !== "steps" || !scale;
    if (this.node.hidden) return;
    const { l, r, t } = this.margins;
    const wide = this.node.clientWidth - l - r;
    this.handles.forEach((handle, place) => {
      const height = this.heights[place];
      handle.style.left = `${l + (wide * place) / (HEIGHTS - 1)}px`;
      handle.style.top = `${t + this.tall * (1 - this.share(height))}px`;
      handle.setAttribute("aria-valuemin", 0);
      handle.setAttribute("aria-valuemax", scale.high.toFixed(2));
      handle.setAttribute("aria-valuenow", height.toFixed(2));
      handle.setAttribute("aria-label", labels.handle.replace("{step}", Math.round((place * steps) / (HEIGHTS - 1))));
    });
  }

  // In pixels on this display, as Plotly has them.
  get margins() {
    return Object.fromEntries(Object.entries(RACE_MARGIN).map(([side, width]) => [side, this.zoom * width]));
  }

  get tall() {
    return this.node.clientHeight - this.zoom * (RACE_MARGIN.t + RACE_MARGIN.b);
  }

  share(height) {
    const { low, high } = this.scale;
    return Math.min(1, Math.max(0, this.log ? Math.log(Math.max(height, low) / low) / Math.log(high / low) : height / high));
  }

  heightAt(clientY) {
    const { low, high } = this.scale;
    const share = Math.min(1, Math.max(0, 1 - (clientY - this.node.getBoundingClientRect().top - this.margins.t) / this.tall));
    return this.log ? low * (high / low) ** share : share * high;
  }

  set(place, height) {
    this.heights[place] = Math.round(20 * Math.min(this.scale.high / 1.06, Math.max(0.05, height))) / 20;
    this.unheard = JSON.stringify(this.heights);
    this.moved(this.heights);
  }
}
