// Streamlit's own words in the reader's language. An app can give it no others, so each is said anew where Streamlit writes it.

const ATTRIBUTES = ["aria-label", "title", "placeholder", "data-title"]; // the last is what Plotly's tools show
// What the app or a visitor wrote: choices and cells with their attributes, and Markdown, but for that of Streamlit's labels.
const CHOICES = "[data-tag], [role=option], [role=gridcell], textarea";
const OURS = `${CHOICES}, [data-testid=stMarkdownContainer], [data-testid=stCode]`;
const STREAMLITS = ["stFileUploader", "stElementToolbar", "stTooltipContent", "stHeader"].map((id) => `[data-testid=${id}]`).join();
const NEVER = "script, style, noscript, canvas, .main-svg"; // Plotly's drawings change often, and their words are ours
// On the document, which outlives a component that is loaded again.
const spoken = (document.resnetLabWords ??= { told: "{}", words: new Map(), patterns: [], said: new WeakMap(), watching: null });

/** From now on say the values of `words` for its keys, in which `{field}` stands for any text. */
function speak(words) {
  const told = JSON.stringify(words);
  if (told === spoken.told) return;
  const entries = Object.entries(words);
  spoken.told = told;
  spoken.words = new Map(entries.filter(([english]) => !english.includes("{")));
  spoken.patterns = entries.filter(([english]) => english.includes("{")).map(([english, here]) => [pattern(english), here]);
  sayAll(document.body);
  if (entries.length) spoken.watching ??= watch();
  else {
    spoken.watching?.disconnect();
    spoken.watching = null;
  }
}

function watch() {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, attributeName, addedNodes } of changes) {
      if (type === "attributes") say(target, attributeName);
      else if (type === "characterData") say(target);
      else addedNodes.forEach(sayAll);
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
  return observer;
}

function sayAll(root) {
  if ((root.nodeType === Node.ELEMENT_NODE ? root : root.parentElement)?.closest(NEVER)) return;
  const worth = (node) => (node.nodeType === Node.ELEMENT_NODE && node.matches(NEVER) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, worth);
  for (let node = root; node; node = walk.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) say(node);
    else if (node.nodeType === Node.ELEMENT_NODE) ATTRIBUTES.filter((name) => node.hasAttribute(name)).forEach((name) => say(node, name));
  }
}

/** One text or attribute. What is not changed by Streamlit since goes by the words that Streamlit had there. */
function say(node, attribute = "") {
  const now = attribute ? node.getAttribute(attribute) : node.nodeValue;
  if (!now || (attribute ? node.closest(CHOICES) && !node.matches("button, [role=button]") : isOurs(node.parentElement))) return;
  const before = spoken.said.get(node)?.[attribute];
  const english = before?.here === now ? before.english : now;
  const here = translated(english);
  if (here !== english) spoken.said.set(node, { ...spoken.said.get(node), [attribute]: { english, here } });
  if (here === now) return;
  if (attribute) node.setAttribute(attribute, here);
  else node.nodeValue = here;
}

function isOurs(element) {
  return !element || (element.closest(OURS) !== null && element.closest(STREAMLITS) === null);
}

function translated(english) {
  const words = english.trim();
  const whole = spoken.words.get(words);
  if (whole) return english.replace(words, () => whole);
  for (const [form, here] of spoken.patterns) {
    const found = form.exec(english);
    if (found) return here.replace(/\{\w+\}/, () => found[1]);
  }
  return english;
}

function pattern(english) {
  return new RegExp(`^${english.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+)")}$`, "s");
}
