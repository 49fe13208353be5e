// A search as far as it is told: its candidates in lanes, where they came from, and what became of them.

export const kindOf = (event) =>
  Object.keys(event).find((name) => !["trace_id", "index", "seconds"].includes(name)) ?? "";

class Lane {
  constructor(id, slot, born, parent) {
    this.id = id;
    this.slot = slot;
    this.born = born; // the column of its first step
    this.parent = parent; // the candidate that it was forked from, or null
    this.steps = []; // {text, tokens, score}
    this.dropped = false;
    this.ended = null; // {answer, reason, tokens, text}
    this.score = null;
    this.votes = null;
    this.weight = null;
    this.chosen = false;
  }

  get end() {
    return this.born + this.steps.length;
  }
}

export class Search {
  constructor(events) {
    this.lanes = new Map();
    this.slots = 0;
    this.free = []; // slots whose lanes were dropped
    this.started = null;
    this.committed = "";
    this.answer = null;
    this.ledger = null;
    this.notes = [];
    this.items = new Map(); // lanes of a pipeline's items, by id
    this.standing = new Map(); // lanes that the last stage left, by the pass of the pipeline
    this.resampled = 0;
    for (const event of events) this.add(event);
  }

  add(event) {
    const kind = kindOf(event);
    this[`on_${kind}`]?.(event[kind], event);
  }

  lane(id, parent = null) {
    if (!this.lanes.has(id)) {
      const from = parent === null ? null : this.lane(parent);
      const made = new Lane(id, this.slot(from?.slot ?? 0), from?.end ?? 0, parent);
      this.lanes.set(id, made);
    }
    return this.lanes.get(id);
  }

  // The place of a lane: one that was left, as near to `near` as there is, or a new one.
  slot(near) {
    this.free.sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
    return this.free.shift() ?? this.slots++;
  }

  on_started(started) {
    this.started = started;
  }

  on_step({ candidate_id: id, text = "", tokens = 0, step = 0 }) {
    const lane = this.lane(id);
    if (lane.steps.length === 0 && lane.parent === null && step > lane.born) lane.born = step;
    lane.steps.push({ text, tokens, score: null });
  }

  on_scored({ scores = [] }) {
    for (const { candidate_id: id, score = 0, step_scores: each = [], weight } of scores) {
      const lane = this.lane(id);
      lane.score = score;
      lane.weight = weight ?? lane.weight;
      const ofStep = each.length === lane.end; // otherwise a dot is a whole answer
      if (lane.steps.length) lane.steps.at(-1).score = ofStep ? each.at(-1) : score;
    }
  }

  on_resampled({ survivors = [], dropped_ids: dropped = [] }) {
    this.resampled += 1;
    for (const id of dropped) {
      const lane = this.lane(id);
      lane.dropped = true;
      this.free.push(lane.slot);
    }
    for (const { candidate_id: id, parent_id: parent } of survivors) {
      if (id !== parent && parent) this.lane(id, parent);
    }
  }

  on_ended({ candidate_id: id, text = "", final_answer: answer = "", stop_reason: reason = "", completion_tokens: tokens = 0 }) {
    const lane = this.lane(id);
    if (!lane.steps.length && lane.parent === null) lane.steps.push({ text, tokens, score: lane.score });
    lane.ended = { answer, reason, tokens, text };
  }

  on_committed({ text = "" }) {
    this.committed += text;
  }

  on_progress({ ledger }) {
    this.ledger = ledger ?? this.ledger;
  }

  on_note({ message = "" }) {
    this.notes.push(message);
  }

  on_failure({ message = "", candidate_id: id = "" }) {
    this.notes.push(id ? `Candidate ${id} failed: ${message}` : message);
  }

  // What a stage of a pipeline leaves: each item goes on in the lane of what it was made from, or beside it.
  on_stage_ended({ items = [], ledger, turn_id: turn = "" }) {
    this.ledger = ledger ?? this.ledger;
    const now = items.map((item) => this.kept(item));
    for (const lane of this.standing.get(turn) ?? []) {
      if (now.includes(lane)) continue;
      lane.dropped = true;
      this.free.push(lane.slot);
    }
    for (const lane of now) lane.chosen = now.length === 1;
    this.standing.set(turn, now);
  }

  kept({ id, parent_ids: parents = [], score = null, text = "", tokens = 0 }) {
    const from = this.items.get(parents[0]);
    const goesOn = from && !from.dropped && !from.continued?.has(parents[0]);
    const lane = goesOn ? from : this.lane(id, from?.id ?? null);
    if (goesOn) (from.continued ??= new Set()).add(parents[0]);
    lane.steps.push({ text, tokens, score });
    lane.score = score ?? lane.score;
    this.items.set(id, lane);
    return lane;
  }

  on_answer(answer) {
    this.answer = answer;
    this.ledger = answer.ledger ?? this.ledger;
    for (const one of answer.candidates ?? []) {
      const lane = this.lane(one.id);
      Object.assign(lane, { votes: one.votes ?? null, weight: one.weight ?? lane.weight, chosen: one.chosen ?? false });
      lane.score = one.score ?? lane.score;
      if (!lane.steps.length && lane.parent === null) {
        lane.steps.push({ text: one.text ?? "", tokens: one.completion_tokens ?? 0, score: one.score ?? null });
      }
      lane.ended ??= { answer: one.final_answer ?? "", reason: "", tokens: one.completion_tokens ?? 0, text: one.text ?? "" };
      lane.ended.answer = one.final_answer ?? lane.ended.answer;
    }
  }

  // The steps that led to the answer, as a set of "<id>/<column>".
  path() {
    return this.wayTo([...this.lanes.values()].filter((one) => one.chosen));
  }

  // The steps that led to a candidate which was not dropped: what was pruned is the rest.
  alive() {
    return this.wayTo([...this.lanes.values()].filter((one) => !one.dropped));
  }

  wayTo(lanes) {
    const found = new Set();
    for (let lane of lanes) {
      let until = Math.max(lane.end, lane.born + 1);
      while (lane) {
        for (let column = lane.born; column < until; column += 1) found.add(`${lane.id}/${column}`);
        until = lane.born;
        lane = lane.parent === null ? null : this.lanes.get(lane.parent);
      }
    }
    return found;
  }

  // How the final answers stand: [{answer, count, votes, score, chosen}], the strongest first.
  tally() {
    const found = new Map();
    for (const lane of this.lanes.values()) {
      if (!lane.ended || lane.dropped) continue;
      const answer = lane.ended.answer || "no final answer";
      const one = found.get(answer) ?? { answer, count: 0, votes: null, score: null, chosen: false };
      one.count += 1;
      if (lane.votes !== null) one.votes = lane.votes;
      if (lane.score !== null) one.score = Math.max(one.score ?? -Infinity, lane.score);
      one.chosen ||= lane.chosen;
      found.set(answer, one);
    }
    return [...found.values()].sort((a, b) => b.count - a.count);
  }

  // Scores as shares from 0 to 1, whatever the reward model's range is.
  share(score) {
    if (score === null) return null;
    const all = [...this.lanes.values()].flatMap((lane) => lane.steps.map((step) => step.score)).filter((one) => one !== null);
    const low = Math.min(0, ...all);
    const high = Math.max(1, ...all);
    return (score - low) / (high - low);
  }
}
