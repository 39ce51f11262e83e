// What happened on the way, as lines across the curves: another learning rate, a continuation, trouble.

const MOST_WORDS = 12; // marks that are also named; the others keep their line

const CLOSE = 0.03; // of the x axis: words of marks this close to each other would lie on one another
const AT_THE_EDGE = 0.06; // of the x axis: no room for words to the left

// Shapes and annotations for both plots.
function marksOn(course, data, view, ink, length) {
  const shapes = [], annotations = [];
  const groups = closeTogether(course.marks.map((mark) => ({ ...mark, x: course.place(mark.step, view.x) })).filter(({ x }) => x != null), CLOSE * length);
  groups.forEach((marks, index) => {
    const color = marks.some((mark) => data.labels.marks[mark.sort]?.broken) ? ink.broken : ink.muted;
    const words = [...new Set(marks.map((mark) => wordsOf(mark, data)))].join(" · ");
    // The words stand where the curves leave room: above a falling loss, below a rising accuracy.
    for (const [axis, y, yanchor] of [["", 1, "top"], ["2", 0, "bottom"]]) {
      for (const x of new Set(marks.map((mark) => mark.x))) {
        shapes.push({ type: "line", xref: `x${axis}`, yref: `y${axis} domain`, x0: x, x1: x, y0: 0, y1: 1, layer: "below", line: { color, width: 1.5, dash: "dot" } });
      }
      if (index >= groups.length - MOST_WORDS) {
        const xanchor = marks[0].x < AT_THE_EDGE * length ? "left" : "right";
        const place = { xref: `x${axis}`, yref: `y${axis} domain`, x: marks[0].x, y, yanchor, xanchor, textangle: -90 };
        annotations.push({ ...place, text: words, showarrow: false, font: { size: 11, color } });
      }
    }
  });
  return { shapes, annotations };
}

// Marks in order of x, those that are no further than `distance` from the first of a group in that group.
function closeTogether(marks, distance) {
  const groups = [];
  for (const mark of [...marks].sort((a, b) => a.x - b.x)) {
    const group = groups[groups.length - 1];
    if (group && mark.x - group[0].x <= distance) group.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function wordsOf(mark, data) {
  const rate = new Intl.NumberFormat(data.locale, { maximumSignificantDigits: 2 });
  const text = data.labels.marks[mark.sort]?.text || mark.sort;
  return text.replace("{rate}", mark.rate == null ? "–" : mark.rate >= 1e-4 ? rate.format(mark.rate) : mark.rate.toExponential(1)).replace("{step}", mark.step);
}
