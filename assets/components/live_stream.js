// The run's event stream. A browser opens six connections per host over all its tabs, so a hidden tab gives its own back.

const SOONEST = 2000; // milliseconds until another try; twice as many each time, up to
const LATEST = 30000;

class Stream {
  constructor(receive, fail) {
    this.receive = receive;
    this.fail = fail;
    this.last = 0;
    this.patience = SOONEST;
    this.visibility = () => (document.hidden ? this.pause() : this.url && !this.source && this.connect());
    document.addEventListener("visibilitychange", this.visibility);
  }

  // Begin at the beginning.
  open(url) {
    this.close();
    this.last = 0;
    this.reopen(url);
  }

  // Go on after the last event that was heard: a run that had ended continues.
  reopen(url) {
    this.close();
    this.url = url;
    this.patience = SOONEST;
    if (!document.hidden) this.connect();
  }

  connect() {
    const address = new URL(this.url, document.baseURI);
    address.searchParams.set("after", this.last);
    const source = (this.source = new EventSource(address));
    const take = (event) => {
      if (source !== this.source) return; // it was closed while this was on its way
      this.last = event.lastEventId === "" ? this.last : Number(event.lastEventId);
      this.patience = SOONEST;
      this.receive(JSON.parse(event.data), event.type === "end");
    };
    source.addEventListener("frame", take);
    source.addEventListener("end", take);
    source.addEventListener("error", () => source === this.source && this.lost(source, address));
  }

  // A browser tries again by itself where a connection breaks, and never where the answer was no stream: then this does, unless there is
  // no such run. A history that cannot be read, or a proxy whose server is away, may be back in a moment.
  async lost(source, address) {
    if (source.readyState !== EventSource.CLOSED) return this.fail("reconnecting");
    const unknown = (await statusOf(address)) === 404;
    if (source !== this.source) return;
    this.fail(unknown ? "gone" : "reconnecting");
    if (unknown) return;
    this.again = setTimeout(() => this.connect(), this.patience);
    this.patience = Math.min(2 * this.patience, LATEST);
  }

  pause() {
    clearTimeout(this.again);
    if (this.source) this.source.close();
    this.source = null;
  }

  close() {
    this.pause();
    this.url = null;
  }

  dispose() {
    this.close();
    document.removeEventListener("visibilitychange", this.visibility);
  }
}

// What the server answers, 0 where nobody does. An EventSource keeps that to itself.
async function statusOf(address) {
  const asking = new AbortController();
  try {
    return (await fetch(address, { signal: asking.signal, cache: "no-store" })).status;
  } catch {
    return 0;
  } finally {
    asking.abort(); // it may be a stream by now
  }
}
