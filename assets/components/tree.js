// A table whose lines unfold. Python says which lines there are; a click on one tells Python its path. A line that stays keeps its
// elements, so that neither the focus nor the place one has scrolled to is lost.

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".tree");
  frame.style.height = `${data.height}px`;
  if (!frame.firstElementChild) build(frame);
  const table = frame.firstElementChild;
  table.setAttribute("aria-label", data.title);
  headings(table.tHead, data.headings);
  lines(table.tBodies[0], data.rows);
  frame.open = (path) => setTriggerValue("opened", path);
  const chosen = data.chosen && table.querySelector(`[data-path="${CSS.escape(data.chosen)}"]`);
  if (chosen && frame.chosen !== data.chosen) reveal(frame, chosen);
  frame.chosen = data.chosen;
}

function build(frame) {
  frame.innerHTML = '<table role="treegrid"><thead><tr></tr></thead><tbody></tbody></table>';
  frame.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-path]");
    if (row && row.dataset.opens !== undefined) frame.open(row.dataset.opens);
  });
  frame.addEventListener("keydown", (event) => {
    const rows = [...frame.querySelectorAll("tr[data-path] button:not(:disabled)")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = rows.indexOf(event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    rows[here + step]?.focus();
  });
}

function headings(head, words) {
  const row = head.rows[0];
  while (row.cells.length < words.length) row.append(document.createElement("th"));
  words.forEach((word, index) => {
    row.cells[index].scope = "col";
    set(row.cells[index], word);
  });
}

/** Make the body hold these lines, keeping those that are there already. */
function lines(body, rows) {
  const kept = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  rows.forEach((wanted, index) => {
    const row = kept.get(wanted.key) ?? newLine(wanted);
    kept.delete(wanted.key);
    if (wanted.sums) fillSums(row, wanted);
    else fillLine(row, wanted);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  for (const gone of kept.values()) gone.remove();
}

function newLine(wanted) {
  const row = document.createElement("tr");
  row.dataset.key = wanted.key;
  if (wanted.sums) {
    row.className = "sums";
    row.innerHTML = '<td><dl></dl></td>';
  } else {
    row.innerHTML = '<th scope="row"><button type="button"><span class="mark"></span><span class="name"></span></button><span class="kind"></span></th>';
  }
  return row;
}

function fillLine(row, wanted) {
  row.className = wanted.chosen ? "chosen" : "";
  row.dataset.path = wanted.path ?? "";
  if (wanted.opens === null) delete row.dataset.opens;
  else row.dataset.opens = wanted.opens;
  row.setAttribute("aria-level", wanted.level + 1);
  const [head, button] = [row.cells[0], row.querySelector("button")];
  head.style.setProperty("--level", wanted.level);
  button.disabled = wanted.opens === null;
  if (wanted.unfolded === null) {
    row.removeAttribute("aria-expanded");
    button.removeAttribute("aria-expanded");
  } else {
    row.setAttribute("aria-expanded", wanted.unfolded);
    button.setAttribute("aria-expanded", wanted.unfolded);
  }
  set(button.querySelector(".mark"), wanted.unfolded === null ? "" : wanted.unfolded ? "▾" : "▸");
  set(button.querySelector(".name"), wanted.name);
  set(row.querySelector(".kind"), wanted.kind);
  while (row.cells.length < wanted.cells.length + 1) row.insertCell();
  wanted.cells.forEach((cell, index) => set(row.cells[index + 1], cell));
}

function fillSums(row, wanted) {
  row.cells[0].colSpan = wanted.columns;
  const list = row.querySelector("dl");
  const content = wanted.sums.map(({ title, formula, result, why }) => {
    const term = document.createElement("dt");
    term.textContent = title;
    const value = document.createElement("dd");
    if (formula) {
      value.append(formula, formula.includes("=") ? "  →  " : "  =  ");
    }
    const strong = document.createElement("strong");
    strong.textContent = result;
    value.append(strong);
    if (why) {
      const reason = document.createElement("small");
      reason.textContent = why;
      value.append(reason);
    }
    return [term, value];
  });
  list.replaceChildren(...content.flat());
}

function set(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Scroll the line and what follows from it into the frame, and nothing outside of it. */
function reveal(frame, row) {
  const after = row.nextElementSibling?.classList.contains("sums") ? row.nextElementSibling : row;
  const head = frame.querySelector("thead").offsetHeight;
  const top = row.offsetTop - head;
  const bottom = after.offsetTop + after.offsetHeight;
  if (top < frame.scrollTop || bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = Math.max(0, Math.min(top, bottom - frame.clientHeight + 4), top - 60);
}
