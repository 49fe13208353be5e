// How each kind of algorithm works, for people who have never seen one; and what the words and signs mean.
import { html } from "./dom.js";

const REWARD = "a second model, the reward model, gives it a score: how likely it looks to be right";
const STEPS = `The model writes several candidates side by side, one step at a time. After each step of a candidate, ${REWARD} so far.`;
const PARTICLES = `${STEPS} Then all places are handed out again, more of them to higher scores: that is resampling. A good candidate gets several places and is copied, a poor one gets none and ends. What counts are the odds: 0.99 weighs ten times as much as 0.9. So effort moves to what looks right long before anything is finished. The candidates are called particles, the whole a particle filter.`;
const VOTE = "The model answers the same question several times, each time a little differently. Wrong answers differ from one another, right ones agree: the answers vote.";
const JUDGED = "The model answers the question several times. Then it reads its own answers, and says which is best or writes a better one from them.";

const GUIDES = {
  "self-consistency": `${VOTE} The final answer that comes most often wins.`,
  "adaptive-self-consistency": `${VOTE} As soon as the vote can hardly turn any more, it stops asking.`,
  "beta-self-consistency": `${VOTE} As soon as the vote can hardly turn any more, it stops asking.`,
  "self-certainty": `${VOTE} Those that were written with more certainty weigh more.`,
  deepconf: `${VOTE} Those that were written with more certainty weigh more, and unsure ones are stopped early.`,
  "best-of-n": `The model writes several whole answers. To each, ${REWARD}. The highest score wins.`,
  "weighted-best-of-n": `The model writes several whole answers. To each, ${REWARD}. Answers that agree add up their scores; the largest sum wins.`,
  "beam-search": `${STEPS} Only the few best go on, each of them several times, which are called beams; the others end.`,
  dvts: `${STEPS} Candidates belong to separate trees, and the best one of each tree goes on, so that not all can make the same mistake.`,
  rebase: `${STEPS} The better a candidate looks, the more often it goes on; the poor ones end.`,
  "particle-filtering": PARTICLES,
  "entropic-particle-filtering": `${PARTICLES} It begins gently, so that no early favourite takes all places.`,
  "particle-gibbs": `${PARTICLES} It does so several times over, keeping the best path from one time to the next.`,
  "universal-self-consistency": JUDGED,
  "generative-selection": JUDGED,
  "recursive-self-aggregation": JUDGED,
  pacore: JUDGED,
  "self-refine": "The model answers, criticises its answer, and writes it again, until there is nothing left to criticise.",
  planning: "The model makes several plans first, and spends its budget on following them.",
  auto: "The question's difficulty is guessed first; that decides which algorithm gets it.",
};
const PIPELINE = "A pipeline of stages: search finds candidates, editing changes them, scoring judges them, selection keeps some. A lane is a candidate, a column is a stage that left it.";

const LEGEND = [
  ["dot good", "a step that the reward model scores high: large and strong"],
  ["dot poor", "one that it scores low: small and faint"],
  ["line fork", "a copy of a good candidate; ×3 says that it got three places"],
  ["cross", "✕ dropped: it got no place"],
  ["cross", "✓ certain: whoever is left says the same"],
  ["line on", "★ the way to the answer"],
];
const CLOSED = "its-guide";

// What the algorithm does; `summary` is its own sentence, which has to do for those from elsewhere.
export const about = (algorithm, summary) => GUIDES[algorithm] ?? (summary || PIPELINE);

export function guide(text, source) {
  const closed = sessionStorage.getItem(CLOSED) !== null;
  const narrow = matchMedia("(max-width: 50rem)").matches; // there the tree comes first
  const fold = html("details", { class: "guide", open: !closed && !narrow }, html("summary", {}, "How it works"),
    html("p", {}, text), html("p", { class: "quiet" }, "A row is a candidate, a column is a step: dots from left to right are what it wrote. Point at a dot to read it. ", source));
  fold.addEventListener("toggle", () => (fold.open || narrow ? sessionStorage.removeItem(CLOSED) : sessionStorage.setItem(CLOSED, "yes")));
  return fold;
}

export const legend = () =>
  html("ul", { class: "legend", "aria-label": "Legend" }, ...LEGEND.map(([kind, text]) => html("li", {}, html("span", { class: `sign ${kind}`, "aria-hidden": "true" }), text)));
