// The run's event stream. A browser opens six connections per host over all its tabs, so a hidden tab gives its own back.

class Stream {
  constructor(receive, fail) {
    this.receive = receive;
    this.fail = fail;
    this.last = 0;
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
    if (!document.hidden) this.connect();
  }

  connect() {
    const address = new URL(this.url, document.baseURI);
    address.searchParams.set("after", this.last);
    const source = (this.source = new EventSource(address));
    const take = (event) => {
      if (source !== this.source) return; // it was closed while this was on its way
      this.last = Number(event.lastEventId) || this.last;
      this.receive(JSON.parse(event.data), event.type === "end");
    };
    source.addEventListener("frame", take);
    source.addEventListener("end", take);
    source.addEventListener("error", () => source === this.source && this.fail(source.readyState === EventSource.CLOSED ? "gone" : "reconnecting"));
  }

  pause() {
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
