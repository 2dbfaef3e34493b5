// What the pages have in common: an element with its attributes, a text with its places filled in, a number as it is read.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};
const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const shown = (number) => String(Math.round(number * 100) / 100);
// A part of a picture; the page names no address, not even that of the language of pictures.
const drawn = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS(document.createElement("template").namespaceURI.replace("1999/xhtml", "2000/svg"), tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
// One button turns all that lies on a page: board and papers hear of it.
const SPOKEN = "committee-language";
const speak = (language) => window.dispatchEvent(new CustomEvent(SPOKEN, { detail: language }));
