// What happened on the way, as lines across the curves: another learning rate, a continuation, trouble.

const MOST_WORDS = 12; // marks that are also named; the others keep their line

// Shapes and annotations for both plots. Marks of one step share a line and its words.
function marksOn(course, data, view, ink) {
  const byStep = new Map();
  for (const mark of course.marks) byStep.set(mark.step, [...(byStep.get(mark.step) || []), mark]);
  const shapes = [], annotations = [];
  const named = [...byStep.keys()].slice(-MOST_WORDS);
  for (const [step, marks] of byStep) {
    const x = course.place(step, view.x);
    if (x == null) continue;
    const color = marks.some((mark) => data.labels.marks[mark.sort]?.broken) ? ink.broken : ink.muted;
    const words = [...new Set(marks.map((mark) => wordsOf(mark, data)))].join(" · ");
    // The words stand where the curves leave room: above a falling loss, below a rising accuracy.
    for (const [axis, y, yanchor] of [["", 1, "top"], ["2", 0, "bottom"]]) {
      shapes.push({ type: "line", xref: `x${axis}`, yref: `y${axis} domain`, x0: x, x1: x, y0: 0, y1: 1, layer: "below", line: { color, width: 1.5, dash: "dot" } });
      if (named.includes(step)) {
        annotations.push({ text: words, xref: `x${axis}`, yref: `y${axis} domain`, x, y, yanchor, xanchor: "right", textangle: -90, showarrow: false, font: { size: 11, color } });
      }
    }
  }
  return { shapes, annotations };
}

function wordsOf(mark, data) {
  const rate = new Intl.NumberFormat(data.locale, { maximumSignificantDigits: 2 });
  const text = data.labels.marks[mark.sort]?.text || mark.sort;
  return text.replace("{rate}", mark.rate == null ? "–" : mark.rate >= 1e-4 ? rate.format(mark.rate) : mark.rate.toExponential(1)).replace("{step}", mark.step);
}
