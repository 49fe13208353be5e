// The page: which part of it is shown, and the key that everything is asked with.
import { WANTED, key } from "./api.js";
import { asked } from "./asking.js";
import { Compare } from "./compare.js";
import { Curves } from "./curves.js";
import { Runs } from "./runs.js";
import { View } from "./view.js";

const PARTS = {
  "": () => new Runs(),
  run: (trace) => new View(trace, { question: asked(trace) }),
  compare: (...traces) => new Compare(...traces),
  curves: () => new Curves(),
};
const main = document.getElementById("main");
let shown = null;

function show() {
  const [name = "", ...rest] = location.hash.replace(/^#\//, "").split("/");
  shown?.leave();
  shown = (PARTS[name] ?? PARTS[""])(...rest.map(decodeURIComponent));
  main.replaceChildren(shown.element);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#/${name === "run" ? "" : name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  shown.run();
}

const form = document.getElementById("key");
const input = document.getElementById("key-field");
input.value = key.get();
form.hidden = !key.get();
document.addEventListener(WANTED, () => {
  form.hidden = false;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(input.value);
  show();
});
addEventListener("hashchange", () => {
  show();
  main.focus();
});
show();
