// Two algorithms side by side on one question, and what became of them in a sentence.
import { EXAMPLE, asked, begin, complaint, field, models, picker } from "./asking.js";
import { html, number, seconds } from "./dom.js";
import { verdict } from "./verdict.js";
import { View } from "./view.js";

export class Compare {
  constructor(...traces) {
    this.views = [];
    this.form = html("form", { class: "ask", "aria-label": "Compare" });
    this.error = html("div");
    this.sentence = html("p", { class: "now", role: "status", hidden: true });
    this.sides = html("div", { class: "sides" });
    this.element = html("div", {}, html("h2", {}, "Two ways to spend the same budget"), this.form, this.error, this.sentence, this.sides);
    this.traces = traces.filter(Boolean);
  }

  async run() {
    if (this.traces.length) this.open(this.traces);
    try {
      const known = await models();
      const [text, left, right] = [html("textarea", { rows: 3, required: true }, EXAMPLE), picker(known, "best-of-n"), picker(known, "particle-filtering")];
      const [budget, seed] = [html("input", { type: "number", min: 1, max: 1000, value: 8, required: true }), html("input", { type: "number", min: 0, placeholder: "any" })];
      this.form.replaceChildren(field("Question", text), html("div", { class: "fields" },
        field("One", left), field("The other", right), field("Budget", budget), field("Seed", seed), html("button", {}, "Ask both")));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        const common = { text: text.value, budget: Number(budget.value), seed: seed.value };
        this.begin([left.value, right.value].map((model) => ({ ...common, model })));
      });
    } catch (error) {
      this.error.replaceChildren(complaint(error));
    }
  }

  async begin(questions) {
    this.error.replaceChildren();
    const failed = (error) => this.error.replaceChildren(complaint(error));
    const begun = await Promise.allSettled(questions.map((one) => begin(one, failed)));
    begun.filter((one) => one.reason).forEach((one) => failed(one.reason));
    const traces = begun.map((one) => one.value).filter(Boolean);
    history.replaceState(null, "", `#/compare/${traces.map(encodeURIComponent).join("/")}`);
    this.open(traces);
  }

  open(traces) {
    this.leave();
    this.sentence.hidden = true;
    this.views = traces.map((trace) => new View(trace, { question: asked(trace), narrow: true, done: () => this.tell() }));
    this.sides.replaceChildren(...this.views.map((view) => view.element));
    this.views.forEach((view) => view.run());
  }

  // Says what became of both, once all is told.
  tell() {
    const ends = this.views.map((view) => outcome(view));
    if (ends.length < 2 || ends.includes(null)) return;
    this.sentence.textContent = compared(...ends);
    this.sentence.hidden = false;
  }

  leave() {
    this.views.forEach((view) => view.leave());
  }
}

function outcome(view) {
  if (view.element.dataset.told !== "all") return null;
  const answer = view.moments.list.at(-1)?.events.find((event) => event.answer)?.answer;
  const name = view.info.algorithm || "the pipeline";
  return { name, answer: verdict(answer)?.name ?? null, tokens: Number(view.info.ledger?.completion_tokens ?? 0), seconds: view.info.seconds ?? 0 };
}

export function compared(one, other) {
  const [first, second] = one.name === other.name ? [`${one.name} (left)`, `${other.name} (right)`] : [one.name, other.name];
  const said = ({ answer }) => (answer === null ? "no answer" : answer || "an answer in words");
  const alike = one.answer && one.answer === other.answer;
  const answers = alike ? `Both say ${one.answer}.` : `${first} says ${said(one)}, ${second} ${said(other)}.`;
  return `${answers} ${second} wrote ${times(other.tokens, one.tokens, "many")} tokens (${number(other.tokens)} against ${number(one.tokens)}) and took ${times(other.seconds, one.seconds, "long")} (${seconds(other.seconds)} against ${seconds(one.seconds)}).`;
}

function times(mine, theirs, what) {
  const ratio = theirs ? mine / theirs : 1;
  return Math.abs(ratio - 1) < 0.05 ? `about as ${what}` : `${ratio.toFixed(ratio < 10 ? 1 : 0)} times as ${what}`;
}
