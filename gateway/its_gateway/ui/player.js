// Plays the moments of a search one after another, as slowly as people read, whether it still goes on or has ended.
import { html } from "./dom.js";

const LEAST = 500; // milliseconds that a moment is shown, and what each character of its sentence adds
const READ = 30;
const WHOLE = 30000; // a search shouldn't take longer to watch than this
const SPEEDS = [[0.5, "½×"], [1, "1×"], [2, "2×"], [4, "4×"]];
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Player {
  constructor(shown) {
    this.shown = shown; // called with the number of moments to show
    this.lengths = []; // of the sentences
    this.at = 0;
    this.playing = !still();
    this.complete = false; // whether no more moments will come
    const button = (label, sign, does) => html("button", { type: "button", "aria-label": label, title: label, onclick: does }, sign);
    this.slider = html("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Moment of the search", oninput: () => this.jump(Number(this.slider.value)) });
    this.toggling = html("button", { type: "button", class: "toggle", onclick: () => this.toggle() });
    this.speed = html("select", { "aria-label": "Speed" }, ...SPEEDS.map(([value, name]) => html("option", { value, selected: value === 1 }, name)));
    this.place = html("span", { class: "figure" });
    this.element = html("div", { class: "player", role: "group", "aria-label": "Playback" },
      button("Previous moment", "‹", () => this.jump(this.at - 1)), this.toggling, button("Next moment", "›", () => this.jump(this.at + 1)),
      this.slider, this.place, this.speed, button("To the end", "»", () => this.jump(this.size)));
    this.named();
  }

  get size() {
    return this.lengths.length;
  }

  // The moments' sentences are so long now; whoever looks at the last one sees it grow.
  grow(lengths) {
    const last = this.at === this.size;
    this.lengths = lengths;
    this.slider.max = this.size;
    this.named();
    if (!this.playing && last && still()) this.show(this.size);
    else if (this.playing && this.timer === undefined) this.tick();
    else if (last && this.at === this.size) this.show(this.at);
  }

  tick() {
    this.timer = undefined;
    if (this.playing && this.complete && this.at >= this.size) this.stop();
    if (!this.playing || this.at >= this.size) return;
    this.show(this.at + 1);
    this.timer = setTimeout(() => this.tick(), this.pause(this.at - 1));
  }

  pause(moment) {
    const wanted = this.lengths.map((length) => LEAST + READ * length);
    const all = wanted.reduce((sum, one) => sum + one, 0);
    return (wanted[moment] * Math.min(1, WHOLE / all)) / Number(this.speed.value);
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.at >= this.size) this.at = 0;
    this.named();
    if (this.playing && this.timer === undefined) this.tick();
  }

  jump(to) {
    this.playing = false;
    this.show(Math.max(0, Math.min(this.size, to)));
  }

  show(at) {
    this.at = at;
    this.slider.value = at;
    this.named();
    this.shown(at);
  }

  named() {
    this.toggling.textContent = this.playing ? "Pause" : "Play";
    this.place.textContent = `${this.at} of ${this.size}`;
    this.slider.setAttribute("aria-valuetext", `moment ${this.at} of ${this.size}`);
  }

  end() {
    this.complete = true;
    if (this.timer === undefined) this.tick();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.playing = false;
    this.named();
  }
}
