// One search as a tree: time runs to the right, a row is a candidate, a dot is a step, its fill is its score.
import { Card } from "./card.js";
import { html, short, svg } from "./dom.js";
import { Layout } from "./layout.js";

export class Tree {
  constructor(shown) {
    this.shown = shown; // called with {lane, step, column} when a step is looked at
    this.chosen = "";
    this.nodes = new Map();
    this.card = new Card();
    this.svg = svg("svg", { class: "tree", role: "group", "aria-label": "The search as a tree of steps; arrow keys walk through it" });
    this.svg.addEventListener("keydown", (event) => this.moved(event));
    this.svg.addEventListener("click", (event) => this.show(this.under(event)));
    this.svg.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.svg.addEventListener("pointerleave", () => this.point());
    this.svg.addEventListener("focusin", (event) => this.point(event.target.dataset.name));
    this.svg.addEventListener("focusout", () => this.point());
    this.scroll = html("div", { class: "scroll canvas", tabindex: 0, role: "region", "aria-label": "Tree, scrollable", onscroll: () => this.point() }, this.svg);
    this.element = html("div", { class: "stage" }, this.scroll, this.card.element);
  }

  draw(search) {
    const lanes = [...search.lanes.values()];
    const layout = (this.layout = new Layout(lanes, this.scroll.clientWidth));
    this.search = search;
    this.pointed = this.card.hide();
    const marks = { path: search.path(), alive: search.alive(), range: search.range(), certain: search.certain() };
    const focused = this.svg.contains(document.activeElement) ? this.chosen : null;
    this.nodes.clear();
    for (const [name, value] of [["viewBox", `0 0 ${layout.width} ${layout.height}`], ["width", layout.width], ["height", layout.height]]) this.svg.setAttribute(name, value);
    this.svg.replaceChildren(
      ...this.heads(layout, marks, layout.columns === 1 && lanes.some((lane) => lane.ended)),
      svg("g", { class: "links" }, ...lanes.flatMap((lane) => this.links(lane, marks))),
      svg("circle", { class: "root", cx: layout.root[0], cy: layout.root[1], r: 7 }, svg("title", {}, "The question")),
      ...lanes.flatMap((lane) => this.dots(lane, marks)),
      ...lanes.map((lane) => this.end(lane)).filter(Boolean),
    );
    this.rove(focused);
  }

  heads(layout, { certain }, whole) {
    return Array.from({ length: layout.columns }, (_, column) => {
      const name = this.search.stages[column] ?? (layout.wide < 54 ? `${column + 1}` : `step ${column + 1}`);
      return svg("text", { class: `head ${column < certain ? "certain" : ""}`, x: layout.x(column), y: 13 }, `${whole ? "answer" : name}${column < certain ? " ✓" : ""}`);
    });
  }

  links(lane, { path, alive }) {
    const [links, layout] = [[], this.layout];
    let from = layout.root;
    let copied = false;
    if (lane.parent !== null && lane.born > 0) {
      from = layout.at(ancestor(this.search, lane, lane.born - 1), lane.born - 1);
      copied = true;
    }
    const until = Math.max(lane.end, lane.born + (lane.parent === null ? 0 : 1));
    for (let column = lane.born; column < until; column += 1) {
      const [to, name] = [layout.at(lane, column), `${lane.id}/${column}`];
      const fork = column === lane.born && copied ? "fork" : "";
      links.push(svg("path", { class: `link ${path.has(name) ? "on" : alive.has(name) ? fork : "dropped"} ${column >= lane.end ? "coming" : ""}`, d: curve(from, to) }));
      from = to;
    }
    return links;
  }

  dots(lane, { path, alive, range: [low, high] }) {
    const layout = this.layout;
    return lane.steps.map((step, place) => {
      const column = lane.born + place;
      const [[x, y], name] = [layout.at(lane, column), `${lane.id}/${column}`];
      const share = step.score === null ? null : (step.score - low) / (high - low);
      const level = share === null ? "unscored" : `s${Math.min(4, Math.floor(share * 5))}`;
      const kind = path.has(name) ? "on" : alive.has(name) ? "" : "dropped";
      const dot = svg("g", { class: `step ${level} ${kind}`, role: "button", tabindex: -1, "data-name": name, "aria-label": said(lane, step, column) },
        svg("circle", { cx: x, cy: y, r: 3 + (share ?? 0.4) * (layout.dot - 3), class: "dot" }),
        this.caption(lane, step, column, [x, y]), this.copies(lane, column, [x, y]));
      this.nodes.set(name, { dot, lane, step, column });
      return dot;
    });
  }

