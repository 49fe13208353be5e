// What stands beside the tree: votes, the certain text, what it cost, and one step looked at.
import { html, number, seconds } from "./dom.js";

const bar = (share, label, kind = "") =>
  html("div", { class: `bar ${kind}`, "aria-hidden": "true" }, meter(share, label));

function meter(share, label) {
  const part = html("span", { class: "part", title: label });
  part.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return part;
}

export function votes(search) {
  const tally = search.tally();
  if (!tally.length) return section("Final answers", html("p", { class: "quiet" }, "None yet."));
  const voted = tally.some((one) => one.votes !== null);
  const worth = (one) => (voted ? (one.votes ?? 0) : one.count);
  const most = Math.max(...tally.map(worth), 1e-9);
  const rows = tally.slice(0, 12).map((one) =>
    html("li", { class: one.chosen ? "on" : "" },
      html("span", { class: "name" }, one.chosen ? `★ ${one.answer}` : one.answer),
      bar(worth(one) / most, one.answer, one.chosen ? "on" : ""),
      html("span", { class: "figure" }, told(one, voted))),
  );
  return section(voted ? "Votes" : "Final answers", html("ol", { class: "tally" }, ...rows));
}

function told(one, voted) {
  const score = one.score === null ? "" : `, best score ${one.score.toFixed(2)}`;
  const size = `${one.count} candidate${one.count === 1 ? "" : "s"}`;
  return voted ? `${Number((one.votes ?? 0).toFixed(3))} votes, ${size}${score}` : `${size}${score}`;
}

export function certain(search) {
  const text = search.answer ? search.answer.message?.content?.map((part) => part.text ?? "").join("") : search.committed;
  const title = search.answer ? "The answer" : "Certain so far";
  const empty = search.answer ? search.answer.refusal || "It is empty." : "Nothing yet: the candidates still differ.";
  return section(title, text ? html("pre", { class: "text" }, text.trim()) : html("p", { class: "quiet" }, empty));
}

const KINDS = [
  ["prompt_tokens", "read by the generator", "cached_prompt_tokens"],
  ["answer_tokens", "written, in the answer", null],
  ["discarded_tokens", "written, not chosen", null],
  ["aborted_tokens", "written, then stopped", null],
  ["reward_tokens", "read by the reward model", "cached_reward_tokens"],
  ["judge_tokens", "written by judges", null],
];

export function tokens(search) {
  const ledger = search.ledger;
  if (!ledger) return section("Tokens", html("p", { class: "quiet" }, "Not told yet."));
  const known = KINDS.filter(([name]) => Number(ledger[name] ?? 0) > 0);
  const open = Number(ledger.completion_tokens ?? 0) - ["answer_tokens", "discarded_tokens", "aborted_tokens"].reduce((sum, name) => sum + Number(ledger[name] ?? 0), 0);
  const rows = [...known.map(([name, label, cached]) => [label, Number(ledger[name]), Number(ledger[cached] ?? 0)])];
  if (open > 0) rows.push(["written so far", open, 0]);
  const most = Math.max(...rows.map(([, size]) => size), 1);
  return section("Tokens", html("ul", { class: "tally" }, ...rows.map(([label, size, cached]) =>
    html("li", {}, html("span", { class: "name" }, label), bar(size / most, label),
      html("span", { class: "figure" }, cached ? `${number(size)}, ${number(cached)} of them known already` : number(size))))));
}

const WAITED = { step: "waiting for the generator", ended: "waiting for the generator", scored: "waiting for the reward model" };

// Where the time went: each pause is counted to what ended it.
export function time(events, kindOf) {
  const spent = new Map();
  let before = 0;
  for (const event of events) {
    const kind = WAITED[kindOf(event)] ?? "choosing";
    spent.set(kind, (spent.get(kind) ?? 0) + Math.max(0, (event.seconds ?? 0) - before));
    before = event.seconds ?? before;
  }
  const most = Math.max(...spent.values(), 1e-9);
  return section("Time", html("ul", { class: "tally" }, ...[...spent].map(([name, size]) =>
    html("li", {}, html("span", { class: "name" }, name), bar(size / most, name), html("span", { class: "figure" }, seconds(size))))));
}

export function step(found) {
  if (!found) return section("A step", html("p", { class: "quiet" }, "Choose a dot to read it: click it, or use the arrow keys."));
  const { lane, step: one, column } = found;
  const score = one.score === null ? "not scored" : `score ${one.score.toFixed(4)}`;
  return section(`Candidate ${lane.id}, step ${column + 1}`,
    html("p", {}, `${score}, ${number(one.tokens)} tokens${lane.parent === null ? "" : `, a copy of ${lane.parent} until step ${lane.born}`}`),
    html("pre", { class: "text" }, one.text.trim()));
}

export function table(search) {
  const rows = [...search.lanes.values()].map((lane) =>
    html("tr", {}, ...[lane.id, lane.parent ?? "", lane.end, lane.score === null ? "" : lane.score.toFixed(3),
      lane.chosen ? "the answer" : lane.dropped ? "dropped" : lane.ended ? "finished" : "growing", lane.ended?.answer ?? ""]
      .map((value) => html("td", {}, String(value)))));
  const heads = ["candidate", "copied from", "steps", "score", "state", "final answer"];
  return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Candidates" },
    html("table", {}, html("thead", {}, html("tr", {}, ...heads.map((one) => html("th", { scope: "col" }, one)))), html("tbody", {}, ...rows)));
}

const section = (title, ...content) => html("section", { class: "panel" }, html("h3", {}, title), ...content);
