// One line of the lesson's clock beside the navigation of other pages, while it runs: what is due, what is left, and the way back.
// Where no clock runs in this browser it stays hidden.

const bars = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const link = parentElement.querySelector("button");
  link.onclick = () => setTriggerValue("back", true);
  link.classList.toggle("projector", data.projector);
  const show = () => {
    const kept = read();
    const time = passed(kept);
    const due = data.steps.find((one) => time < one.end * MINUTE);
    link.hidden = !kept.since;
    set(link.querySelector("b"), clock(time));
    set(link.querySelector("span"), due ? due.title : data.labels.ended);
    set(link.querySelector("small"), due ? data.labels.left.replace("{time}", clock(due.end * MINUTE - time, Math.ceil)) : "");
  };
  clearInterval(bars.get(parentElement));
  bars.set(parentElement, setInterval(show, 500));
  show();
  return () => {
    // Streamlit also cleans up before it calls again; only an element that has left the page is taken apart.
    setTimeout(() => parentElement.isConnected || clearInterval(bars.get(parentElement)), 0);
  };
}
