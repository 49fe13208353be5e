// Ways to solve problems, an algorithm at a budget each, with what they achieve and cost; and which of them lead.
import { grouped } from "./grouped.js";

export const COSTS = {
  samples: ["samples, particles or beams", (way) => way.budget],
  tokens: ["tokens generated for a problem", (way) => way.tokens],
  seconds: ["seconds a problem", (way) => way.seconds],
};

// Returns the ways in the rows of `its eval`: means over problems, each of which is the mean of its rows.
export function waysOf(rows) {
  const each = grouped(rows, (row) => JSON.stringify([row.algorithm, row.budget]));
  return [...each.values()].map((own) => {
    const problems = [...grouped(own, (row) => row.problem ?? row).values()];
    const over = (value) => mean(problems.map((some) => mean(some.map(value))));
    const [{ algorithm, budget }] = own;
    return { algorithm, budget, problems: problems.length, accuracy: over((row) => Number(row.right)),
      tokens: over((row) => Number(row.ledger?.completion_tokens ?? 0)), seconds: over((row) => Number(row.seconds ?? 0)) };
  });
}

const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

// Returns [[algorithm, [{label, cost, accuracy, low, high, way}]]], the cheapest first; none that costs nothing.
export function curvesOf(ways, cost) {
  const spots = ways.map((way) => ({ label: `${way.algorithm}, ${way.budget}`, cost: cost(way), accuracy: way.accuracy, ...interval(way), way }));
  return [...grouped(spots.filter((one) => one.cost > 0), (one) => one.way.algorithm)].map(([name, own]) => [name, own.sort((a, b) => a.cost - b.cost)]);
}

// Wilson's score interval (1927) at 95 %; a problem counts once, however often it was solved.
function interval({ accuracy: p, problems: n }) {
  const z = 1.96;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { low: middle - half, high: middle + half };
}

// The Pareto front: those that are more accurate than all that cost as much or less.
export function front(spots) {
  const found = [];
  for (const one of [...spots].sort((a, b) => a.cost - b.cost || b.accuracy - a.accuracy)) {
    if (!found.length || one.accuracy > found.at(-1).accuracy) found.push(one);
  }
  return found;
}
