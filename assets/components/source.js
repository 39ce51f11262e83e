// Source text with some of its lines lit. The first of them is scrolled into sight, within its own frame.

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".source");
  frame.setAttribute("aria-label", data.title);
  frame.classList.toggle("numbered", data.numbered);
  frame.style.height = data.height ? `${data.height}px` : "";
  const lit = new Set(data.lit);
  const lines = data.lines.map((words, number) => {
    const line = document.createElement(lit.has(number) ? "mark" : "span");
    line.textContent = `${words}\n`;
    line.style.setProperty("--indent", words.search(/\S|$/) + 4); // of what is wrapped, in letters
    return line;
  });
  frame.firstElementChild.replaceChildren(...lines);
  const first = frame.querySelector("mark");
  if (!first) return;
  const [outer, box] = [frame.getBoundingClientRect(), first.getBoundingClientRect()];
  if (box.top < outer.top || box.bottom > outer.bottom) frame.scrollTop += box.top - outer.top - outer.height / 3;
}
