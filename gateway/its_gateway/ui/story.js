// What happens, in words for people who have never seen such a search; and the moments at which it is worth a pause.
import { short } from "./dom.js";
import { kindOf } from "./search.js";

const QUIET = new Set(["progress", "attempt_started"]);

// Groups events into moments: {from, until, kind, words}; a moment is what is drawn at once.
export function moments(events) {
  const found = [];
  events.forEach((event, place) => {
    const kind = kindOf(event);
    const last = found.at(-1);
    if (last && (QUIET.has(kind) || (last.kind === kind && ["step", "scored", "ended"].includes(kind)))) {
      last.until = place + 1;
      if (!QUIET.has(kind)) last.events.push(event);
    } else found.push({ kind, until: place + 1, events: [event], seconds: event.seconds ?? 0 });
  });
  return found;
}

export function words(moment) {
  return TOLD[moment.kind]?.(moment.events.map((event) => event[moment.kind]), moment) ?? "";
}

const TOLD = {
  started: ([{ algorithm, model, reward_model: reward, budget = {} }]) => {
    const judge = reward ? ` and judged by ${reward}` : "";
    return `${algorithm} begins: ${count(budget.samples ?? 1, "candidate")} will be written by ${model || "its models"}${judge}.`;
  },
  step: (steps) => {
    const which = [...new Set(steps.map((one) => (one.step ?? 0) + 1))];
    return `${count(steps.length, "candidate")} wrote step ${which.join(" and ")}, such as “${short(steps[0].text ?? "", 60)}”.`;
  },
  scored: (each) => {
    const scores = each.flatMap((one) => one.scores ?? []).map((one) => one.score ?? 0);
    if (scores.length === 1) return `The reward model judged a candidate: ${scores[0].toFixed(2)}.`;
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    return `The reward model judged ${scores.length} candidates: the poorest looks ${low.toFixed(2)}, the best ${high.toFixed(2)}.`;
  },
  resampled: ([{ survivors = [], dropped_ids: dropped = [] }]) => {
    const copied = {};
    for (const { candidate_id: id, parent_id: parent } of survivors) if (id !== parent && parent) copied[parent] = (copied[parent] ?? 1) + 1;
    const copies = Object.entries(copied).map(([id, times]) => `${id} (now ${times} of it)`);
    if (!dropped.length && !copies.length) return "Resampling: all look alike, so all go on.";
    const gone = dropped.length ? ` Dropped: ${dropped.join(", ")}.` : "";
    return `Resampling: places are handed out again, more of them to candidates that look better.${gone}${copies.length ? ` Copied: ${copies.join(", ")}.` : ""}`;
  },
  ended: (ended) => {
    const answers = [...new Set(ended.map((one) => one.final_answer).filter(Boolean))];
    return `${count(ended.length, "candidate")} finished${answers.length ? ` with the answer ${answers.join(", ")}` : ""}.`;
  },
  committed: (texts) => `Certain from here on, because every survivor says it: “${short(texts.map((one) => one.text ?? "").join(""), 80)}”.`,
  failure: ([{ message = "" }]) => `Something failed, and the search goes on: ${message}`,
  note: ([{ message = "" }]) => message,
  stage_started: ([{ stage, strategy, items = 0 }]) => `The stage ${stage} (${strategy}) begins with ${count(items, "item")}.`,
  attempt_ended: ([{ text = "", error = "" }]) => (error ? `An attempt failed: ${error}` : `An attempt says “${short(text, 60)}”.`),
  stage_ended: ([{ stage, items = [] }]) => `The stage ${stage} leaves ${count(items.length, "item")}.`,
  answer: ([answer]) => {
    const chosen = (answer.candidates ?? []).find((one) => one.chosen);
    if (answer.refusal) return `There is no answer: ${answer.refusal}`;
    const why = chosen?.votes ? `, which got ${Number(chosen.votes.toFixed(2))} votes` : chosen?.score === undefined ? "" : `, scored ${(chosen.score ?? 0).toFixed(2)}`;
    return `The answer is ${chosen?.final_answer || "there"}${chosen ? `: candidate ${chosen.id}${why}` : ""}.`;
  },
};

const count = (size, noun) => `${size} ${noun}${size === 1 ? "" : "s"}`;
