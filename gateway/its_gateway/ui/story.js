// What happens, in words for people who have never seen such a search.
import { short } from "./dom.js";
import { grouped } from "./grouped.js";
import { places } from "./lane.js";
import { told } from "./moments.js";
import { verdict } from "./verdict.js";

export const words = (moment) => TOLD[moment.kind]?.(told(moment)) ?? "";

const TOLD = {
  started: ([{ algorithm, model, reward_model: reward, budget = {} }]) => {
    if (!model && !budget.samples) return `${algorithm || "A pipeline"} begins.`;
    const judge = reward ? `, and ${reward} will judge them` : "";
    return `${algorithm} begins: ${model || "its models"} will write ${count(budget.samples ?? 1, "candidate")}${judge}.`;
  },
  step: (steps) => {
    const which = [...new Set(steps.map((one) => (one.step ?? 0) + 1))];
    return `${count(steps.length, "candidate")} wrote step ${which.join(" and ")}: ${usual(steps.map((one) => one.text ?? ""))}.`;
  },
  scored: (each) => {
    const all = each.flatMap((one) => one.scores ?? []).sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    const [best, poorest] = [all[0], all.at(-1)].map((one) => `${(one?.score ?? 0).toFixed(2)}`);
    if (all.length < 2) return `The reward model judged candidate ${all[0]?.candidate_id}: ${best}.`;
    if (best === poorest) return `The reward model judged ${all.length} candidates, and gave each of them ${best}.`;
    return `The reward model judged ${all.length} candidates: ${all[0].candidate_id} looks best with ${best}, ${all.at(-1).candidate_id} poorest with ${poorest}.`;
  },
  resampled: ([{ survivors = [], dropped_ids: dropped = [], expected = [] }]) => {
    const due = new Map(expected.map((one) => [one.candidate_id, one.times ?? 0]));
    const heirs = [...grouped(survivors, (one) => one.parent_id || one.candidate_id)].filter(([, own]) => own.length > 1);
    if (!dropped.length && !heirs.length) return "Resampling: all look about equally good, so each keeps its place.";
    const alike = grouped(heirs, ([id, own]) => JSON.stringify([own.length, worth(due.get(id))]));
    const copied = [...alike.values()].map((some) => copies(some.map(([id]) => id), some[0][1].length, worth(due.get(some[0][0]))));
    const lost = due.size ? places(dropped.reduce((all, id) => all + (due.get(id) ?? 0), 0)) : "";
    return `Resampling: the ${survivors.length} places are handed out again by score. ${copied.map((one) => `${one}. `).join("")}${ends(dropped, lost)}`.trim();
  },
  ended: (ended) => {
    const answers = [...grouped(ended.map((one) => one.final_answer || "no final answer"), (one) => one)].sort((a, b) => b[1].length - a[1].length);
    return `${count(ended.length, "candidate")} finished: ${listed(answers.map(([answer, own]) => (own.length > 1 ? `${answer} (${own.length} times)` : answer)))}.`;
  },
  committed: (texts) => `Certain from here on, because whoever is left says it: “${short(texts.map((one) => one.text ?? "").join(""), 80)}”.`,
  failure: ([{ message = "" }]) => `Something failed, and the search goes on: ${message}`,
  note: ([{ message = "" }]) => message,
  stage_started: ([{ stage, strategy, items = 0 }]) => `The stage ${stage} (${strategy}) begins${items ? ` with ${count(items, "candidate")}` : ""}.`,
  attempt_ended: (each) => {
    const failed = each.filter((one) => one.error);
    const rest = each.filter((one) => !one.error);
    const broken = failed.length ? ` ${count(failed.length, "attempt")} failed: ${short(failed[0].error, 120)}` : "";
    return rest.length ? `${count(rest.length, "attempt")} succeeded: ${usual(rest.map((one) => one.text ?? ""))}.${broken}` : broken.trim();
  },
  stage_ended: ([{ stage, items = [] }]) => `The stage ${stage} leaves ${count(items.length, "candidate")}${items.length === 1 ? `: “${short(items[0].text ?? "", 80)}”` : ""}.`,
  answer: ([answer]) => {
    if (answer.refusal) return `There is no answer: ${answer.refusal}`;
    const { name, why } = verdict(answer);
    return `${name ? `The answer is ${name}` : "There is an answer"}${why ? `: ${why}` : ""}.`;
  },
};

// What a score was worth, where that is told and isn't simply how many places there were.
const worth = (times) => (times === undefined || Number.isInteger(times) ? "" : places(times));

function copies(ids, length, value) {
  const [many, each] = [ids.length > 1, ids.length > 1 ? " each" : ""];
  const why = value && ` (${many ? "their scores were" : "its score was"} worth ${value}${each})`;
  return `${many ? "Candidates" : "Candidate"} ${listed(ids)} now ${many ? "have" : "has"} ${length}${each}${why}`;
}

function ends(dropped, value) {
  if (!dropped.length) return "";
  const many = dropped.length > 1;
  return `${many ? "Candidates" : "Candidate"} ${listed(dropped)} ${many ? "get none and end" : "gets none and ends"} here${value && `, worth ${value}${many ? " together" : ""}`}.`;
}

const count = (size, noun) => `${size} ${noun}${size === 1 ? "" : "s"}`;

// The text that comes most often.
function usual(texts) {
  const [first, ...others] = [...grouped(texts, (one) => one)].sort((a, b) => b[1].length - a[1].length);
  const said = `“${short(first[0], 70)}”`;
  if (!others.length) return texts.length > 2 ? `all of them ${said}` : said;
  return first[1].length > 1 ? `${first[1].length} times ${said}, and ${count(others.length, "other text")}` : `${said}, and ${count(others.length, "other text")}`;
}

function listed(all) {
  const shown = all.length > 7 ? [...all.slice(0, 6), `${all.length - 6} more`] : all;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : shown[0];
}
