// Accuracy against what it costs: of the evaluations that the gateway knows, or of rows chosen here and sent nowhere.
import { get } from "./api.js";
import { complaint, field } from "./asking.js";
import { chart, figure, percent } from "./chart.js";
import { html } from "./dom.js";
import { COSTS, curvesOf, waysOf } from "./ways.js";

const AGAIN = 5000; // an evaluation may go on
const NONE = "These are no rows of an evaluation: each line is a JSON object with `algorithm`, `budget` and `right`.";

export class Curves {
  constructor() {
    this.reports = [];
    this.file = html("input", { type: "file", accept: ".jsonl,.json", multiple: true, onchange: () => this.read() });
    this.cost = html("select", { onchange: () => this.draw() }, ...Object.entries(COSTS).map(([name, [label]]) => html("option", { value: name }, label)));
    this.picker = html("select", { onchange: () => this.draw() });
    this.fields = html("div", { class: "fields" }, field("Evaluation", this.picker), field("Against", this.cost), field("Or rows from a file", this.file));
    this.about = html("p", { class: "quiet" });
    this.trouble = html("div");
    this.drawn = html("div", { class: "curves" });
    this.element = html("div", {}, html("h2", {}, "Accuracy against cost"), this.fields, this.about, this.trouble, this.drawn);
    this.chosen = null; // the report of a file that was chosen
  }

  async run() {
    try {
      const told = await get("v1/reports");
      this.offer(told);
      this.trouble.replaceChildren();
    } catch (error) {
      this.trouble.replaceChildren(complaint(error));
    }
    if (!this.left) this.timer = setTimeout(() => this.run(), AGAIN);
  }

  leave() {
    this.left = true;
    clearTimeout(this.timer);
  }

  // Lists what there is; draws where something is new.
  offer({ data, folder }) {
    const before = JSON.stringify(this.reports);
    this.folder = folder;
    this.reports = data;
    if (JSON.stringify(data) !== before || !this.about.textContent) this.list();
  }

  list() {
    const now = this.picker.value;
    const all = this.chosen ? [this.chosen, ...this.reports] : this.reports;
    this.picker.replaceChildren(...all.map((one, place) => html("option", { value: place }, [one.name, one.model].filter(Boolean).join(" · "))));
    this.picker.disabled = !all.length;
    if (all[now]) this.picker.value = now;
    this.draw();
  }

  async read() {
    const files = [...this.file.files];
    const ways = waysOf((await Promise.all(files.map((one) => one.text()))).flatMap(rows));
    this.trouble.replaceChildren(...(files.length && !ways.length ? [complaint(new Error(NONE))] : []));
    this.chosen = ways.length ? { name: files.map((one) => one.name).join(", "), model: "", file: "", unread: 0, ways } : null;
    this.picker.value = 0;
    this.list();
  }

  draw() {
    const all = this.chosen ? [this.chosen, ...this.reports] : this.reports;
    const report = all[Number(this.picker.value) || 0];
    if (!report?.ways.length) {
      this.drawn.replaceChildren();
      this.about.replaceChildren(...this.advice());
      return;
    }
    const [label, cost] = COSTS[this.cost.value];
    const curves = curvesOf(report.ways, cost);
    this.about.textContent = about(report);
    this.drawn.replaceChildren(curves.length ? chart(curves, label) : html("p", {}, `No row says how many ${label} there were.`), table(curves, label));
  }

  advice() {
    const command = html("code", {}, "its eval problems.jsonl --algorithm best-of-n,particle-filtering --budget 1,4,16");
    const where = this.folder ? "What it measures appears here while it goes on." : "Name the folder that it writes in the gateway's setting reports, or choose its rows.jsonl here, which stays in this browser.";
    return ["There is no evaluation yet. ", command, " makes one. ", where];
  }
}

function about(report) {
  const most = Math.max(...report.ways.map((one) => one.problems));
  const facts = [`${most} problems${report.file ? ` of ${report.file}` : ""}`, report.model && `solved by ${report.model}`, report.unread && `${report.unread} lines of its journal can't be read`];
  return `${facts.filter(Boolean).join(", ")}.`;
}

function rows(text) {
  try {
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((row) => "right" in row);
  } catch {
    return [];
  }
}

function table(curves, label) {
  const heads = ["algorithm", "budget", "problems", "accuracy", "95 % interval", label];
  const lines = curves.flatMap(([name, own]) => own.map(({ way, accuracy, low, high, cost }) => [name, way.budget, way.problems, percent(accuracy), `${percent(low)} to ${percent(high)}`, figure(cost)]));
  return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Accuracies" }, html("table", {},
    html("thead", {}, html("tr", {}, ...heads.map((one) => html("th", { scope: "col" }, one)))),
    html("tbody", {}, ...lines.map((line) => html("tr", {}, ...line.map((cell) => html("td", {}, String(cell))))))));
}
