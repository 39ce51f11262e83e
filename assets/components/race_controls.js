// How a race is looked at: losses or gradients, over steps or seconds, on a plain or a logarithmic axis.

class RaceControls {
  constructor(node, view, moved) {
    this.node = node;
    const group = `race-${++controlsMade}`;
    node.innerHTML = `
      <fieldset class="segments" data-view="panel"><legend></legend>${segments(`${group}-panel`, ["curves", "gradients"])}</fieldset>
      <fieldset class="segments" data-view="x"><legend></legend>${segments(`${group}-x`, ["steps", "seconds"])}</fieldset>
      <label class="log"><input type="checkbox"><span></span></label>`;
    this.box = node.querySelector("[type=checkbox]");
    this.box.checked = view.log;
    this.choose("x", view.x);
    this.choose("panel", "curves");
    this.view = this.read();
    node.addEventListener("change", () => {
      this.view = this.read();
      moved();
    });
  }

  choose(name, value) {
    this.node.querySelector(`[data-view=${name}] [value=${value}]`).checked = true;
  }

  read() {
    const chosen = (name) => this.node.querySelector(`[data-view=${name}] :checked`).value;
    return { panel: chosen("panel"), x: chosen("x"), log: this.box.checked };
  }

  // The experiment's own first view: an experiment about gradients begins with them.
  show(panel) {
    this.choose("panel", panel === "gradients" ? "gradients" : "curves");
    this.view = this.read();
  }

  // What there is to look at.
  allow({ gradients, seconds }) {
    this.node.querySelector("[data-view=panel]").hidden = !gradients;
    this.node.querySelector("[data-view=x]").hidden = !seconds;
    if (!gradients) this.choose("panel", "curves");
    if (!seconds) this.choose("x", "steps");
    this.view = this.read();
  }

  label(labels) {
    this.node.setAttribute("aria-label", labels.view);
    const words = { panel: { curves: labels.loss, gradients: labels.byDepth }, x: labels.x };
    for (const [name, legend] of [["panel", labels.legends.panel], ["x", labels.legends.x]]) {
      const field = this.node.querySelector(`[data-view=${name}]`);
      field.querySelector("legend").textContent = legend;
      for (const input of field.querySelectorAll("input")) input.nextElementSibling.textContent = words[name][input.value];
    }
    this.box.nextElementSibling.textContent = labels.log;
  }
}
