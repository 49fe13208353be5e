// The list of searches, and the form that begins one.
import { Gone, get } from "./api.js";
import { EXAMPLE, asked, begin, complaint, field, models, picker, summary } from "./asking.js";
import { html, number, seconds, short } from "./dom.js";
import { questionOf, stateOf } from "./view.js";

const AGAIN = 2000;

export class Runs {
  constructor() {
    this.rows = html("tbody");
    this.error = html("div");
    this.trouble = html("div");
    this.form = html("form", { class: "ask", "aria-label": "Ask" });
    this.more = html("button", { type: "button", hidden: true, onclick: () => this.extend() }, "Earlier ones");
    this.element = html("div", {},
      html("p", { class: "lead" }, "Ask something, and watch how several attempts at an answer are made, judged, dropped and copied until one of them wins."),
      this.form, this.error, html("h2", {}, "Searches"), this.trouble,
      html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Searches" },
        html("table", { class: "runs" },
          html("thead", {}, html("tr", {}, ...["began", "state", "algorithm", "question", "candidates", "tokens", "time"].map((one) => html("th", { scope: "col" }, one)))),
          this.rows)),
      this.more);
    this.limit = 25;
  }

  async run() {
    await Promise.all([this.offer(), this.refresh()]);
  }

  async offer() {
    try {
      const known = await models();
      const [text, how, budget, seed] = [
        html("textarea", { rows: 3, required: true }, EXAMPLE), picker(known, "particle-filtering"),
        html("input", { type: "number", min: 1, max: 1000, value: 8, required: true }),
        html("input", { type: "number", min: 0, placeholder: "any" })];
      const what = html("p", { class: "quiet" }, summary(known, how.value));
      how.addEventListener("change", () => what.replaceChildren(summary(known, how.value)));
      this.form.replaceChildren(field("Question", text), html("div", { class: "fields" }, field("Model and algorithm", how), field("Budget", budget), field("Seed", seed), html("button", {}, "Ask and watch")), what);
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.begin({ text: text.value, model: how.value, budget: Number(budget.value), seed: seed.value });
      });
      this.error.replaceChildren();
    } catch (error) {
      this.error.replaceChildren(complaint(error));
    }
  }

  async begin(question) {
    this.error.replaceChildren();
    try {
      const trace = await begin(question, (error) => this.error.replaceChildren(complaint(error)));
      location.hash = `#/run/${trace}`;
    } catch (error) {
      this.error.replaceChildren(complaint(error));
    }
  }

  async extend() {
    this.limit = Math.min(1000, this.limit + 100);
    await this.refresh();
  }

  async refresh() {
    clearTimeout(this.timer);
    try {
      const page = await get(`v1/traces?limit=${this.limit}`);
      this.rows.replaceChildren(...page.data.map(row), ...(page.data.length ? [] : [html("tr", {}, html("td", { colspan: 7, class: "quiet" }, "None yet: ask something above."))]));
      this.more.hidden = page.next === null || this.limit >= 1000;
      this.trouble.replaceChildren();
      this.again(page.data.some((one) => stateOf(one) === "running") ? AGAIN : 3 * AGAIN);
    } catch (error) {
      this.trouble.replaceChildren(complaint(error));
      if (error instanceof Gone) this.again(AGAIN);
    }
  }

  again(wait) {
    if (!this.left) this.timer = setTimeout(() => this.refresh(), wait);
  }

  leave() {
    this.left = true;
    clearTimeout(this.timer);
  }
}

function row(info) {
  const state = stateOf(info);
  const question = asked(info.trace_id) || questionOf(info) || "not kept";
  const began = new Date(info.began);
  const cells = [
    html("a", { href: `#/run/${info.trace_id}` }, began.toLocaleTimeString()),
    html("span", { class: `state ${state}`, title: info.error ?? "" }, state),
    info.algorithm || "a pipeline", short(question, 70), info.candidates ?? "",
    info.ledger ? number(info.ledger.completion_tokens) : "", seconds(info.seconds)];
  return html("tr", {}, ...cells.map((cell) => html("td", {}, cell)));
}
