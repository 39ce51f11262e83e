// The clock of the guided lesson: time passed against time planned, and the steps as a row of buttons, the wider the longer.
// It runs in the browser alone. The page is told only what a hand does: another step, or a start from the beginning.

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new Clock(parentElement.querySelector(".clock"));
    views.set(parentElement, view);
  }
  view.update(data, setTriggerValue);
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || (view.dispose(), views.delete(parentElement)), 0);
  };
}

class Clock {
  constructor(frame) {
    this.frame = frame;
    frame.innerHTML = `
      <div class="bar">
        <span class="time" role="timer"><b></b> <small></small></span>
        <button type="button" class="run"></button><button type="button" class="over"></button>
        <span class="due" role="status"></span><span class="left"></span><span class="plan"></span>
      </div>
      <ol></ol><div class="hand" aria-hidden="true"></div>`;
    this.find = (selector) => frame.querySelector(selector);
    this.find(".run").onclick = () => this.toggle();
    this.find(".over").onclick = () => this.begin();
    this.ticking = setInterval(() => this.show(), 500);
  }

  dispose() {
    clearInterval(this.ticking);
  }

  update(data, tell) {
    this.data = data;
    this.tell = tell;
    const kept = read();
    // A session that knows nothing of a lesson is told what this browser remembers of it.
    if (!data.known && !this.told && (kept.step || kept.done?.length)) {
      this.told = true;
      tell("restored", { step: kept.step ?? "", done: kept.done ?? [] });
    } else if (data.known) {
      write({ ...kept, step: data.step, done: data.done });
    }
    this.steps();
    this.show();
  }

  steps() {
    const { steps, step, done, labels, lines } = this.data;
    const list = this.find("ol");
    list.setAttribute("aria-label", labels.steps);
    list.style.setProperty("--lines", lines);
    steps.forEach((one, index) => {
      const item = list.children[index] ?? list.appendChild(newStep());
      const button = item.firstElementChild;
      item.style.flexGrow = one.end - one.start;
      item.classList.toggle("done", done.includes(one.key));
      button.setAttribute("aria-current", one.key === step ? "step" : "false");
      button.setAttribute("aria-label", `${index + 1}. ${one.title}, ${one.minutes}${done.includes(one.key) ? `, ${labels.done}` : ""}`);
      button.title = `${one.title}, ${one.minutes}`;
      set(button.querySelector(".number"), done.includes(one.key) ? `${index + 1} ✓` : `${index + 1}`);
      set(button.querySelector(".name"), one.title);
      set(button.querySelector(".minute"), `${one.start}`);
      button.onclick = () => this.tell("chosen", one.key);
    });
    const open = list.querySelector('[aria-current="step"]')?.parentElement;
    // On a phone the row is wider than the screen.
    if (open && step !== this.opened) list.scrollLeft = open.offsetLeft - list.offsetLeft - list.clientWidth / 3;
    this.opened = step;
  }

  toggle() {
    const kept = read();
    write(kept.since ? { ...kept, before: passed(kept), since: null } : { ...kept, since: Date.now() });
    this.show();
  }

  begin() {
    write({});
    this.tell("over", Date.now());
    this.show();
  }

  show() {
    const { steps, step, labels } = this.data;
    const kept = read();
    const time = passed(kept);
    const whole = steps[steps.length - 1].end * MINUTE;
    set(this.find(".time b"), clock(time));
    set(this.find(".time small"), `/ ${clock(whole)}`);
    this.find(".time").setAttribute("aria-label", labels.clock);
    set(this.find(".run"), kept.since ? labels.pause : time ? labels.resume : labels.start);
    this.find(".run").classList.toggle("primary", !kept.since);
    set(this.find(".over"), labels.over);
    this.find(".over").disabled = !time;

    const due = steps.find((one) => time < one.end * MINUTE);
    const begun = time > 0;
    set(this.find(".due"), !begun ? labels.waiting : due ? labels.due.replace("{step}", due.title) : labels.ended);
    set(this.find(".left"), begun && due ? labels.left.replace("{time}", clock(due.end * MINUTE - time, Math.ceil)) : "");
    set(this.find(".plan"), begun ? this.againstPlan(steps.find((one) => one.key === step), time) : "");
    [...this.find("ol").children].forEach((item, index) => item.classList.toggle("now", begun && steps[index] === due));
    this.find(".hand").style.setProperty("--at", `${this.placeOf(time / MINUTE)}px`);
    this.frame.classList.toggle("running", Boolean(kept.since));
  }

  /** Where a minute lies over the row, in pixels: short steps are wider than their share of it. */
  placeOf(minute) {
    const { steps } = this.data;
    const index = Math.max(0, steps.findLastIndex(({ start }) => start <= minute));
    const { offsetLeft, offsetWidth } = this.find("ol").children[index];
    const { start, end } = steps[index];
    return offsetLeft + offsetWidth * Math.min(1, (minute - start) / (end - start));
  }

  /** How the step that is open stands to the minutes planned for it. */
  againstPlan(open, time) {
    const { labels } = this.data;
    if (!open) return "";
    if (time > open.end * MINUTE) return labels.behind.replace("{time}", clock(time - open.end * MINUTE));
    if (time < open.start * MINUTE) return labels.ahead.replace("{time}", clock(open.start * MINUTE - time));
    return labels.on_plan;
  }
}

function newStep() {
  const item = document.createElement("li");
  item.innerHTML = '<button type="button"><span class="number"></span><span class="minute" aria-hidden="true"></span><span class="name"></span></button>';
  return item;
}
