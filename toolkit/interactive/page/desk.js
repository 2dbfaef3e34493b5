// A desk: blocks that the kernel sends, painted as text only. It computes nothing and says nothing of its own.
// Blocks: search, choices, headline, text, table, form. An answer paints only the blocks that changed, so that nobody's typing is lost.

const PATIENCE = 2500; // milliseconds without an answer after which the page says so

const table = (block) => {
  const cell = (tag, text, place) => make(tag, { class: (block.align || [])[place] || "left" }, text);
  const rows = block.rows.map((row, number) => make("tr", { class: (block.lines || []).includes(number) ? "line" : "" }, ...row.map((text, place) => cell("td", text, place))));
  return make("div", { class: "scroll" }, make("table", {}, make("caption", {}, block.caption), make("thead", {}, make("tr", {}, ...block.headings.map((text, place) => cell("th", text, place)))),
    make("tbody", {}, ...rows)), block.note ? make("p", { class: "note" }, block.note) : null);
};

const field = (one) => {
  if (one.kind === "choice") return make("select", { name: one.name, "aria-label": one.label }, ...one.options.map(([value, text]) => make("option", { value }, text)));
  if (one.kind === "checks") {
    return make("div", { class: "checks", role: "group", "aria-label": one.label }, ...one.options.map(([value, text]) => make("label", {}, make("input", { type: "checkbox", name: one.name, value }), text)));
  }
  return make(one.kind === "long" ? "textarea" : "input", { name: one.name, value: one.value || "", ...(one.kind === "long" ? {} : { type: "text" }), placeholder: one.hint || "", rows: "2", "aria-label": one.label, autocomplete: "off" });
};

const values = (form) => {
  const held = {};
  for (const node of form.querySelectorAll("[name]")) {
    if (node.type === "checkbox") (held[node.name] ||= []).push(...(node.checked ? [node.value] : []));
    else held[node.name] = node.value;
  }
  return held;
};

const painted = {
  search: (block, ask) => make("label", { class: "search" }, make("span", {}, block.label),
    make("input", { type: "search", placeholder: block.hint || "", autocomplete: "off", oninput: (event) => { if (!event.isComposing) ask({ do: "search", text: event.target.value }); },
      oncompositionend: (event) => ask({ do: "search", text: event.target.value }) })),
  choices: (block, ask) => make("div", { class: "choices" }, make("p", { role: "status" }, block.text),
    ...block.found.map((one) => make("button", { type: "button", "aria-pressed": String(Boolean(one.chosen)), onclick: () => ask({ do: "choose", place: one.place }) }, one.name, make("small", {}, one.beside)))),
  headline: (block) => make("h3", { class: block.tone || "" }, block.text),
  text: (block) => make("p", { class: block.tone || "", ...(block.tone ? { role: "status" } : {}) }, block.text),
  table,
  form: (block, ask) => {
    const sent = (event) => {
      event.preventDefault();
      if (block.confirm && !form.classList.contains("asked")) { form.classList.add("asked"); form.querySelector(".confirm button").focus(); return; }
      form.classList.remove("asked");
      ask({ do: "submit", form: block.id, values: values(form) });
    };
    const form = make("form", { onsubmit: sent, oninput: () => form.classList.remove("asked") },
      make("fieldset", { disabled: Boolean(block.busy) }, block.title ? make("legend", {}, block.title) : null, block.text ? make("p", {}, block.text) : null,
        ...block.fields.map((one) => make(one.kind === "checks" ? "div" : "label", { class: "field" }, make("span", {}, one.label), field(one))),
        make("button", { type: "submit", class: "first" }, block.button),
        block.confirm ? make("div", { class: "confirm", role: "alert" }, make("p", {}, block.confirm), make("button", { type: "submit" }, block.yes),
          make("button", { type: "button", onclick: () => form.classList.remove("asked") }, block.no)) : null));
    return form;
  },
};

function render({ model, el }) {
  const lost = make("p", { class: "lost fault", role: "alert", hidden: true }, model.get("lost"));
  const root = make("div", { class: "committee-desk" }, lost);
  const shown = new Map();
  let timer = 0;
  const ask = (question) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { lost.hidden = false; }, PATIENCE);
    try { model.send(question); } catch { lost.hidden = false; }
  };
  const answered = () => { window.clearTimeout(timer); lost.hidden = true; };
  const paint = () => {
    const blocks = model.get("blocks");
    const wanted = new Set(blocks.map((block) => block.id));
    for (const [id, held] of shown) if (!wanted.has(id)) { held.node.remove(); shown.delete(id); }
    let after = lost;
    for (const block of blocks) {
      const said = JSON.stringify(block), held = shown.get(block.id);
      const node = held && held.said === said ? held.node : painted[block.kind](block, ask);
      if (held && held.node !== node) held.node.replaceWith(node);
      if (after.nextSibling !== node) after.after(node);
      shown.set(block.id, { said, node });
      after = node;
    }
  };
  // Keys belong to the desk while it has the focus: the notebook around it would delete its cell on "d d".
  root.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation(); });
  model.on("change:blocks", paint);
  model.on("msg:custom", answered);
  paint();
  el.append(root);
  return () => { window.clearTimeout(timer); model.off("change:blocks", paint); model.off("msg:custom", answered); };
}

export default { render };
