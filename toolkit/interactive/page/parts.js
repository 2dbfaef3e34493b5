// What the pages have in common: an element with its attributes, a text with its places filled in, a number as it is read, a question to the kernel.

// What a sentence names between backticks stands in marks of quotation, as on every other page.
const quoted = (text) => (typeof text === "string" ? text.replace(/`([^`<>\n]+)`/g, "“$1”") : text);
const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null).map(quoted));
  return node;
};
const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const setText = (node, text) => { if (node.textContent !== quoted(text)) node.textContent = quoted(text); };
// What scrolls when a page is longer than its window.
const scroller = (node) => {
  let around = node.parentElement;
  while (around && !(around.scrollHeight > around.clientHeight && /auto|scroll/.test(getComputedStyle(around).overflowY))) around = around.parentElement;
  return around || document.scrollingElement;
};
// Which way the keys lead that everybody presses: back, forth, or neither.
const steps = (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return null;
  const key = event.key.toLowerCase();
  return key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
};
// A box for a number. What is being typed stays as it is till it is given (Enter, or the box is left), whatever answer comes meanwhile.
const numberBox = (attributes, given) => {
  const box = make("input", { type: "text", inputmode: "decimal", class: "number", autocomplete: "off", ...attributes });
  const give = () => { box.typing = false; given(box); };
  // A browser's own undo would put back text that stands no more: the box shows what stands, and undoing is left to the page.
  const back = () => { box.typing = false; box.value = box.stands; };
  Object.assign(box, { typing: false, stands: "" });
  box.addEventListener("input", (event) => { if ((event.inputType || "").startsWith("history")) back(); else box.typing = true; });
  box.addEventListener("change", give);
  box.addEventListener("blur", () => { if (box.typing) give(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); give(); box.select(); }
    if (steps(event) && box.typing) { event.preventDefault(); event.stopPropagation(); back(); box.select(); }
  });
  box.show = (text) => { box.stands = text; if (!box.typing) box.value = text; };
  return box;
};
const shown = (number) => String(Math.round(number * 100) / 100);
const inWords = (number) => (number === null ? "" : String(Math.round(number * 1e6) / 1e6)); // as it was typed; a limit that there is not is an empty box
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
// A score sheet that was saved asks the boards of its page to take up the records anew; whether one of them does, it is told.
const RECORDED = "committee-records";
const recorded = () => !window.dispatchEvent(new CustomEvent(RECORDED, { cancelable: true }));
// One question is under way; of those that wait for one control, only the newest is asked, but where each press counts.
const EACH = ["undo", "redo", "lock", "leave", "pair"];
class Questions {
  constructor(model, view, dead, busy, patience) {
    Object.assign(this, { model, view, dead, busy, patience, number: 0, waiting: [], under_way: null, current: {}, timer: 0 });
  }

  ask(question) {
    const control = ({ do: name, node, dial, gesture, group, first, second, member, column }) => JSON.stringify([name, node, dial, gesture, group, first, second, member, column]);
    if (!EACH.includes(question.do)) this.waiting = this.waiting.filter((other) => control(other) !== control(question));
    this.waiting.push(question);
    this.busy(true);
    this.next();
  }

  next() {
    if (this.under_way !== null || !this.waiting.length) return;
    this.under_way = ++this.number;
    this.current = this.waiting.shift();
    this.wait();
    try { this.model.send({ ask: this.under_way, view: this.view, shown: this.shown, ...this.current }); } catch { this.dead(true); }
  }

  elsewhere() { try { this.model.send({ ask: 0, view: this.view, do: "elsewhere" }); } catch { this.dead(true); } }

  wait() { this.timer = window.setTimeout(() => this.dead(true), this.patience(this.current, this.under_way)); }

  heard(message) {
    // An answer to another window's question tells as well that somebody is there.
    window.clearTimeout(this.timer);
    this.dead(false);
    if (message.view === this.view && message.answer === this.under_way) this.under_way = null;
    else if (this.under_way !== null) this.wait();
    this.next();
    if (this.under_way === null) this.busy(false);
  }
}
