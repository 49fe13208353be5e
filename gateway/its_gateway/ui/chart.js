// Accuracy against a cost: lines with intervals over the Pareto front, drawn as `its report` draws them.
import { Card } from "./card.js";
import { html, number, svg } from "./dom.js";
import { front } from "./ways.js";

const [WIDE, TALL, LEFT, RIGHT, TOP, BOTTOM] = [860, 420, 56, 24, 16, 52];
const COLOURS = 7; // the eighth line takes the first colour again, and another dash
const look = (place) => `c${place % COLOURS} d${Math.floor(place / COLOURS) % 3}`;
export const percent = (value) => `${(100 * value).toFixed(1)}%`;
export const figure = (value) => number(Number(value.toPrecision(3)));

export function chart(curves, label) {
  const spots = curves.flatMap(([, own]) => own);
  const [x, y] = [across(spots), up(spots)];
  const card = new Card();
  const marks = curves.map(([name, own], place) => line(name, own, place, { x, y, card, label }));
  const drawing = svg("svg", { class: "chart", viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": `Accuracy against ${label}; the table below says the same` },
    ...y.ticks.map((one) => svg("g", {}, svg("path", { class: "grid", d: `M${LEFT} ${y(one)}H${WIDE - RIGHT}` }), svg("text", { class: "end", x: LEFT - 8, y: y(one) + 4 }, `${Math.round(100 * one)}%`))),
    ...x.ticks.map((one) => svg("g", {}, svg("path", { class: "grid", d: `M${x(one)} ${TALL - BOTTOM}v5` }), svg("text", { class: "head", x: x(one), y: TALL - BOTTOM + 20 }, number(one)))),
    svg("text", { class: "head", x: (LEFT + WIDE - RIGHT) / 2, y: TALL - 10 }, label),
    svg("path", { class: "front", d: path(front(spots), x, y) }), ...marks);
  drawing.addEventListener("pointerleave", () => card.hide());
  const names = curves.map(([name], place) => html("li", {}, sign(look(place), "line"), name));
  return html("figure", {}, html("ul", { class: "legend", "aria-label": "Lines" }, ...names, html("li", {}, sign("", "front"), "Pareto front: nothing else is as good for less")),
    html("div", { class: "stage" }, html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Chart" }, drawing), card.element),
    html("figcaption", { class: "quiet" }, "Bars are 95 % intervals (Wilson). The axis of costs is logarithmic."));
}

function line(name, own, place, { x, y, card, label: costs }) {
  const told = ({ label, accuracy, low, high, cost }) => `${label}: ${percent(accuracy)} (${percent(low)} to ${percent(high)}) at ${figure(cost)} ${costs}`;
  const spot = (one) => svg("g", { class: "spot", onpointerover: (event) => card.show(event.currentTarget.lastChild.getBoundingClientRect(), { class: "text", text: told(one) }) },
    svg("path", { class: "whisker", d: `M${x(one.cost)} ${y(one.low)}V${y(one.high)}` }),
    svg("circle", { class: "reach", cx: x(one.cost), cy: y(one.accuracy), r: 12 }),
    svg("circle", { class: "mark", cx: x(one.cost), cy: y(one.accuracy), r: 4.5 }));
  return svg("g", { class: look(place), "data-name": name }, svg("path", { class: "line", d: path(own, x, y) }), ...own.map(spot));
}

const sign = (kind, line) => svg("svg", { class: `mini ${kind}`, viewBox: "0 0 30 12", "aria-hidden": "true" }, svg("path", { class: line, d: "M2 6H28" }));
const path = (spots, x, y) => `M${spots.map((one) => `${x(one.cost).toFixed(1)} ${y(one.accuracy).toFixed(1)}`).join("L")}`;

// A logarithmic scale that holds all costs, with some air on both sides, marked at 1, 2, 5, 10 … or at few whole costs.
function across(spots) {
  const costs = spots.map((one) => one.cost);
  const [low, high] = [Math.log10(Math.min(...costs) / 1.25), Math.log10(Math.max(...costs) * 1.25)];
  const x = (value) => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDE - LEFT - RIGHT);
  const own = [...new Set(costs)];
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, place) => Math.floor(low) + place);
  const round = decades.flatMap((one) => [1, 2, 5].map((step) => Number(`${step}e${one}`))).filter((one) => Math.log10(one) >= low && Math.log10(one) <= high);
  x.ticks = own.every(Number.isInteger) && own.length < 9 ? own : round;
  return x;
}

// Shares from the tenth below the lowest interval, 90 % at most, to 1.
function up(spots) {
  const lowest = Math.min(0.9, Math.floor(10 * Math.min(...spots.map((one) => one.low))) / 10);
  const y = (share) => TALL - BOTTOM - ((share - lowest) / (1 - lowest)) * (TALL - BOTTOM - TOP);
  y.ticks = Array.from({ length: 11 - Math.round(10 * lowest) }, (_, place) => (Math.round(10 * lowest) + place) / 10);
  return y;
}
