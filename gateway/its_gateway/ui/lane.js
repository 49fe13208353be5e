// A candidate on its way: its steps, where it came from, and what became of it.
export class Lane {
  constructor(id, slot, born, parent) {
    this.id = id;
    this.slot = slot;
    this.born = born; // the column of its first step
    this.parent = parent; // the candidate that it was copied from, or null
    this.steps = []; // {text, tokens, score}
    this.dropped = false;
    this.due = null; // how often it was to go on at its last resampling
    this.places = new Map(); // column -> how many places it got after that step, where that wasn't one
    this.ended = null; // {answer, reason, tokens, text}
    this.score = null;
    this.votes = null;
    this.weight = null;
    this.chosen = false;
  }

  get end() {
    return this.born + this.steps.length;
  }

  get state() {
    if (this.chosen) return "the answer";
    if (this.dropped) return "dropped";
    return this.ended ? "finished" : "growing";
  }

  // Why it isn't there any more, in words; empty while it is.
  get fate() {
    if (!this.dropped) return "";
    const when = `Dropped after step ${this.end}`;
    if (this.due === null) return `${when}: others looked better.`;
    return `${when}${this.due < 0.5 ? "" : ", by the luck of the draw"}: its score was worth ${places(this.due)}.`;
  }
}

export function places(times) {
  if (times < 0.005) return "next to nothing";
  return `${Number(times.toFixed(times < 0.1 ? 2 : 1))} ${times === 1 ? "place" : "places"}`;
}
