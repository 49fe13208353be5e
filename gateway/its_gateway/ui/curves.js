// Accuracy against what it costs, from the rows of `its eval`, which are read here and sent nowhere.
import { html, number, svg } from "./dom.js";

const COSTS = {
  samples: ["budget in samples", (row) => row.budget],
  tokens: ["tokens written per question", (row) => Number(row.ledger?.completion_tokens ?? 0)],
  seconds: ["seconds per question", (row) => Number(row.seconds ?? row.ledger?.seconds ?? 0)],
};
const [WIDE, TALL, EDGE] = [720, 380, 54];
const MARKS = ["●", "■", "▲", "◆", "▼", "✚", "○", "□"];

export class Curves {
  constructor() {
    this.rows = [];
    this.file = html("input", { type: "file", accept: ".jsonl,.json", multiple: true, id: "rows", onchange: () => this.read() });
    this.cost = html("select", { id: "cost", onchange: () => this.draw() }, ...Object.entries(COSTS).map(([name, [label]]) => html("option", { value: name }, label)));
    this.drawn = html("div", { class: "curves" });
    this.element = html("div", {}, html("h2", {}, "Accuracy against cost"),
      html("p", {}, "Choose the rows of an evaluation: the .jsonl that ", html("code", {}, "its eval FILE --out DIR"), " writes into DIR. They stay in this browser."),
      html("div", { class: "fields" }, html("div", { class: "field" }, html("label", { for: "rows" }, "Rows"), this.file), html("div", { class: "field" }, html("label", { for: "cost" }, "Against"), this.cost)),
      this.drawn);
  }

  async run() {}

  leave() {}

  async read() {
    const texts = await Promise.all([...this.file.files].map((one) => one.text()));
    try {
      this.rows = texts.flatMap((text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line))).filter((row) => "right" in row);
    } catch {
      this.rows = [];
    }
    this.draw();
  }

  draw() {
    if (!this.rows.length) {
      this.drawn.replaceChildren(html("p", { class: "error", role: "alert" }, "These are no rows of an evaluation: each line is a JSON object with `algorithm`, `budget` and `right`."));
      return;
    }
    const [label, cost] = COSTS[this.cost.value];
    const curves = curvesOf(this.rows, cost);
    this.drawn.replaceChildren(chart(curves, label), table(curves, label));
  }
}

// Returns [[algorithm, [{budget, cost, right, low, high, size}]]], points in the order of their cost.
export function curvesOf(rows, cost) {
  const groups = Map.groupBy ? Map.groupBy(rows, (row) => row.algorithm) : grouped(rows, (row) => row.algorithm);
  return [...groups].map(([name, own]) => [name, [...grouped(own, (row) => row.budget)].map(([budget, some]) => point(budget, some, cost)).sort((a, b) => a.cost - b.cost)]);
}

function grouped(rows, by) {
  const found = new Map();
  for (const row of rows) found.set(by(row), [...(found.get(by(row)) ?? []), row]);
  return found;
}

// Wilson's score interval (1927) at 95 %.
function point(budget, rows, cost) {
  const [n, z] = [rows.length, 1.96];
  const p = rows.filter((row) => row.right).length / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { budget, size: n, right: p, low: middle - half, high: middle + half, cost: rows.reduce((sum, row) => sum + cost(row), 0) / n };
}

function chart(curves, label) {
  const costs = curves.flatMap(([, points]) => points.map((one) => one.cost)).map((one) => Math.max(one, 1e-6));
  const [low, high] = [Math.log(Math.min(...costs)), Math.log(Math.max(...costs))];
  const x = (value) => EDGE + ((Math.log(Math.max(value, 1e-6)) - low) / (high - low || 1)) * (WIDE - 2 * EDGE);
  const y = (value) => TALL - EDGE - value * (TALL - 2 * EDGE);
  const lines = [0, 0.25, 0.5, 0.75, 1].map((value) => svg("g", {}, svg("line", { class: "grid", x1: EDGE, x2: WIDE - EDGE, y1: y(value), y2: y(value) }), svg("text", { class: "head", x: EDGE - 22, y: y(value) + 4 }, `${value * 100}%`)));
  const ticks = [...new Set(costs)].map((value) => svg("text", { class: "head", x: x(value), y: TALL - EDGE + 18 }, number(Number(value.toPrecision(2)))));
  const drawn = curves.flatMap(([name, points], place) => {
    const each = points.map((one) => [x(one.cost), y(one.right), one]);
    return [
      svg("polyline", { class: `curve c${place % 8}`, points: each.map(([a, b]) => `${a},${b}`).join(" ") }),
      ...each.map(([a, , one]) => svg("line", { class: `curve thin c${place % 8}`, x1: a, x2: a, y1: y(one.low), y2: y(one.high) })),
      ...each.map(([a, b, one]) => svg("text", { class: `mark c${place % 8}`, x: a, y: b + 5 }, MARKS[place % 8], svg("title", {}, `${name}, budget ${one.budget}: ${(one.right * 100).toFixed(1)}%`))),
    ];
  });
  const names = curves.map(([name], place) => html("li", {}, html("span", { class: `mark c${place % 8}`, "aria-hidden": "true" }, MARKS[place % 8]), ` ${name}`));
  return html("figure", {}, html("ul", { class: "legend" }, ...names),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Chart" },
      svg("svg", { class: "chart", viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": `Accuracy against ${label}; the table below says the same` }, ...lines, ...ticks, ...drawn,
        svg("text", { class: "head", x: WIDE / 2, y: TALL - 8 }, label))),
    html("figcaption", { class: "quiet" }, "Bars are 95 % intervals (Wilson). The axis of costs is logarithmic."));
}

function table(curves, label) {
  const heads = ["algorithm", "budget", "questions", "accuracy", "95 % interval", label];
  const rows = curves.flatMap(([name, points]) => points.map((one) => [name, one.budget, one.size, percent(one.right), `${percent(one.low)} to ${percent(one.high)}`, Number(one.cost.toPrecision(3))]));
  return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Accuracies" }, html("table", {},
    html("thead", {}, html("tr", {}, ...heads.map((one) => html("th", { scope: "col" }, one)))),
    html("tbody", {}, ...rows.map((row) => html("tr", {}, ...row.map((cell) => html("td", {}, String(cell))))))));
}

const percent = (value) => `${(100 * value).toFixed(1)}%`;
