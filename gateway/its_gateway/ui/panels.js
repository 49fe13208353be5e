// What stands below the tree: the answer and why it won, what is certain and since when, what it cost, and one step.
import { html, number, scored, seconds } from "./dom.js";
import { prose } from "./math.js";
import { size, verdict } from "./verdict.js";

export const section = (title, ...content) => html("section", { class: "panel" }, html("h3", {}, title), ...content);
const quiet = (text) => html("p", { class: "quiet" }, text);

function bar(share, kind = "") {
  const part = html("span", { class: "part" });
  part.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return html("div", { class: `bar ${kind}`, "aria-hidden": "true" }, part);
}

const entry = (name, share, figure, kind = "") =>
  html("li", { class: kind }, prose("span", { class: "name" }, name), bar(share, kind), html("span", { class: "figure" }, figure));

export function answer(search) {
  if (!search.answer && !search.over) return section("The answer", quiet("Not yet: the search goes on."));
  if (!search.answer) return section("The answer", search.outcome() ? prose("div", { class: "text" }, search.outcome().trim()) : quiet("There is none."));
  const text = search.answer.message?.content?.map((part) => part.text ?? "").join("").trim();
  const found = verdict(search.answer);
  const why = found?.why ? html("p", { class: "why" }, `Why this one: ${found.why}.`) : "";
  return section("The answer", why, text ? prose("div", { class: "text" }, text) : quiet(search.answer.refusal || "It is empty."));
}

// What is certain, one line for each time that more became so.
export function certain(search) {
  if (!search.commitments.length) return "";
  if (search.answer && search.commitments.length === 1) return section("Certain, and since when", quiet("Nothing was certain before the end."));
  const lines = search.commitments.map((one) => html("li", {}, html("span", { class: "figure" }, `after ${seconds(one.seconds)} `), prose("span", { class: "text" }, one.text.trim() || "(a space)")));
  return section("Certain, and since when", html("ol", { class: "plain" }, ...lines));
}

export function votes(search) {
  const tally = search.tally();
  if (!tally.length) return search.over || search.stages.length ? "" : section("Final answers", quiet("None yet."));
  const voted = tally.some((one) => one.votes !== null);
  const worth = (one) => (voted ? (one.votes ?? 0) : one.count);
  const most = Math.max(...tally.map(worth), 1e-9);
  const rows = tally.slice(0, 12).map((one) => entry(`${one.chosen ? "★ " : ""}${one.answer}`, worth(one) / most, told(one, voted), one.chosen ? "on" : ""));
  const more = tally.length > 12 ? quiet(`and ${tally.length - 12} more`) : "";
  return section(voted ? "Votes" : "Final answers", html("ol", { class: "tally" }, ...rows), more);
}

function told(one, voted) {
  const score = one.score === null ? "" : `, best score ${scored(one.score)}`;
  const many = `${one.count} candidate${one.count === 1 ? "" : "s"}`;
  return voted ? `${size(one.votes ?? 0)} votes, ${many}${score}` : `${many}${score}`;
}

const KINDS = [
  ["answer_tokens", "written, in the answer", null],
  ["discarded_tokens", "written, not chosen", null],
  ["aborted_tokens", "written, then stopped", null],
  ["prompt_tokens", "read by the generator", "cached_prompt_tokens"],
  ["reward_tokens", "read by the reward model", "cached_reward_tokens"],
  ["judge_tokens", "written by judges", null],
];

export function tokens(search) {
  const ledger = search.ledger;
  if (!ledger) return section("Tokens", quiet("Not told yet."));
  const of = (name) => Number(ledger[name] ?? 0);
  const open = of("completion_tokens") - of("answer_tokens") - of("discarded_tokens") - of("aborted_tokens");
  const rows = KINDS.filter(([name]) => of(name)).map(([name, label, cached]) => [label, of(name), cached ? of(cached) : 0]);
  if (open > 0) rows.unshift(["written so far", open, 0]);
  const most = Math.max(...rows.map(([, many]) => many), 1);
  return section("Tokens", html("ul", { class: "tally" }, ...rows.map(([label, many, cached]) =>
    entry(label, many / most, cached ? `${number(many)}, ${number(cached)} of them known already` : number(many)))));
}

// How long calls of each kind were open, as the ledger tells; runs of older versions don't.
export function time(search) {
  const { ledger, now } = search;
  const [writing, judging] = ["generator_seconds", "reward_seconds"].map((name) => Number(ledger?.[name] ?? 0));
  const all = Number(ledger?.seconds ?? 0) || now;
  if (!writing && !judging) return section("Time", quiet(all ? `${seconds(all)} so far; its kinds are not told yet.` : "Not told yet."));
  const both = Math.max(0, writing + judging - all);
  const rows = [["the generator writes", writing], ["the reward model reads", judging], ["choosing, and the rest", Math.max(0, all - writing - judging)]];
  return section(`Time: ${seconds(all)}`, html("ul", { class: "tally" }, ...rows.filter(([, spent]) => spent > 0).map(([name, spent]) => entry(name, spent / Math.max(all, writing, judging), seconds(spent)))),
    both >= 0.005 ? quiet(`${seconds(both)} of it at the same time.`) : "");
}

// One step, with the steps before it.
export function step(found, search) {
  if (!found) return section("A step", quiet("Point at a dot to read it; choose it, and the whole candidate is here."));
  const { lane, step: one, column } = found;
  const score = one.score === null ? "Not scored" : `Score ${one.score.toFixed(4)}`;
  const from = lane.parent === null || lane.born === 0 ? "" : `, until step ${lane.born} a copy of candidate ${lane.parent}`;
  const copied = lane.places.get(column) > 1 ? ` After this step it got ${lane.places.get(column)} places.` : "";
  const now = lane.dropped ? lane.fate : lane.chosen ? "It is the answer." : "";
  const steps = search.steps(lane).map((each, place) =>
    html("li", { class: place === column ? "here" : "" }, html("span", { class: "figure" }, each.score === null ? "" : each.score.toFixed(2)), prose("div", { class: "text" }, each.text.trim())));
  return section(`Candidate ${lane.id}, step ${column + 1}`,
    quiet(`${score}, ${number(one.tokens)} tokens${from}.${copied} ${now}`), html("ol", { class: "steps" }, ...steps));
}

export function table(search) {
  const rows = [...search.lanes.values()].map((lane) =>
    html("tr", {}, ...[lane.id, lane.parent ?? "", lane.end, lane.score === null ? "" : lane.score.toFixed(3), lane.state, lane.ended?.answer ?? "", lane.fate]
      .map((value) => html("td", {}, String(value)))));
  const heads = ["candidate", "copied from", "steps", "score", "state", "final answer", "why it ended"];
  return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Candidates" },
    html("table", {}, html("thead", {}, html("tr", {}, ...heads.map((one) => html("th", { scope: "col" }, one)))), html("tbody", {}, ...rows)));
}

export function notes(search) {
  if (!search.notes.length) return "";
  return section("Notes", html("ul", {}, ...search.notes.map((one) => html("li", {}, one))));
}
