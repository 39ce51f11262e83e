// Two buttons for each figure, which hand it to the visitor as a file: drawn by Plotly in this browser, whose fonts know the words.

const PIXELS = 2; // of the PNG for one of the page

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".figures");
  const failed = parentElement.querySelector("output");
  failed.textContent = "";
  place.replaceChildren(
    ...data.figures.flatMap((one) => [
      words(one.title),
      button(data, one, "svg", failed),
      button(data, one, "png", failed),
    ]),
  );
}

function words(title) {
  const label = document.createElement("span");
  label.textContent = title;
  return label;
}

function button(data, one, format, failed) {
  const made = document.createElement("button");
  made.type = "button";
  made.disabled = !one.figure;
  made.textContent = format.toUpperCase();
  made.setAttribute("aria-label", one.labels[format]);
  made.onclick = async () => {
    failed.textContent = "";
    made.disabled = true;
    try {
      const library = await plotly(data.plotly);
      const { width, height } = one;
      await library.downloadImage(structuredClone(one.figure), { format, width, height, scale: format === "png" ? PIXELS : 1, filename: one.name });
    } catch {
      failed.textContent = data.failed;
    } finally {
      made.disabled = false;
    }
  };
  return made;
}
