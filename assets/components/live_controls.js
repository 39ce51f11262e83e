// How the charts are looked at: which of them, how smooth, on which axes. A move shows at once; when the hand rests, `settled` hears of it.

let controlsMade = 0;

class Controls {
  constructor(node, view, { moved, settled }) {
    this.view = view;
    const group = `live-run-${++controlsMade}`;
    node.innerHTML = `
      <fieldset class="segments panels" data-view="panel"><legend></legend>${segments(`${group}-panel`, ["curves", "gradients"])}</fieldset>
      <label class="smoothing"><span></span><input type="range" min="0" max="0.98" step="0.02"><output></output></label>
      <fieldset class="segments" data-view="x"><legend></legend>${segments(`${group}-x`, ["epochs", "steps", "seconds"])}</fieldset>
      <label class="log"><input type="checkbox"><span></span></label>`;
    this.node = node;
    this.range = node.querySelector("[type=range]");
    this.box = node.querySelector("[type=checkbox]");
    const listen = (type, then) => node.addEventListener(type, () => {
      this.view = this.read();
      this.range.nextElementSibling.textContent = this.view.smoothing.toFixed(2);
      then(this.view);
    });
    listen("input", moved);
    listen("change", settled);
    this.set(view);
  }

  read() {
    const chosen = (name) => this.node.querySelector(`[data-view=${name}] :checked`).value;
    return { panel: chosen("panel"), x: chosen("x"), smoothing: Number(this.range.value), log: this.box.checked };
  }

  set(view) {
    this.view = view;
    for (const name of ["panel", "x"]) this.node.querySelector(`[data-view=${name}] [value=${view[name]}]`).checked = true;
    this.range.value = view.smoothing;
    this.range.nextElementSibling.textContent = view.smoothing.toFixed(2);
    this.box.checked = view.log;
  }

  label(labels) {
    this.node.setAttribute("aria-label", labels.view);
    for (const [name, words] of [["panel", labels.panels], ["x", labels.x]]) {
      const field = this.node.querySelector(`[data-view=${name}]`);
      field.querySelector("legend").textContent = labels.legends[name];
      for (const input of field.querySelectorAll("input")) input.nextElementSibling.textContent = words[input.value];
    }
    this.range.previousElementSibling.textContent = labels.smoothing;
    this.box.nextElementSibling.textContent = labels.log;
  }
}

function segments(group, values) {
  return values.map((value) => `<label><input type="radio" name="${group}" value="${value}"><span></span></label>`).join("");
}
