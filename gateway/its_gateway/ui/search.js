// A search as far as it is told: its candidates in lanes, where they came from, and what became of them.
import { grouped } from "./grouped.js";
import { Lane } from "./lane.js";
import { kindOf } from "./moments.js";

export class Search {
  constructor(events) {
    this.lanes = new Map();
    this.slots = 0;
    this.free = []; // slots whose lanes were dropped
    this.started = null;
    this.committed = "";
    this.commitments = []; // {text, seconds}
    this.now = 0; // seconds since it began
    this.answer = null;
    this.ledger = null;
    this.notes = [];
    this.items = new Map(); // lanes of a pipeline's items, by id
    this.stages = []; // what made the columns, in a pipeline
    this.over = false; // whether no more will come
    this.standing = new Map(); // lanes that the last stage left, by the pass of the pipeline
    for (const event of events) this.add(event);
  }

  add(event) {
    const kind = kindOf(event);
    this.now = Math.max(this.now, event.seconds ?? 0);
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

  on_resampled({ survivors = [], dropped_ids: dropped = [], expected = [] }) {
    for (const { candidate_id: id, times = 0 } of expected) this.lane(id).due = times;
    const heirs = grouped(survivors, (one) => one.parent_id || one.candidate_id);
    for (const [id, { length }] of heirs) this.lane(id).places.set(this.lane(id).end - 1, length);
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

  on_committed({ text = "" }, { seconds = 0 }) {
    this.committed += text;
    this.commitments.push({ text, seconds });
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
  on_stage_ended({ items = [], ledger, stage = "", turn_id: turn = "" }) {
    this.ledger = ledger ?? this.ledger;
    const now = items.map((item) => this.kept(item));
    for (const lane of now) this.stages[lane.end - 1] = stage;
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

  // What was left in the end, where no answer says so: the candidate that a pipeline kept.
  outcome() {
    return [...this.lanes.values()].find((one) => one.chosen)?.steps.at(-1)?.text ?? "";
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

  // Scores from the least to the most, which are 0 and 1 where none is beyond: whatever the reward model's range is.
  range() {
    const all = [...this.lanes.values()].flatMap((lane) => lane.steps.map((step) => step.score)).filter((one) => one !== null);
    return [all.reduce((a, b) => Math.min(a, b), 0), all.reduce((a, b) => Math.max(a, b), 1)];
  }

  // How many leading columns are certain: every candidate that is left says what was committed.
  certain() {
    let [said, column] = ["", 0];
    const lane = [...this.lanes.values()].find((one) => !one.dropped);
    for (const step of lane ? this.steps(lane) : []) {
      said += step.text;
      if (!this.committed.startsWith(said.trim())) break;
      column += 1;
    }
    return column;
  }

  // All steps of a candidate, those of the ones it was copied from included.
  steps(lane) {
    if (lane.parent === null) return lane.steps;
    return [...this.steps(this.lanes.get(lane.parent)).slice(0, lane.born), ...lane.steps];
  }
}
