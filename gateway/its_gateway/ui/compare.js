// Two algorithms side by side on one question.
import { EXAMPLE, begin, complaint, field, models, picker } from "./asking.js";
import { html } from "./dom.js";
import { View } from "./view.js";

export class Compare {
  constructor() {
    this.views = [];
    this.form = html("form", { class: "ask", "aria-label": "Compare" });
    this.error = html("div");
    this.sides = html("div", { class: "sides" });
    this.element = html("div", {}, html("h2", {}, "Two ways to spend the same budget"), this.form, this.error, this.sides);
  }

  async run() {
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
    this.leave();
    this.sides.replaceChildren();
    this.error.replaceChildren();
    const failed = (error) => this.error.replaceChildren(complaint(error));
    try {
      const traces = await Promise.all(questions.map((one) => begin(one, failed)));
      this.views = traces.map((trace, place) => new View(trace, { question: questions[place].model, narrow: true }));
      this.sides.replaceChildren(...this.views.map((view) => view.element));
      this.views.forEach((view) => view.run());
    } catch (error) {
      failed(error);
    }
  }

  leave() {
    this.views.forEach((view) => view.leave());
  }
}
