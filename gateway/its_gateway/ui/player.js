// Plays the moments of a search one after another, as slowly as people read, whether it still goes on or has ended.
import { html } from "./dom.js";

const LONGEST = 1100;
const SHORTEST = 60;
const WHOLE = 16000; // a search shouldn't take longer to watch than this, in milliseconds

export class Player {
  constructor(shown) {
    this.shown = shown; // called with the number of moments to show
    this.size = 0;
    this.at = 0;
    this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.slider = html("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Moment of the search", oninput: () => this.jump(Number(this.slider.value)) });
    this.button = html("button", { type: "button", onclick: () => this.toggle() }, "Pause");
    const step = (by, label, sign) => html("button", { type: "button", "aria-label": label, onclick: () => this.jump(this.at + by) }, sign);
    this.element = html("div", { class: "player", role: "group", "aria-label": "Playback" },
      step(-1, "Previous moment", "‹"), this.button, step(1, "Next moment", "›"), this.slider,
      html("button", { type: "button", onclick: () => this.jump(this.size) }, "To the end"));
    this.named();
  }

  // There are so many moments now.
  grow(size) {
    const still = !this.playing && this.at === this.size && matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.size = size;
    this.slider.max = size;
    if (still) this.show(size);
    else if (this.playing && this.timer === undefined) this.tick();
  }

  tick() {
    this.timer = undefined;
    if (!this.playing || this.at >= this.size) return;
    this.show(this.at + 1);
    const pause = Math.max(SHORTEST, Math.min(LONGEST, WHOLE / this.size));
    this.timer = setTimeout(() => this.tick(), pause);
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.at >= this.size) this.at = 0;
    this.named();
    if (this.playing && this.timer === undefined) this.tick();
  }

  jump(to) {
    this.playing = false;
    this.named();
    this.show(Math.max(0, Math.min(this.size, to)));
  }

  show(at) {
    this.at = at;
    this.slider.value = at;
    this.shown(at);
  }

  named() {
    this.button.textContent = this.playing ? "Pause" : "Play";
  }

  stop() {
    clearTimeout(this.timer);
    this.playing = false;
  }
}
