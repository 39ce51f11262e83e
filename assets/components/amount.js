// A slider for how much the branch counts, the maps for that amount, and what the whole network says about it. All amounts came in one
// answer, so that nothing is asked while the slider moves: the bars and the maps change in place.

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".amount");
  const slider = frame.querySelector("input");
  frame.told = data;
  frame.classList.toggle("dimmed", data.maps.dimmed);
  put(frame.querySelector("label span"), data.words.slider);
  put(frame.querySelector(".low"), data.words.low);
  put(frame.querySelector(".high"), data.words.high);
  put(frame.querySelector("h3"), data.words.says);
  slider.max = data.amounts.length - 1;
  slider.disabled = !data.probabilities.length;
  if (slider.dataset.begun !== "yes") {
    slider.value = data.amounts.length - 1;
    slider.dataset.begun = "yes";
    slider.addEventListener("input", () => show(frame));
    slider.addEventListener("keydown", (event) => event.stopPropagation()); // the page's own arrow keys lead elsewhere
  }
  const classes = frame.querySelector(".classes");
  while (classes.children.length < data.classes.length) classes.append(newClass());
  show(frame);
}

function newClass() {
  const row = document.createElement("li");
  row.innerHTML = '<span class="name"></span><span class="track"><i class="whole"></i><i class="said"></i></span><span class="share"></span>';
  return row;
}

function show(frame) {
  const data = frame.told;
  const index = Number(frame.querySelector("input").value);
  const amount = data.amounts[index];
  const words = amount.toFixed(2);
  put(frame.querySelector("label output"), `a = ${words}`);
  frame.querySelector("input").setAttribute("aria-valuetext", `a = ${words}`);
  showMaps(frame.querySelector(".maps"), { ...data.maps, grids: mixed(data.maps.grids, amount) });
  const [now, full] = [data.probabilities[index] ?? [], data.probabilities.at(-1) ?? []];
  const best = now.indexOf(Math.max(...now));
  [...frame.querySelectorAll("li")].forEach((row, place) => {
    put(row.querySelector(".name"), place === data.label ? `${data.classes[place]} ✓` : data.classes[place]);
    row.classList.toggle("best", place === best);
    row.querySelector(".said").style.width = `${100 * (now[place] ?? 0)}%`;
    row.querySelector(".whole").style.left = `${100 * (full[place] ?? 0)}%`;
    put(row.querySelector(".share"), now.length ? `${(100 * now[place]).toFixed(1)}%` : "–");
  });
}

/** The grids with a · F(x), its sum with the shortcut and the block's output, in the same whole units. */
function mixed(grids, amount) {
  if (!grids.branch) return grids;
  const of = (units) => ({ ...grids.branch, units });
  const scaled = grids.branch.units.map((value) => Math.round(amount * value));
  const sum = scaled.map((value, place) => value + grids.shortcut.units[place]);
  return { ...grids, scaled: of(scaled), sum: of(sum), y: of(sum.map((value) => Math.max(0, value))) };
}
