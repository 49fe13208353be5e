// One search on the page: its tree, what is happening, and what stands beside it; live while it goes on.
import { Gone, get, pause, watch } from "./api.js";
import { models } from "./asking.js";
import { html, seconds } from "./dom.js";
import { about, guide, legend } from "./guide.js";
import { Moments } from "./moments.js";
import * as panels from "./panels.js";
import { Player } from "./player.js";
import { Search } from "./search.js";
import { words } from "./story.js";
import { Tree } from "./tree.js";

const LONGEST_WAIT = 10;
const ENDED = {
  failed: "It failed, and there is no answer: ",
  cancelled: "Whoever asked left before the end, so the work was stopped there: there is no answer.",
};

export class View {
  constructor(trace, { question = "", narrow = false, done = () => undefined } = {}) {
    this.trace = trace;
    this.question = question;
    this.narrow = narrow;
    this.done = done; // called with this view when all is told
    this.moments = new Moments();
    this.at = 0; // how many of them are shown
    this.leaving = new AbortController();
    this.tree = new Tree((found) => this.look(found));
    this.player = new Player((at) => this.show(at));
    this.head = html("div", { class: "head" });
    this.about = html("div");
    this.trouble = html("div", { role: "alert" });
    this.now = html("p", { class: "now", role: "status" }, "Waiting for the first event…");
    this.side = html("div", { class: "side" });
    this.step = html("div", { class: "looked" }, panels.step(null));
    this.table = html("div");
    this.story = html("ol", { class: "story" });
    const fold = (title, content) => html("details", { ontoggle: () => this.draw() }, html("summary", {}, title), content);
    this.folds = [fold("The story so far", this.story), fold("All candidates as a table", this.table)];
    this.element = html("article", { class: narrow ? "view narrow" : "view", "data-trace": trace },
      this.head, this.about, this.trouble, this.now, this.player.element, this.tree.element, narrow ? "" : legend(),
      html("div", { class: "below" }, this.side, this.step), ...this.folds);
  }

  async run() {
    for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        await this.follow();
        return;
      } catch (error) {
        if (error.name === "AbortError") return;
        this.trouble.replaceChildren(html("p", { class: "error" }, error.message, error instanceof Gone ? " It is tried again by itself." : ""));
        if (!(error instanceof Gone)) return;
      }
      await pause(wait, this.leaving.signal);
    }
  }

  async follow() {
    const { signal } = this.leaving;
    this.heading((await get(`v1/traces/${encodeURIComponent(this.trace)}`, signal)).info);
    this.explain();
    this.moments = new Moments();
    for await (const event of watch(this.trace, signal)) this.add(event);
    this.heading((await get(`v1/traces/${encodeURIComponent(this.trace)}`, signal)).info);
    this.trouble.replaceChildren();
    this.element.dataset.told = "all";
    this.grow(); // all may have come between two frames
    this.player.end();
    this.draw();
    this.end();
    this.done(this);
  }

  add(event) {
    this.moments.add(event);
    this.growing ??= requestAnimationFrame(() => this.grow());
  }

  grow() {
    cancelAnimationFrame(this.growing);
    this.growing = undefined;
    this.player.grow(this.moments.list.map((one) => words(one).length));
  }

  leave() {
    this.leaving.abort();
    this.player.stop();
  }

  heading(info) {
    this.info = info;
    const asked = this.question || questionOf(info);
    const state = stateOf(info);
    const facts = [info.algorithm || "a pipeline", info.model, info.reward_model && `judged by ${info.reward_model}`, seconds(info.seconds), state].filter(Boolean);
    this.head.replaceChildren(html("h2", asked.length > 400 ? { class: "asked", tabindex: 0 } : {}, this.narrow ? info.algorithm : asked || "A question that is not kept"), html("p", { class: `facts ${state}` }, facts.join(" · ")), asked || this.narrow ? "" : html("p", { class: "quiet" }, "The setting orchestrator.traces.prompts keeps questions."));
  }

  // Says how it ended where that isn't with an answer.
  end() {
    const said = ENDED[stateOf(this.info)];
    if (said) this.trouble.replaceChildren(html("p", { class: "error" }, said, stateOf(this.info) === "failed" ? this.info.error || "no cause was told." : ""));
  }

  async explain() {
    if (this.narrow || this.about.childElementCount) return;
    const known = await models().catch(() => []);
    const its = known.find((one) => one.its?.algorithm === this.info.algorithm)?.its;
    this.about.replaceChildren(guide(about(this.info.algorithm, its?.summary ?? ""), its?.source ? `Source: ${its.source}` : ""));
  }

  show(at) {
    this.at = at;
    this.now.setAttribute("aria-live", this.player.playing ? "off" : "polite");
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = undefined;
      this.draw();
    });
  }

  draw() {
    const shown = this.moments.list.slice(0, this.at);
    const search = (this.search = new Search(shown.flatMap((one) => one.events)));
    search.over = this.element.dataset.told === "all" && this.at === this.moments.list.length;
    this.tree.draw(search);
    this.now.textContent = shown.length ? words(shown.at(-1)) : "Before it began.";
    this.side.replaceChildren(...[panels.answer(search), panels.votes(search), panels.certain(search), panels.tokens(search), panels.time(search), panels.notes(search)].filter(Boolean));
    const [story, table] = this.folds.map((one) => one.open);
    if (story) this.story.replaceChildren(...shown.map((one) => html("li", {}, html("span", { class: "figure" }, seconds(one.seconds)), " ", words(one))));
    if (table) this.table.replaceChildren(panels.table(search));
    this.element.dataset.shown = search.answer ? "answer" : "";
  }

  look(found) {
    this.step.replaceChildren(panels.step(found, this.search));
  }
}

export const stateOf = (info) => (info?.state ?? "").replace("TRACE_STATE_", "").toLowerCase();

export function questionOf(info) {
  const last = (info?.conversation?.messages ?? []).at(-1);
  return info?.text ?? last?.content?.map((part) => part.text ?? "").join("") ?? "";
}
