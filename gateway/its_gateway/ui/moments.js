// The moments of a search: what is drawn at once. In a round, all writing is one moment, and all judging another.
export const kindOf = (event) =>
  Object.keys(event).find((name) => !["trace_id", "index", "seconds"].includes(name)) ?? "";

const TOGETHER = new Set(["step", "scored", "ended", "attempt_ended"]);
const QUIET = new Set(["progress", "attempt_started", "note"]);

export class Moments {
  constructor() {
    this.list = []; // {kind, events, seconds}, the quiet events among those of the moment before them
    this.round = new Map();
    this.seen = new Set();
  }

  add(event) {
    const kind = kindOf(event);
    if (QUIET.has(kind) && this.list.length) this.list.at(-1).events.push(event);
    else if (TOGETHER.has(kind)) this.join(kind, event);
    else this.begin(kind, event);
  }

  // Whoever does the same again is a round further.
  join(kind, event) {
    const names = (event[kind].scores ?? [event[kind]]).map((one) => `${kind}/${one.candidate_id ?? one.candidate_index ?? 0}`);
    if (names.some((name) => this.seen.has(name))) this.turn();
    names.forEach((name) => this.seen.add(name));
    const moment = this.round.get(kind);
    if (moment) moment.events.push(event);
    else this.round.set(kind, this.put(kind, event));
  }

  begin(kind, event) {
    this.turn();
    this.put(kind, event);
  }

  put(kind, event) {
    const moment = { kind, events: [event], seconds: event.seconds ?? 0 };
    this.list.push(moment);
    return moment;
  }

  turn() {
    this.round.clear();
    this.seen.clear();
  }
}

// What of a moment's events it is about.
export const told = (moment) => moment.events.map((event) => event[moment.kind]).filter(Boolean);
