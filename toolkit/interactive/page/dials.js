// The dials: how an indicator is marked, over the values that members have; and the lines of awards and grades, over the totals.
// A mark on a picture, the box below it and the arrow keys say the same to the kernel, which answers with the board.

const WIDE = 460, HIGH = 150, LEFT = 8, RIGHT = 30, TOP = 40, FOOT = 18; // of a picture, in its own units

class Picture {
  // Bars, a curve and marks that can be moved; `moved(path, value, gesture)` is called for each move.
  constructor(page, moved) {
    Object.assign(this, { page, moved, marks: {}, held: null, gesture: 0 });
    this.svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH + TOP + FOOT}`, width: "100%", role: "group" });
    [this.back, this.front] = [drawn("g"), drawn("g")];
    this.svg.append(this.back, this.front);
  }

  x(value) { const [low, high] = this.ends; return LEFT + ((WIDE - LEFT - RIGHT) * (Math.min(high, Math.max(low, value)) - low)) / (high - low); }

  show({ edges, counts, curve, dots, scale, step, named }, dials) {
    if (this.held) { this.place(dials); return; } // nothing but the marks moves under a hand
    this.ends = [edges[0], edges[edges.length - 1]];
    this.step = step;
    const most = Math.max(1, ...counts), foot = TOP + HIGH, y = (points) => TOP + HIGH * (1 - Math.min(1, Math.max(0, points / scale)));
    const bars = counts.map((count, bar) => {
      const from = this.x(edges[bar]), high = (HIGH * count) / most;
      const rect = drawn("rect", { class: "bin", x: from + 0.5, y: foot - high, width: Math.max(0.5, this.x(edges[bar + 1]) - from - 1), height: high });
      rect.append(drawn("title", {}, named(edges[bar], edges[bar + 1], count)));
      return rect;
    });
    const path = curve && curve[0].length ? (dots
      ? curve[0].map((at, place) => drawn("circle", { class: "dot", cx: this.x(at), cy: y(curve[1][place]), r: 1.5 }))
      : [drawn("polyline", { class: "curve", points: curve[0].map((at, place) => `${this.x(at)},${y(curve[1][place])}`).join(" ") })]) : [];
    const ticks = this.ticks(step).map((at) => drawn("text", { class: "tick", x: this.x(at), y: foot + 13, "text-anchor": "middle" }, shown(at)));
    const sides = curve ? [0, scale].map((points) => drawn("text", { class: "tick", x: WIDE - RIGHT + 5, y: y(points) + 4 }, shown(points))) : [];
    this.back.replaceChildren(...bars, ...path, drawn("line", { class: "foot", x1: LEFT, x2: WIDE - RIGHT, y1: foot, y2: foot }), ...ticks, ...sides);
    this.place(dials);
  }

  ticks(step) {
    const [low, high] = this.ends, rough = (high - low) / 5, unit = 10 ** Math.floor(Math.log10(rough));
    const wide = Math.max(step === 1 ? 1 : 0, [1, 2, 5, 10].map((times) => times * unit).find((width) => width >= rough));
    const found = [];
    for (let at = Math.ceil(low / wide) * wide; at <= high; at += wide) found.push(Math.abs(at) < 1e-9 ? 0 : at);
    return found;
  }

  place(dials) {
    const inside = dials.filter((dial) => dial.value >= this.ends[0] - 1e-9 && dial.value <= this.ends[1] + 1e-9);
    for (const path of Object.keys(this.marks)) if (!inside.some((dial) => dial.path === path)) { this.marks[path].node.remove(); delete this.marks[path]; }
    const ends = [-Infinity, -Infinity, -Infinity]; // of the words above the marks, row by row from below
    for (const dial of [...inside].sort((one, other) => one.value - other.value)) {
      const mark = this.marks[dial.path] || this.made(dial), label = dial.label[this.page.language];
      mark.value = dial.value;
      const at = this.x(dial.value), said = `${dial.short || ""} ${inWords(dial.value)}`.trim(), wide = 7 * [...said].reduce((sum, sign) => sum + (sign > "ÿ" ? 1.7 : sign >= "A" && sign <= "Z" ? 1.3 : 1), 0);
      const shift = Math.min(0, WIDE - at - wide / 2) + Math.max(0, wide / 2 - at), from = at + shift - wide / 2;
      const row = Math.max(0, ends.findIndex((end) => from > end));
      ends[row] = from + wide + 3;
      mark.node.setAttribute("transform", `translate(${at} 0)`);
      mark.text.textContent = said;
      mark.text.setAttribute("y", TOP - 6 - 12 * row);
      mark.text.setAttribute("x", shift);
      mark.node.classList.toggle("grade-line", dial.path.startsWith("grades."));
      for (const [name, value] of Object.entries({ "aria-label": label, "aria-valuenow": dial.value, "aria-valuemin": this.ends[0], "aria-valuemax": this.ends[1], "aria-valuetext": `${label} ${inWords(dial.value)}` })) mark.node.setAttribute(name, String(value));
    }
  }

  made(dial) {
    const node = drawn("g", { class: "mark", role: "slider", tabindex: "0" }), text = drawn("text", { "text-anchor": "middle" });
    node.append(drawn("rect", { class: "grip", x: -9, y: TOP - 4, width: 18, height: HIGH + 12 }), drawn("line", { x1: 0, x2: 0, y1: TOP - 2, y2: TOP + HIGH }), drawn("circle", { cy: TOP + HIGH, r: 6 }), text);
    const path = dial.path, mark = { node, text, value: dial.value };
    let last = 0;
    const ask = (value) => { mark.value = Math.min(this.ends[1], Math.max(this.ends[0], Number(value.toFixed(6)))); this.moved(path, mark.value, `${path} ${this.gesture}`); };
    const along = (event) => {
      const box = this.svg.getBoundingClientRect(), [low, high] = this.ends, at = ((event.clientX - box.left) * WIDE) / box.width;
      return Math.round((low + ((high - low) * (at - LEFT)) / (WIDE - LEFT - RIGHT)) / this.step) * this.step;
    };
    node.addEventListener("pointerdown", (event) => { event.preventDefault(); node.focus(); this.held = path; this.gesture += 1; node.setPointerCapture(event.pointerId); });
    node.addEventListener("pointermove", (event) => { if (this.held === path && along(event) !== mark.value) ask(along(event)); });
    const end = () => { if (this.held === path) { this.held = null; this.gesture += 1; this.page.panels(); } };
    for (const sign of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(sign, end);
    node.addEventListener("focus", () => { this.gesture += 1; });
    node.addEventListener("keydown", (event) => {
      const ways = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
      if (!(event.key in ways)) return;
      event.preventDefault();
      if (performance.now() - last > PAUSE) this.gesture += 1;
      last = performance.now();
      ask(mark.value + ways[event.key] * this.step * (event.shiftKey ? 10 : 1));
    });
    this.front.append(node);
    this.marks[path] = mark;
    return mark;
  }
}

class Dials {
  turn(path, value, gesture) { this.questions.ask({ do: "turn", dial: path, value, gesture: `${this.view} ${gesture}` }); }

  // ---- a row for each dial: a slider, a box, and what was decided ----

  dialRow(dial, step) {
    const label = dial.label[this.language];
    if (dial.choices.length) return this.choiceRow(dial, label);
    const number = numberBox({ "aria-label": label, ...(dial.optional ? { placeholder: this.say("no_limit") } : {}) },
      () => this.typed(number, { do: "turn", dial: dial.path, optional: dial.optional, slow: dial.slow }));
    const was = make("span", { class: "was" }), parts = { number, was };
    if (dial.low !== null && dial.high !== null && step === undefined) {
      const range = parts.range = make("input", { type: "range", min: String(dial.low), max: String(dial.high), step: String(dial.step), "aria-label": label });
      let gesture = 0;
      for (const sign of ["pointerdown", "focus"]) range.addEventListener(sign, () => { gesture += 1; });
      range.addEventListener("input", () => this.turn(dial.path, Number(range.value), `${dial.path} ${gesture}`));
    }
    const node = make("div", { class: "node dial" }, make("span", { class: "label", title: label }, this.within(dial)), parts.range || make("span"), number, was);
    return Object.assign(parts, { node });
  }

  within(dial) {
    // What a dial is called below its heading.
    const label = dial.label[this.language], heading = dial.section[this.language];
    return heading && label.startsWith(heading) ? label.slice(heading.length).replace(/^[：:的]?\s*/, "") || label : label;
  }

  choiceRow(dial, label) {
    const choice = make("select", { "aria-label": label, onchange: () => this.questions.ask({ do: "turn", dial: dial.path, choice: choice.value }) },
      ...dial.choices.map((one) => make("option", { value: one.value }, one[this.language])));
    const was = make("span", { class: "was" });
    return { choice, was, node: make("div", { class: "node dial choice" }, make("span", { class: "label", title: label }, this.within(dial)), choice, was) };
  }

  setRow(row, dial) {
    const decided = this.start.decided.dials[dial.path], moved = decided !== undefined && decided !== dial.value && !this.otherSteps(dial.path);
    const words = (value) => (dial.choices.find((one) => one.value === value) || { [this.language]: value })[this.language];
    if (row.choice) row.choice.value = dial.value;
    else {
      row.number.show(inWords(dial.value));
      if (row.range && (document.activeElement !== row.range || !this.questions.waiting.length)) row.range.value = String(dial.value);
      if (row.range) row.range.setAttribute("aria-valuetext", `${dial.label[this.language]} ${inWords(dial.value)}`);
    }
    setText(row.was, moved ? this.say("was", { was: dial.choices.length ? words(decided) : inWords(decided) || this.say("no_limit") }) : "");
    row.was.title = row.was.textContent;
  }

  dialRows(box, dials) {
    // The same dials keep their rows, so that a box keeps the focus; others get new ones. Two numbers of one step share a row.
    this.known = { ...this.known, ...Object.fromEntries(dials.map((dial) => [dial.path, dial])) };
    const key = dials.map((dial) => `${dial.path} ${dial.choices.length} ${dial.high}`).join("|") + this.language;
    if (box.key !== key) {
      box.key = key;
      box.rows = {};
      const nodes = [];
      let section = "";
      for (const dial of dials) {
        if (dial.section[this.language] !== section) nodes.push(make("h4", {}, section = dial.section[this.language]));
        const pair = /#\d+#1$/.test(dial.path) && box.rows[dial.path.replace(/1$/, "0")];
        const row = this.dialRow(dial, pair || /#\d+#0$/.test(dial.path) ? 1 : undefined);
        box.rows[dial.path] = row;
        if (!pair) { nodes.push(row.node); continue; }
        pair.node.classList.add("pair");
        pair.node.replaceChildren(pair.node.firstChild, pair.number, pair.was, make("span", { class: "label" }, dial.label[this.language]), row.number, row.was, this.pairing(dial.path));
      }
      box.replaceChildren(...nodes);
    }
    for (const dial of dials) this.setRow(box.rows[dial.path], dial);
  }

  steps(path, dials) { return Object.keys(dials).filter((one) => one.startsWith(path.replace(/#.*/, "#")) && one.endsWith("#0")).length; }

  otherSteps(path) { return /#\d+#[01]$/.test(path) && this.steps(path, this.start.decided.dials) !== this.steps(path, this.known); }

  pairing(path) {
    // A step more after this one, or this one taken away.
    const [, table, place] = path.match(/^(.*)#(\d+)#1$/), n = Number(place) + 1;
    const act = (more, sign, word) => make("button", { type: "button", class: "pairing", "aria-label": this.say(word, { n }), title: this.say(word, { n }),
      onclick: () => this.questions.ask({ do: "pair", table, place: Number(place), more }) }, sign);
    return make("span", { class: "acts" }, act(true, "＋", "step_more"), act(false, "－", "step_less"));
  }

  // ---- the panel in place of the weights ----

  openPanel(what) {
    this.questions.shown = this.shown = what;
    this.picture = null;
    this.panelBox.replaceChildren();
    this.paneled();
    this.known = {};
    this.questions.ask({ do: "look" });
  }

  closePanel() {
    const opener = this.sliders[this.shown];
    this.questions.shown = this.shown = null;
    this.paneled();
    (opener ? opener.open : this.tabs[""]).focus();
  }

  paneled() {
    const open = this.shown !== null && this.shown !== undefined;
    this.knobs.hidden = this.hintLine.hidden = open;
    this.panelBox.hidden = !open;
    const chosen = open && this.tabs[this.shown] ? this.shown : "";
    for (const [what, tab] of Object.entries(this.tabs)) tab.setAttribute("aria-selected", String(what === chosen));
  }

  panels() {
    if (this.shown === null || this.shown === undefined) return;
    if (!this.state.panel || this.state.panel.node !== this.shown) return;
    const panel = this.shown === LINES ? this.linesPanel(this.state.panel.dials) : this.state.panel;
    if (!this.picture) this.buildPanel(panel);
    const box = this.panelParts, dials = panel.dials.map((dial) => ({ ...dial, short: dial.path.startsWith("grades.") || dial.mark === "totals" ? this.short(dial) : "" }));
    setText(box.words, panel.said || (panel.words ? panel.words[this.language] : ""));
    box.words.hidden = !box.words.textContent;
    if (panel.counts) {
      this.picture.show({ ...panel, curve: panel.x ? [panel.x, panel.y] : null, named: (from, to, n) => this.binName(panel, from, to, n) }, dials.filter((dial) => dial.mark));
      const help = [this.say("drag_help"), ...(panel.x ? [this.say(panel.dots ? "dots" : "curve")] : [])];
      setText(box.note, [...this.counted(panel), ...(dials.some((dial) => dial.mark) ? help : help.slice(1))].join(this.language === "zh" ? "；" : ". "));
    } else setText(box.note, this.counted(panel).join(this.language === "zh" ? "；" : ". "));
    this.dialRows(box.rows, dials);
    if (panel.states) this.stateBars(box.rows.rows, panel);
    for (const leave of box.leave) leave();
  }

  counted(panel) {
    if (panel.n === undefined) return [];
    const unit = !panel.unit ? "" : this.language === "zh" ? `（${panel.unit}）` : ` (${panel.unit})`;
    return [this.say("raw_of", panel) + unit, ...(panel.missing ? [this.say("missing_of", panel)] : []), ...(panel.beyond ? [this.say("beyond", { n: panel.beyond })] : [])];
  }

  binName(panel, from, to, n) {
    return panel.x && to - from === 1 && from % 1 !== 0 ? this.say("bin_one", { at: shown(from + 0.5), n }) : this.say("bin", { from: shown(from), to: shown(to), n });
  }

  short(dial) {
    const award = this.given.awards.findIndex((label) => dial.label.zh.startsWith(label)), first = dial.label.zh.split(/[ :]/)[0], grade = this.given.grades.indexOf(first);
    return dial.path.startsWith("grades.") ? this.start.grades[grade] || first : this.start.awards[award] || "";
  }

  buildPanel(panel) {
    const node = this.start.nodes.find((one) => one.id === this.shown);
    const title = node ? this.say("settings", { label: node.label }) : this.say(this.shown === LINES ? "totals" : "total_tab");
    this.panelBox.setAttribute("aria-label", title);
    const back = make("button", { type: "button", class: "back", onclick: () => this.closePanel() }, `← ${this.say("back_weights")}`);
    this.picture = new Picture(this, (path, value, gesture) => this.turn(path, value, gesture));
    this.picture.svg.setAttribute("aria-label", title);
    const box = this.panelParts = { words: make("p", { class: "how" }), note: make("p", { class: "note" }), rows: make("div", { class: "dials" }), leave: [] };
    const leave = node ? this.leaver("node", node.id, node.label) : null;
    const experts = node && this.start.judged.includes(node.id) && this.start.experts.length ? make("div", { class: "scorers" }, make("span", {}, this.say("scorers") + this.colon()),
      ...this.start.experts.map((code) => this.leaver("expert", code, this.say("expert", { code })))) : null;
    this.panelBox.onkeydown = (event) => { if (event.key === "Escape") this.closePanel(); };
    const vetoes = panel.vetoes && panel.vetoes.length ? make("div", { class: "scorers" }, make("span", {}, this.say("vetoes_off") + this.colon()), ...panel.vetoes.map(({ id, label }) => this.leaver("veto", id, label))) : null;
    const head = node ? [make("div", { class: "panel-head" }, back, make("h3", {}, title), leave)] : [];
    this.panelBox.replaceChildren(...head, box.words, ...(panel.counts ? [this.picture.svg] : []), box.note, box.rows, ...[experts, vetoes].filter(Boolean));
    box.leave = [...this.panelBox.querySelectorAll(".leave")].map((button) => button.tell);
    if (node) back.focus();
  }

  stateBars(rows, panel) {
    // How many members are in each state, as a bar behind its name.
    const most = Math.max(1, ...panel.states.map((state) => state.n));
    for (const { path, n } of panel.states) {
      const row = Object.entries(rows).find(([place]) => place.endsWith(`.points#${path}`));
      if (!row) continue;
      const label = row[1].node.firstChild, bar = make("i", { class: "bin" });
      label.classList.add("state");
      bar.style.width = `${(100 * n) / most}%`;
      label.replaceChildren(bar, make("span", {}, panel.dials.find((dial) => dial.path === row[0]).label[this.language]), make("small", {}, this.say("households", { n })));
    }
  }

  linesPanel(dials) {
    // The totals are in the page already: of the class that is chosen for the list, or of all.
    const chosen = this.choice.value, fine = 10 ** this.state.decimals, values = [];
    for (let member = 0; member < this.total.length; member += 1) {
      if (this.rank[member] && (chosen === "" || String(this.start.class_of[member]) === chosen)) values.push(this.total[member] / fine);
    }
    const scale = this.start.scale, marks = dials.filter((dial) => dial.mark && dial.value > 0).map((dial) => dial.value);
    const wide = scale / 50, low = Math.floor(Math.min(scale - wide, ...values, ...marks) / (5 * wide)) * 5 * wide, high = Math.max(scale, ...values);
    const edges = [];
    for (let at = low; at < high + wide / 2; at += wide) edges.push(at);
    const counts = edges.slice(1).map(() => 0);
    for (const value of values) counts[Math.min(counts.length - 1, Math.max(0, Math.floor((value - low) / wide)))] += 1;
    const name = chosen === "" ? this.say("all") : this.start.classes[Number(chosen)];
    return { node: LINES, dials, edges, counts, step: scale / 200, scale, said: this.say("totals_of", { name, n: values.length }) };
  }

  // ---- what is only tried ----

  leaver(kind, item, label) {
    // A button that leaves something out, or puts it back.
    const button = make("button", { type: "button", class: "leave", onclick: () => {
      this.questions.ask({ do: "leave", kind, item, slow: kind === "expert" });
      if (kind === "member") this.questions.ask({ do: "member", member: item, language: this.language }); // its card is another one then
    } });
    button.tell = () => {
      const out = this.state.left[kind].includes(item);
      button.setAttribute("aria-pressed", String(out));
      setText(button, this.say(out ? "put_back" : "leave", { label }));
      if (kind === "expert" || kind === "veto") setText(button, (out ? "✕ " : "") + label);
    };
    button.tell();
    return button;
  }

  tried() {
    this.triedLine.hidden = !this.state.what_if;
    setText(this.triedText, this.state.what_if ? this.state.what_if[this.language] : "");
    if (this.whose) this.whose.value = this.state.own;
    for (const button of this.cardBox.querySelectorAll(".leave")) button.tell();
    for (const [id, part] of Object.entries(this.sliders)) part.open.classList.toggle("left-out", this.state.left.node.includes(id));
    this.memberOut();
    if (!this.adoptButton) return;
    if (this.state.what_if) this.adoptButton.disabled = true;
    this.hint(Boolean(this.state.what_if));
  }

  hint(tried) {
    // What is said to be pressed is the button.
    if (this.adoptHint.dataset.tried === String(tried)) return;
    this.adoptHint.dataset.tried = String(tried);
    this.adoptHint.hidden = !tried;
    if (!tried) return;
    const [before, after] = this.say("adopt_tried").split(this.say("all_back"));
    this.adoptHint.replaceChildren(before, make("button", { type: "button", class: "back-all", onclick: () => this.questions.ask({ do: "put_back" }) }, this.say("all_back")), after);
  }

  whoseWeights() {
    if (!this.start.ballots.length) return null;
    this.whose = make("select", { "aria-label": this.say("whose"), title: this.say("whose"), onchange: () => this.questions.ask({ do: "own", expert: this.whose.value }) },
      make("option", { value: "" }, this.say("own_none")), ...this.start.ballots.map((code) => make("option", { value: code }, this.say("own_of", { code }))));
    return make("label", { class: "whose" }, this.whose);
  }

  changes(list) {
    this.changed = list;
    if (!this.changesBox) return;
    this.changesBox.hidden = !list.length;
    setText(this.changesBox.firstChild, this.say("changed", { n: list.length }));
    this.changesBox.lastChild.replaceChildren(...list.map((said) => make("li", {}, said[this.language])));
  }
}
