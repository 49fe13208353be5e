// Elements of HTML and SVG, made of text and attributes only: nothing that was generated is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const html = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);

export const short = (text, most) => {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

// A score in as few digits as tell it from nothing.
export const scored = (value) => (value !== 0 && Math.abs(value) < 0.005 ? Number(value.toPrecision(1)).toString() : value.toFixed(2));

export const number = (value) => Number(value ?? 0).toLocaleString("en-US");

export const seconds = (value = 0) => (value < 10 ? `${value.toFixed(2)} s` : `${Math.round(value)} s`);
