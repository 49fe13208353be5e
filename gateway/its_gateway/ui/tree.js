// One search as a tree: time runs to the right, a lane is a candidate, a dot is a step, its fill is its score.
import { short, svg } from "./dom.js";

const LEFT = 46;
const TOP = 22;
const NARROWEST = 74;
const WIDEST = 250;
const RIGHT = 150;
const READABLE = 150; // columns so wide have room for what a step says

export class Tree {
  constructor(shown) {
    this.shown = shown; // called with {lane, step, column} when a step is looked at
    this.chosen = "";
    this.svg = svg("svg", { class: "tree", role: "group", "aria-label": "The search as a tree of steps" });
    this.svg.addEventListener("keydown", (event) => this.moved(event));
    this.element = this.svg;
  }

  draw(search) {
    const lanes = [...search.lanes.values()];
    const slots = Math.max(1, ...lanes.map((lane) => lane.slot + 1));
    const columns = Math.max(1, ...lanes.map((lane) => lane.end));
    const room = (this.svg.parentElement?.clientWidth ?? 0) - LEFT - RIGHT - 4;
    this.wide = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(room / Math.max(columns, 4))));
    this.tall = slots > 24 ? 15 : 30;
    const [width, height] = [LEFT + columns * this.wide + RIGHT, TOP + slots * this.tall + 14];
    const [path, alive] = [search.path(), search.alive()];
    const focused = this.svg.contains(document.activeElement) ? this.chosen : null;
    this.nodes = new Map();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    const root = [LEFT - 24, TOP + ((slots - 1) * this.tall) / 2];
    this.svg.replaceChildren(
      ...this.heads(columns, columns === 1 && lanes.some((lane) => lane.ended)),
      svg("g", { class: "links" }, ...lanes.flatMap((lane) => this.links(lane, search, { path, alive }, root))),
      svg("circle", { class: "root", cx: root[0], cy: root[1], r: 7 }, svg("title", {}, "The question")),
      ...lanes.flatMap((lane) => this.dots(lane, search, { path, alive })),
      ...lanes.map((lane) => this.end(lane)).filter(Boolean),
    );
    this.rove(focused);
  }

  at(lane, column) {
    return [LEFT + column * this.wide + NARROWEST / 2, TOP + lane.slot * this.tall + this.tall / 2];
  }

  heads(columns, whole) {
    return Array.from({ length: columns }, (_, column) =>
      svg("text", { class: "head", x: LEFT + column * this.wide + NARROWEST / 2, y: 13 }, whole ? "answer" : `step ${column + 1}`),
    );
  }

  links(lane, search, { path, alive }, root) {
    const links = [];
    let from = root;
    let before = null;
    if (lane.parent !== null) {
      const parent = search.lanes.get(lane.parent);
      from = lane.born > 0 ? this.at(parentAt(search, parent, lane.born - 1), lane.born - 1) : root;
      before = parentAt(search, parent, lane.born - 1);
    }
    for (let column = lane.born; column < Math.max(lane.end, lane.born + (lane.parent === null ? 0 : 1)); column += 1) {
      const to = this.at(lane, column);
      const on = path.has(`${lane.id}/${column}`);
      const born = column === lane.born && before;
      const kind = on ? "on" : !alive.has(`${lane.id}/${column}`) ? "dropped" : born ? "fork" : "";
      links.push(svg("path", { class: `link ${kind} ${column >= lane.end ? "coming" : ""}`, d: curve(from, to) }));
      from = to;
    }
    return links;
  }

  dots(lane, search, { path, alive }) {
    return lane.steps.map((step, place) => {
      const column = lane.born + place;
      const [x, y] = this.at(lane, column);
      const share = search.share(step.score);
      const name = `${lane.id}/${column}`;
      const on = path.has(name) ? "on" : alive.has(name) ? "" : "dropped";
      const level = share === null ? "unscored" : `s${Math.min(4, Math.floor(share * 5))}`;
      const most = this.tall > 20 ? 9 : 6;
      const dot = svg(
        "g",
        { class: `step ${level} ${on}`, role: "button", tabindex: -1, "data-name": name, "aria-label": said(lane, step, column) },
        svg("circle", { cx: x, cy: y, r: most + 4, class: "halo" }),
        svg("circle", { cx: x, cy: y, r: 3 + (share ?? 0.4) * (most - 3), class: "dot" }),
        svg("title", {}, said(lane, step, column)),
        this.wide < READABLE || this.tall < 20 ? null : svg("text", { class: "says", x: x + 14, y: y - 4 }, short(step.text, Math.floor((this.wide - 26) / 6.2))),
      );
      dot.addEventListener("click", () => this.show(name));
      this.nodes.set(name, { dot, lane, step, column });
      return dot;
    });
  }

  end(lane) {
    const [x, y] = this.at(lane, Math.max(lane.born, lane.end - 1));
    if (lane.dropped) return svg("text", { class: "cross", x: x + 17, y: y + 5 }, "✕");
    if (!lane.ended) return null;
    const answer = short(lane.ended.answer || "no answer", 14);
    const low = this.wide < READABLE || this.tall < 20 ? 5 : 10;
    return svg("text", { class: `answer ${lane.chosen ? "on" : ""}`, x: x + 16, y: y + low }, lane.chosen ? `★ ${answer}` : answer);
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
    for (const [each, { dot }] of this.nodes) {
      dot.setAttribute("tabindex", each === name ? 0 : -1);
      dot.classList.toggle("seen", each === this.chosen);
    }
    if (focused !== null) this.nodes.get(name)?.dot.focus();
  }

  moved(event) {
    const here = this.nodes.get(event.target.dataset?.name);
    if (!here) return;
    const [ways, all] = [{ ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }, [...this.nodes]];
    const way = ways[event.key];
    if (!way) {
      if (event.key === "Enter" || event.key === " ") this.show(event.target.dataset.name);
      return;
    }
    event.preventDefault();
    const [x, y] = this.at(here.lane, here.column);
    const best = all
      .map(([name, one]) => [name, this.at(one.lane, one.column)])
      .map(([name, [a, b]]) => [name, (a - x) * way[0] + (b - y) * way[1], Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0])])
      .filter(([, along]) => along > 0)
      .sort((a, b) => a[1] + 4 * a[2] - (b[1] + 4 * b[2]))[0];
    if (best) this.show(best[0]);
  }
}

// The lane among `lane` and its ancestors that wrote the step of a column.
function parentAt(search, lane, column) {
  while (lane.born > column && lane.parent !== null) lane = search.lanes.get(lane.parent);
  return lane;
}

function curve([x, y], [a, b]) {
  const middle = (x + a) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${b} ${a} ${b}`;
}

function said(lane, step, column) {
  const score = step.score === null ? "not scored" : `score ${step.score.toFixed(3)}`;
  const fate = lane.dropped ? ", dropped" : lane.chosen ? ", the answer" : "";
  return `Candidate ${lane.id}, step ${column + 1}, ${score}${fate}: ${short(step.text, 160)}`;
}
