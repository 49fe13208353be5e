// Which answer won, and by what.
import { scored } from "./dom.js";

const AGGREGATED = { min: "that of its weakest step", prod: "the product of its steps'", mean: "the mean of its steps'" };

export const chosenOf = (answer) => (answer?.candidates ?? []).find((one) => one.chosen);

// Returns {name, why}: what was chosen in a few words, and by what it won; null where there is no answer.
export function verdict(answer) {
  const chosen = chosenOf(answer);
  if (!answer || answer.refusal) return null;
  const name = chosen?.final_answer || "";
  return { name, why: chosen ? why(answer, chosen) : "" };
}

function why(answer, chosen) {
  const all = answer.candidates;
  if (all.length === 1) return "the only one there is";
  if (chosen.votes !== undefined) return votes(all, chosen);
  const scores = all.filter((one) => one.stop_reason && one.score !== undefined).map((one) => one.score);
  if (chosen.score === undefined) return "the algorithm's choice";
  if (chosen.score < Math.max(...scores)) return `the algorithm's choice, scored ${scored(chosen.score)}`;
  const ties = scores.filter((one) => one === chosen.score).length - 1;
  const first = ties ? `, as ${ties} other${ties > 1 ? "s" : ""} did, and came first` : "";
  return `it scored ${scored(chosen.score)}, the highest of ${scores.length} whole answers${first}${aggregated(answer)}`;
}

function votes(all, chosen) {
  const each = new Map(all.filter((one) => one.votes !== undefined).map((one) => [one.final_answer ?? "", one.votes]));
  const [total, others] = [[...each.values()].reduce((a, b) => a + b, 0), [...each.values()].filter((one) => one !== chosen.votes)];
  const next = others.length ? `; the next one got ${size(Math.max(...others))}` : "";
  return `it got ${size(chosen.votes)} of ${size(total)} votes${next}`;
}

function aggregated(answer) {
  const how = JSON.parse(answer.parameters_json || "{}").answer_aggregation;
  return AGGREGATED[how] ? `. The score of a whole answer is ${AGGREGATED[how]}` : "";
}

export const size = (votes) => Number(votes.toFixed(2)).toLocaleString("en-US");
