// One search on the page: its tree, what is happening, and what stands beside it; live while it goes on.
import { get, watch } from "./api.js";
import { models, summary } from "./asking.js";
import { html, seconds } from "./dom.js";
import * as panels from "./panels.js";
import { Player } from "./player.js";
import { Search, kindOf } from "./search.js";
import { moments, words } from "./story.js";
import { Tree } from "./tree.js";

const LEGEND = [
  ["dot good", "a step that the reward model likes: large and strong"],
  ["dot poor", "one that it doesn't: small and faint"],
  ["line fork", "a copy of a good candidate, which may go on differently"],
  ["cross", "✕ a candidate that was dropped"],
  ["line on", "★ the way to the answer"],
];

export class View {
  constructor(trace, { question = "", narrow = false } = {}) {
    this.trace = trace;
    this.question = question;
    this.events = [];
    this.moments = [];
    this.looked = null;
    this.leaving = new AbortController();
    this.tree = new Tree((found) => this.look(found));
    this.player = new Player((at) => this.draw(at));
    this.head = html("div", { class: "head" });
    this.about = html("p", { class: "quiet" });
    this.now = html("p", { class: "now", role: "status", "aria-live": "polite" }, "Waiting for the first event…");
    this.side = html("div", { class: "side" });
    this.step = html("div", { class: "looked" }, panels.step(null));
    this.table = html("div");
    this.story = html("ol", { class: "story" });
    this.element = html("article", { class: narrow ? "view narrow" : "view", "data-trace": trace },
      this.head, this.about, this.now, this.player.element,
      html("div", { class: "scroll canvas", tabindex: 0, role: "region", "aria-label": "Tree, scrollable" }, this.tree.element),
      legend(),
      html("div", { class: "below" }, this.side, this.step),
      html("details", {}, html("summary", {}, "The story so far"), this.story),
      html("details", {}, html("summary", {}, "All candidates as a table"), this.table));
  }

  async run() {
    try {
      this.info = (await get(`v1/traces/${this.trace}`, this.leaving.signal)).info;
      this.heading();
      this.explain();
      for await (const event of watch(this.trace, this.leaving.signal)) this.add(event);
      this.info = (await get(`v1/traces/${this.trace}`, this.leaving.signal)).info;
      this.heading();
      this.element.dataset.told = "all";
    } catch (error) {
      if (error.name !== "AbortError") this.now.textContent = error.message;
    }
  }

  add(event) {
    this.events.push(event);
    this.moments = moments(this.events);
    this.player.grow(this.moments.length);
  }

  leave() {
    this.leaving.abort();
    this.player.stop();
  }

  heading() {
    const asked = this.question || questionOf(this.info);
    const state = (this.info.state ?? "").replace("TRACE_STATE_", "").toLowerCase();
    const facts = [this.info.algorithm, this.info.model, this.info.reward_model && `judged by ${this.info.reward_model}`,
      seconds(this.info.seconds), state].filter(Boolean);
    this.head.replaceChildren(
      html("h2", {}, asked || "A question that is not stored"),
      html("p", { class: `facts ${state}` }, facts.join(" · "), this.info.error ? `: ${this.info.error}` : ""));
  }

  // Says what the algorithm does, in its own words; a search is worth watching without them, too.
  async explain() {
    const known = await models().catch(() => []);
    this.about.textContent = summary(known, known.find((one) => one.its?.algorithm === this.info.algorithm)?.id);
  }

  draw(at) {
    const until = at ? this.moments[at - 1].until : 0;
    const events = this.events.slice(0, until);
    const search = new Search(events);
    this.tree.draw(search);
    this.now.textContent = at ? words(this.moments[at - 1]) : "Before it began.";
    this.side.replaceChildren(panels.certain(search), panels.votes(search), panels.tokens(search), panels.time(events, kindOf), notes(search));
    this.table.replaceChildren(panels.table(search));
    this.story.replaceChildren(...this.moments.slice(0, at).map((one) => html("li", {}, html("span", { class: "figure" }, seconds(one.seconds)), " ", words(one))));
    this.element.dataset.shown = search.answer ? "answer" : "";
  }

  look(found) {
    this.step.replaceChildren(panels.step(found));
  }
}

function notes(search) {
  if (!search.notes.length) return "";
  return html("section", { class: "panel" }, html("h3", {}, "Notes"), html("ul", {}, ...search.notes.map((one) => html("li", {}, one))));
}

export function questionOf(info) {
  const messages = info?.conversation?.messages ?? [];
  const last = messages.at(-1);
  return info?.text ?? last?.content?.map((part) => part.text ?? "").join("") ?? "";
}

function legend() {
  return html("ul", { class: "legend", "aria-label": "Legend" }, ...LEGEND.map(([kind, text]) => html("li", {}, html("span", { class: `sign ${kind}`, "aria-hidden": "true" }), text)));
}
