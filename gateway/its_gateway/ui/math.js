// Texts with mathematics: what TeX there is in them becomes MathML, and all the rest stays text.
import { html } from "./dom.js";

const LIBRARY = "ui/temml.min.js"; // 170 kB, asked for by the first text that needs it
const DELIMITED = /\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?![\s$])([^$\n]+?)(?<!\s)\$(?!\d)/g;
const COMMAND = /\\(?:boxed|frac|dfrac|tfrac|sqrt|binom|text|mathbf|mathrm)(?=\{|\[|\d)/g;
let library = null;

const loaded = () => (library ??= new Promise((found, refused) => {
  const script = html("script", { src: LIBRARY, onload: () => found(globalThis.temml), onerror: () => refused(new Error(LIBRARY)) });
  document.head.append(script);
}));

// An element of `kind` with a text in it; where the library can't be had, the TeX stays as it was written.
export function prose(kind, attributes, text) {
  const parts = pieces(text);
  const element = html(kind, attributes, ...parts.map((one) => (one.tex ? html("span", { class: "tex" }, one.text) : one.text)));
  if (parts.some((one) => one.tex)) loaded().then((temml) => drawn(temml, element, parts)).catch(() => undefined);
  return element;
}

function drawn(temml, element, parts) {
  const places = element.querySelectorAll(".tex");
  parts.filter((one) => one.tex).forEach((one, place) => {
    try {
      temml.render(one.tex, places[place], { displayMode: one.display, throwOnError: true, strict: false, trust: false, maxExpand: 100 });
    } catch {
      places[place].textContent = one.text;
    }
  });
}

// Splits a text into {text} and {text, tex, display}.
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(DELIMITED)) {
    found.push(...commands(text.slice(from, match.index)));
    const [block, bracket, round, inline] = match.slice(1);
    found.push({ text: match[0], tex: block ?? bracket ?? round ?? inline, display: Boolean(block ?? bracket) });
    from = match.index + match[0].length;
  }
  return [...found, ...commands(text.slice(from))];
}

// Commands of TeX that stand in the text by themselves, as small models write them.
function commands(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(COMMAND)) {
    if (match.index < from) continue;
    const end = closed(text, match.index + match[0].length);
    if (end === null) continue;
    found.push({ text: text.slice(from, match.index) }, { text: text.slice(match.index, end), tex: text.slice(match.index, end), display: false });
    from = end;
  }
  return [...found, { text: text.slice(from) }].filter((one) => one.text);
}

// Where the groups in brackets that begin at `place` end; null where one isn't closed.
function closed(text, place) {
  let [depth, at] = [0, place];
  for (; at < text.length; at += 1) {
    if ("{[".includes(text[at])) depth += 1;
    else if ("}]".includes(text[at])) depth -= 1;
    if (depth === 0 && !"{[".includes(text[at + 1] ?? " ")) return at + 1;
  }
  return null;
}
