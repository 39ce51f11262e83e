// What a look at a page takes down; tests/e2e/survey.py runs these in it.

({
  /** Text nodes and labels, through shadow roots, each once; not what is code, a formula or a symbol's name. */
  words() {
    const found = new Set();
    const skipped = "script, style, code, pre, .katex, [data-testid=stIconMaterial], noscript";
    const names = ["aria-label", "aria-description", "title", "placeholder", "alt"];
    const note = (text) => found.add(text.replace(/\s+/g, " ").trim());
    const walk = (node) => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) note(child.textContent);
        if (child.nodeType !== Node.ELEMENT_NODE || child.matches(skipped)) continue;
        for (const name of names) if (child.hasAttribute(name)) note(child.getAttribute(name));
        if (child.shadowRoot) walk(child.shadowRoot);
        walk(child);
      }
    };
    walk(document.body);
    found.delete("");
    return [...found];
  },

  /** What reaches over the right edge although nothing around it scrolls or cuts it off, how far the document scrolls sideways, and which
      boxes hold more below than they show. */
  overflow() {
    const wide = [];
    const main = document.querySelector("[data-testid=stMain]");
    const over = (element) => element.getBoundingClientRect().right > innerWidth + 1;
    const frames = (element) => element !== main && getComputedStyle(element).overflowX !== "visible" && !over(element);
    const held = (element) => {
      for (let up = outer(element); up; up = outer(up)) if (frames(up)) return true;
      return false;
    };
    const outer = (element) => element.parentElement ?? element.getRootNode().host;
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) walk(element.shadowRoot);
        const seen = element.getBoundingClientRect().width && getComputedStyle(element).visibility !== "hidden";
        if (seen && over(element) && !held(element)) wide.push(element.outerHTML.slice(0, 120));
      }
    };
    walk(document.body);
    const boxes = [...main.querySelectorAll("[data-testid=stVerticalBlock], [data-testid=stHorizontalBlock], [data-testid=stElementContainer]")];
    // Less than a line is a margin; of pictures there are more than a phone has room for.
    const hides = (box) => box.clientHeight && box.scrollHeight > box.clientHeight + 20 && getComputedStyle(box).overflowY !== "visible";
    const cut = boxes.filter((box) => hides(box) && !box.matches("[class*=st-key-results_answers_]")).map((box) => box.className);
    return { wide, cut, document: document.documentElement.scrollWidth, main: main.scrollWidth - main.clientWidth };
  },
})
