// What a dot says, beside it, while it is pointed at.
import { html } from "./dom.js";
import { prose } from "./math.js";

const LONGEST = 600;

export class Card {
  constructor() {
    this.element = html("div", { class: "card", role: "tooltip", hidden: true });
  }

  // Shows lines of {class, text} near `where`, a rectangle of the window, inside of the positioned element around.
  show(where, ...lines) {
    this.element.replaceChildren(...lines.filter((one) => one.text).map((one) => prose("p", { class: one.class }, cut(one.text))));
    this.element.hidden = false;
    const [own, home] = [this.element.getBoundingClientRect(), this.element.offsetParent.getBoundingClientRect()];
    const left = Math.min(Math.max(where.left - home.left + 14, 4), Math.max(4, home.width - own.width - 4));
    const below = where.bottom - home.top + 10;
    const fits = where.bottom + own.height + 14 < innerHeight;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${fits ? below : where.top - home.top - own.height - 10}px`;
  }

  // Returns undefined: nothing is shown now.
  hide() {
    this.element.hidden = true;
  }
}

const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (all of it below, on a click)` : text);