  caption(lane, step, column, [x, y]) {
    const score = step.score === null ? "" : step.score.toFixed(2);
    if (!this.layout.scored || (!this.layout.wordy && !score)) return null;
    const text = this.layout.wordy ? short(step.text, Math.floor((this.layout.wide - 56) / 6.2)) : "";
    return svg("text", { class: "says", x: x + this.layout.dot + 5, y: y - 4 }, svg("tspan", { class: "score" }, score), text ? ` ${text}` : "");
  }

  copies(lane, column, [x, y]) {
    const places = lane.places.get(column) ?? 1;
    if (places < 2 || !this.layout.scored) return null;
    return svg("text", { class: "copies", x: x + this.layout.dot + 5, y: y + 10 }, `×${places}`);
  }

  end(lane) {
    const [x, y] = this.layout.at(lane, Math.max(lane.born, lane.end - 1));
    const [left, low] = [x + this.layout.dot + 5, y + (this.layout.roomy ? 10 : 4)];
    if (lane.dropped) return svg("text", { class: "cross", x: left, y: low }, "✕");
    if (!lane.ended) return null;
    const answer = short(lane.ended.answer || "no answer", 14);
    return svg("text", { class: `answer ${lane.chosen ? "on" : ""}`, x: left, y: low }, lane.chosen ? `★ ${answer}` : answer);
  }

  // The name of the dot that a pointer means: small ones from a little further away, those with words by their words.
  under(event) {
    const [box, point] = [this.svg.getBoundingClientRect(), [event.clientX, event.clientY]];
    return this.layout?.near(this.nodes, [point[0] - box.left, point[1] - box.top]) ?? event.target.closest(".step")?.dataset.name;
  }

  point(name) {
    const found = this.nodes.get(name);
    this.svg.classList.toggle("meant", Boolean(found));
    if (!found) this.pointed = this.card.hide();
    if (!found || name === this.pointed) return;
    this.pointed = name;
    const { lane, step, column, dot } = found;
    const last = lane.dropped && column === lane.end - 1;
    this.card.show(dot.querySelector(".dot").getBoundingClientRect(), { class: "quiet", text: titled(lane, step, column) }, { class: "text", text: step.text.trim() }, { class: "bad", text: last ? lane.fate : "" });
  }

  show(name) {
    const found = this.nodes.get(name);
    if (!found) return;
    this.chosen = name;
    this.rove(name);
    this.shown(found);
  }

  rove(focused) {
    const name = this.nodes.has(this.chosen) ? this.chosen : this.nodes.keys().next().value;
    this.nodes.get(this.stop)?.dot.setAttribute("tabindex", -1);
    this.nodes.get(this.stop)?.dot.classList.remove("seen");
    this.nodes.get(name)?.dot.setAttribute("tabindex", 0);
    this.nodes.get(name)?.dot.classList.toggle("seen", name === this.chosen);
    this.stop = name;
    if (focused !== null) this.nodes.get(name)?.dot.focus();
  }

  moved(event) {
    const name = event.target.dataset?.name;
    if (!this.nodes.has(name)) return;
    if (event.key === "Enter" || event.key === " ") this.show(name);
    else if (event.key === "Escape") this.point();
    else if (WAYS[event.key]) this.show(this.layout.nearest(this.nodes, name, WAYS[event.key]));
    else return;
    event.preventDefault();
  }
}

const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

// The lane among `lane` and its ancestors that wrote the step of a column.
function ancestor(search, lane, column) {
  while (lane.born > column && lane.parent !== null) lane = search.lanes.get(lane.parent);
  return lane;
}

function curve([x, y], [a, b]) {
  const middle = (x + a) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${b} ${a} ${b}`;
}

export function titled(lane, step, column) {
  return `Candidate ${lane.id}, step ${column + 1}: ${step.score === null ? "not scored" : `score ${step.score.toFixed(3)}`}`;
}

function said(lane, step, column) {
  const fate = lane.dropped ? ", dropped" : lane.chosen ? ", the answer" : "";
  return `${titled(lane, step, column)}${fate}. ${short(step.text, 160)}`;
}
