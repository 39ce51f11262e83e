// Fewer points of the same shape, and a calmer line through them. Both take and give plain columns; null is a value that is no number.

// An exponential moving average, freed of the bias towards its start (as TensorBoard does). 0 <= weight < 1.
function smoothed(values, weight) {
  let sum = 0, share = 0;
  return values.map((value) => {
    if (value == null) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + 1 - weight;
    return sum / share;
  });
}

// Indices of at most about `limit` of the points from..to: of each bucket the lowest and the highest, so that no peak is lost.
function thinned(values, from, to, limit) {
  const indices = [];
  const bucket = Math.ceil((2 * (to - from)) / limit);
  if (bucket <= 2) {
    for (let i = from; i < to; i++) indices.push(i);
    return indices;
  }
  for (let start = from; start < to; start += bucket) {
    let low = start, high = start, gap = -1;
    for (let i = start; i < Math.min(start + bucket, to); i++) {
      if (values[i] == null) gap = i;
      else {
        if (values[low] == null || values[i] < values[low]) low = i;
        if (values[high] == null || values[i] > values[high]) high = i;
      }
    }
    indices.push(...[...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, b) => a - b));
  }
  return indices;
}

const MOST_POINTS = 4000; // drawn of a trace

// The points to draw where the window `range` of the x axis is looked at: all its detail, and the rest in outline.
function inSight(x, values, range) {
  if (values.length <= MOST_POINTS) return values.map((_, i) => i);
  const before = range ? x.findIndex((at) => at >= range[0]) : 0;
  const from = before < 0 ? x.length : before;
  const after = range ? x.findIndex((at) => at > range[1]) : -1;
  const to = after < 0 ? x.length : after;
  const outline = MOST_POINTS / 8;
  return [...thinned(values, 0, from, outline), ...thinned(values, from, to, MOST_POINTS), ...thinned(values, to, x.length, outline)];
}
