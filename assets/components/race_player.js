// Plays a recorded frame: at one of a few speeds, in pauses, from any moment on. The clock is the training's own.

const TICK = 100; // milliseconds
const SPEEDS = [1, 4, 16, Infinity];

class Player {
  constructor(node, show) {
    this.node = node;
    this.show = show;
    this.at = 0;
    this.length = 0;
    this.speed = matchMedia("(prefers-reduced-motion: reduce)").matches ? Infinity : 4;
    const group = `race-speed-${++controlsMade}`;
    node.innerHTML = `
      <button type="button" class="play"></button>
      <input type="range" class="scrub" min="0" step="0.1">
      <output></output>
      <fieldset class="segments"><legend></legend>${segments(group, SPEEDS.map(String))}</fieldset>`;
    this.button = node.querySelector(".play");
    this.scrub = node.querySelector(".scrub");
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    node.querySelector(".segments").addEventListener("change", (event) => {
      this.speed = Number(event.target.value);
      if (this.playing) this.play();
    });
    node.querySelector(`[value="${this.speed}"]`).checked = true;
  }

  label(labels, locale) {
    this.labels = labels;
    this.number = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.node.setAttribute("aria-label", labels.group);
    this.scrub.setAttribute("aria-label", labels.scrub);
    this.node.querySelector("legend").textContent = labels.speed;
    for (const input of this.node.querySelectorAll(".segments input")) input.nextElementSibling.textContent = input.value === "Infinity" ? labels.once : `${input.value}×`;
    this.tell();
  }

  open(frame) {
    this.frame = frame;
    this.length = lengthOf(frame);
    this.scrub.max = this.length;
    this.at = 0;
    this.play();
  }

  get playing() {
    return this.ticking != null;
  }

  get over() {
    return this.at >= this.length;
  }

  play() {
    if (this.over) this.at = 0;
    this.pause();
    if (this.speed === Infinity) return this.seek(this.length);
    let before = performance.now();
    this.ticking = setInterval(() => {
      const now = performance.now();
      const at = this.at + ((now - before) / 1000) * this.speed;
      before = now;
      if (at >= this.length) this.stopClock();
      this.seek(at);
    }, TICK);
    this.seek(this.at);
  }

  pause() {
    this.stopClock();
    this.tell();
  }

  stopClock() {
    clearInterval(this.ticking);
    this.ticking = null;
  }

  seek(at) {
    this.at = Math.min(at, this.length);
    this.tell();
    if (this.frame) this.show(upTo(this.frame, this.at));
  }

  tell() {
    if (!this.labels) return;
    this.scrub.value = this.at;
    const words = this.labels.at.replace("{at}", this.number.format(this.at)).replace("{length}", this.number.format(this.length));
    setText(this.node.querySelector("output"), words);
    this.scrub.setAttribute("aria-valuetext", words);
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.playing ? this.labels.pause : this.over ? this.labels.again : this.labels.play);
  }

  close() {
    this.stopClock();
    this.frame = null;
  }
}
