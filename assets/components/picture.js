// Two buttons that hand a drawing to the visitor as a file: the SVG as it is, or painted by this browser, whose fonts know the words.

const SCALE = 2; // pixels of the PNG for one unit of the drawing
const FALLBACK = "Sans-serif";
const DOWN = `<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6">
  <path d="M10 3.5v9M6.3 9l3.7 3.7L13.7 9M4 13v3.2h12V13" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export default function ({ data, parentElement }) {
  const [svg, png] = parentElement.querySelectorAll("button");
  label(svg, data.svg_label);
  label(png, data.png_label);
  const failed = parentElement.querySelector("output");
  failed.textContent = "";
  const drawing = withFont(data.svg, getComputedStyle(parentElement.querySelector(".picture")).fontFamily || FALLBACK);
  svg.onclick = () => save(new Blob([drawing], { type: "image/svg+xml" }), `${data.name}.svg`);
  png.onclick = async () => {
    try {
      save(await painted(drawing, data.background), `${data.name}.png`);
    } catch {
      failed.textContent = data.failed;
    }
  };
}

function label(button, words) {
  button.innerHTML = DOWN;
  button.append(words);
}

function withFont(svg, family) {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  parsed.setAttribute("font-family", family);
  const { width, height } = parsed.viewBox.baseVal;
  parsed.setAttribute("width", width);
  parsed.setAttribute("height", height);
  return new XMLSerializer().serializeToString(parsed);
}

async function painted(svg, background) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    const context = canvas.getContext("2d");
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail()), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
