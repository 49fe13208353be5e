// Where things stand in a tree: columns as wide as there is room for, rows as high as their number allows.
const LEFT = 46;
const TOP = 24;
const READABLE = 190; // columns so wide have room for what a step says
const SCORED = 62; // and so wide, for its score
const WIDEST = 270;
const REACH = 16; // so far from its middle a dot is meant
const NARROWEST = 30;

export class Layout {
  constructor(lanes, room) {
    const slots = lanes.reduce((most, lane) => Math.max(most, lane.slot + 1), 1);
    this.columns = lanes.reduce((most, lane) => Math.max(most, lane.end), 1);
    const right = room < 560 ? 92 : 150;
    const each = Math.floor((room - LEFT - right - 4) / Math.max(this.columns, 2));
    this.tall = slots > 48 ? 11 : slots > 24 ? 16 : 30;
    this.wide = Math.max(this.tall < 30 ? NARROWEST : NARROWEST + 14, Math.min(WIDEST, each));
    this.dot = slots > 48 ? 5 : slots > 24 ? 6 : 9;
    this.roomy = this.tall === 30; // for words above and below a dot
    this.scored = this.roomy && this.wide >= SCORED;
    this.wordy = this.roomy && this.wide >= READABLE;
    this.width = LEFT + this.columns * this.wide + right;
    this.height = TOP + slots * this.tall + 14;
    this.root = [LEFT - 24, TOP + ((slots - 1) * this.tall) / 2 + this.tall / 2];
  }

  x(column) {
    return LEFT + column * this.wide + 26;
  }

  at(lane, column) {
    return [this.x(column), TOP + lane.slot * this.tall + this.tall / 2];
  }

  // The name of the node at a point, or right beside it.
  near(nodes, [x, y]) {
    let [best, least] = [undefined, REACH * REACH];
    for (const [name, { lane, column }] of nodes) {
      const [a, b] = this.at(lane, column);
      const far = (a - x) ** 2 + (b - y) ** 2;
      if (far < least) [best, least] = [name, far];
    }
    return best;
  }

  // The name of the node that is nearest to another one in a direction; its own where there is none.
  nearest(nodes, name, way) {
    const here = nodes.get(name);
    const [x, y] = this.at(here.lane, here.column);
    let [best, least] = [name, Infinity];
    for (const [other, { lane, column }] of nodes) {
      const [a, b] = this.at(lane, column);
      const along = (a - x) * way[0] + (b - y) * way[1];
      const far = along + 4 * (Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0]));
      if (along > 0 && far < least) [best, least] = [other, far];
    }
    return best;
  }
}
