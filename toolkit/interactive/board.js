// The weight board. It computes nothing: it asks one question at a time, and paints the arrays that come back.
// Whatever comes of the records is set as text only, and no word of the page stands here.

const ROW = 28; // pixels of a row of the list
const PATIENCE = 1000; // milliseconds without an answer after which the page says so
const FEW = 24; // members named at once of those who leave, enter or change; the others follow on a press
const PAUSE = 1000; // a slider that rests so long begins another gesture

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
const array = (kind, view) => new kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const shown = (number) => String(Math.round(number * 100) / 100);

class Questions {
  // One question is under way; of the moves that wait, only the newest of each slider is asked.
  constructor(model, view, dead, busy) {
    Object.assign(this, { model, view, dead, busy, number: 0, waiting: [], under_way: null, timer: 0 });
  }

  ask(question) {
    this.waiting = this.waiting.filter((other) => !(other.do === question.do && other.do !== "undo" && other.do !== "redo" && other.do !== "lock" &&
      other.node === question.node && other.dial === question.dial && other.gesture === question.gesture));
    this.waiting.push(question);
    this.busy(true);
    this.next();
  }

  next() {
    if (this.under_way !== null || !this.waiting.length) return;
    this.under_way = ++this.number;
    this.timer = window.setTimeout(() => this.dead(true), PATIENCE);
    try { this.model.send({ ask: this.under_way, view: this.view, ...this.waiting.shift() }); } catch { this.dead(true); }
  }

  heard(message) {
    window.clearTimeout(this.timer);
    this.dead(false);
    if (message.view === this.view && message.answer === this.under_way) this.under_way = null;
    else if (this.under_way !== null) this.timer = window.setTimeout(() => this.dead(true), PATIENCE);
    this.next();
    if (this.under_way === null) this.busy(false);
  }

}

class Page {
  constructor(model, root) {
    Object.assign(this, { model, root, view: Math.random().toString(36).slice(2), sort: "place", down: false, order: [], top: 0, chances: null, until: null });
    this.questions = new Questions(model, this.view, (dead) => { if (this.deadLine) this.deadLine.hidden = !dead; else if (dead) setText(root, model.get("lost")); },
      (busy) => { root.dataset.busy = String(busy); });
    // Keys belong to the board while it has the focus: the notebook around it would delete its cell on "d d".
    this.stop = (event) => { if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation(); };
    root.addEventListener("keydown", this.stop);
    // Nothing moves under a button that is being pressed: what comes meanwhile is shown when the press has ended.
    this.held = null;
    root.addEventListener("pointerdown", (event) => { if (event.target.closest("button")) this.held = []; }, true);
    this.released = () => window.setTimeout(() => { const held = this.held || []; this.held = null; held.forEach((heard) => this.heard(...heard)); });
    for (const sign of ["pointerup", "pointercancel"]) window.addEventListener(sign, this.released);
    root.classList.add("weight-board");
    this.resized = new ResizeObserver(() => {
      if (!this.rank || this.listBox.hidden) return;
      this.grid.firstChild.style.marginRight = `${this.scroll.offsetWidth - this.scroll.clientWidth}px`;
      this.paint();
    });
    this.questions.ask({ do: "open", kept: this.kept() });
  }

  kept() {
    try { return JSON.parse(window.localStorage.getItem(this.place()) || "null"); } catch { return null; }
  }

  place() { return `committee weight board ${this.model.get("key")}`; }

  keep() {
    try {
      if (this.state.changed) window.localStorage.setItem(this.place(), JSON.stringify(this.state.shares));
      else window.localStorage.removeItem(this.place());
    } catch { /* a browser may keep nothing */ }
  }

  colon() { return this.language === "zh" ? "：" : ": "; }

  say(name, values) { return fill(this.start.words[this.language][name], values); }

  // ---- what comes from the kernel ----

  heard(message, buffers) {
    if (this.held) { this.held.push([message, buffers]); return; }
    if (message.kind === "board") this.board(message, buffers);
    else if (this.start && message.number === this.number) {
      if (message.kind === "chances") { this.chances = array(Uint16Array, buffers[0]); this.paint(); this.mark("chances"); }
      if (message.kind === "until") { this.until = message.until; this.status(); }
    }
    if (message.kind === "card" && this.asked === message.member) this.card(message);
    if (message.answer !== undefined) this.questions.heard(message);
  }

  board(message, buffers) {
    const mine = message.view === this.view;
    if (message.start && (mine || this.start)) {
      this.start = message.start;
      this.language = this.language || message.start.language;
      this.build();
    }
    if (!this.start) return;
    this.state = message;
    if (message.number !== this.number) { this.until = null; this.wide = null; this.number = message.number; }
    [this.total, this.margin] = [0, 2].map((place) => array(Int32Array, buffers[place]));
    this.rank = array(buffers[1].byteLength === buffers[0].byteLength ? Int32Array : Uint16Array, buffers[1]);
    [this.award, this.grade] = [3, 4].map((place) => array(Int8Array, buffers[place]));
    if (mine) this.notice(message.refused || message.notice, Boolean(message.refused), Boolean(message.reopen));
    if (message.start && message.card === undefined) this.asked = undefined;
    if (message.adopted && mine) this.adopted();
    this.keep();
    this.tree();
    this.rules();
    this.status();
    this.moves();
    this.ordered();
    this.paint();
    this.mark("board");
  }

  mark(name) { this.root.dataset[name] = String(this.number); }

  notice(said, refused, reopen) {
    this.noticeSaid = said || null;
    this.noticeLine.hidden = !said;
    this.noticeLine.classList.toggle("refused", refused);
    setText(this.noticeText, said ? said[this.language] : "");
    this.reopenButton.hidden = !reopen;
  }

  // ---- the page ----

  build() {
    const button = (name, act) => make("button", { type: "button", class: name, onclick: act }, this.say(name));
    this.deadLine = make("p", { class: "dead", role: "alert", hidden: true }, this.say("dead"));
    this.statusLine = make("p", { class: "status", role: "status" });
    this.noticeText = make("span");
    this.reopenButton = make("button", { type: "button", class: "reopen", hidden: true, onclick: () => this.questions.ask({ do: "reopen" }) }, this.say("reopen"));
    this.noticeLine = make("p", { class: "notice", role: "alert", hidden: true }, this.noticeText, this.reopenButton);
    this.buttons = Object.fromEntries(["undo", "redo", "restore"].map((name) => [name, button(name, () => this.questions.ask({ do: name }))]));
    this.movesBox = make("div", { class: "moves" });
    const language = make("button", { type: "button", class: "language", onclick: () => this.switched() }, this.say("language"));
    const head = make("header", {}, make("div", { class: "headline" }, this.statusLine, language), this.deadLine, this.noticeLine, this.movesBox);
    this.root.replaceChildren(head, make("div", { class: "halves" }, this.left(), this.right()));
    this.resized.disconnect();
    this.resized.observe(this.scroll);
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", this.say("board"));
    this.root.setAttribute("lang", this.language === "zh" ? "zh-CN" : "en");
  }

  switched() {
    this.language = this.language === "zh" ? "en" : "zh";
    const [said, refused, reopen] = [this.noticeSaid, this.noticeLine.classList.contains("refused"), !this.reopenButton.hidden];
    this.build();
    this.notice(said, refused, reopen);
    this.tree(); this.rules(); this.status(); this.moves(); this.ordered(); this.paint();
  }

  left() {
    this.sliders = {};
    const rows = this.start.nodes.map((node) => this.slider(node));
    this.dialBox = make("div", { class: "dials" });
    const tools = make("div", { class: "tools" }, ...Object.values(this.buttons));
    const knobs = make("div", { class: "knobs" }, make("div", { class: "tree" }, ...rows), make("h3", {}, this.say("rules")), this.dialBox);
    const top = make("div", { class: "top" }, make("h3", {}, this.say("weights")), tools);
    this.dialRows = {};
    return make("section", { class: "left", "aria-label": this.say("weights") }, top, knobs, this.start.adoptable ? this.adoption() : null);
  }

  slider(node) {
    const name = this.say("share", { label: node.label });
    const range = make("input", { type: "range", min: "0", max: "100", step: "0.5", "aria-label": name });
    const number = make("input", { type: "text", inputmode: "decimal", class: "number", "aria-label": name, autocomplete: "off" });
    const lock = make("button", { type: "button", class: "lock", onclick: () => this.questions.ask({ do: "lock", node: node.id }) });
    const was = make("span", { class: "was" });
    let gesture = 0, last = 0;
    const begin = () => { gesture += 1; };
    for (const sign of ["pointerdown", "focus"]) range.addEventListener(sign, begin);
    range.addEventListener("input", () => {
      if (performance.now() - last > PAUSE && !range.matches(":active")) begin();
      last = performance.now();
      const [low, high] = this.state.ranges[node.id];
      const share = Math.min(high, Math.max(low, Number(range.value)));
      range.value = String(share);
      this.questions.ask({ do: "move", node: node.id, share, gesture: `${this.view} ${node.id} ${gesture}` });
    });
    const typed = () => this.typed(number, this.state.shares[node.id], { do: "move", node: node.id });
    number.addEventListener("change", typed);
    number.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); typed(); number.select(); } });
    this.sliders[node.id] = { range, number, lock, was, label: node.label };
    const label = make("span", { class: "label", title: node.label }, `${node.number} ${node.label}`);
    return make("div", { class: `node depth${node.depth}` }, lock, label, range, number, was);
  }

  typed(box, stands, question) {
    // What was typed is read by the kernel, full-width signs and all; a box that was emptied shows again what stands.
    const text = box.value.trim();
    if (text === "" || text === shown(stands)) box.value = shown(stands);
    else this.questions.ask({ ...question, typed: text });
  }

  tree() {
    const decided = this.start.decided.shares;
    for (const [id, part] of Object.entries(this.sliders)) {
      const share = this.state.shares[id], [low, high] = this.state.ranges[id], locked = this.state.locked.includes(id);
      const moving = document.activeElement === part.range && this.questions.waiting.length > 0;
      if (!moving) part.range.value = String(share);
      part.range.disabled = low === high;
      part.number.disabled = low === high;
      if (document.activeElement !== part.number || this.questions.waiting.length === 0) part.number.value = shown(share);
      const moved = Math.abs(share - decided[id]) > 1e-6;
      setText(part.was, moved ? this.say("was", { was: shown(decided[id]) }) : "");
      part.range.setAttribute("aria-valuetext", this.say(moved ? "spoken_moved" : "spoken", { label: part.label, share: shown(share), was: shown(decided[id]) }));
      part.lock.setAttribute("aria-pressed", String(locked));
      part.lock.setAttribute("aria-label", this.say(locked ? "unlock" : "lock", { label: part.label }));
      part.lock.title = this.say(locked ? "unlock" : "lock", { label: part.label });
      part.lock.classList.toggle("locked", locked);
    }
    this.buttons.undo.disabled = !this.state.undo;
    this.buttons.redo.disabled = !this.state.redo;
    this.buttons.restore.disabled = !this.state.changed && !this.state.locked.length;
    if (this.adoptButton) this.adoptButton.disabled = !this.state.changed;
  }

  rules() {
    for (const dial of this.state.dials) {
      if (!this.dialRows[dial.path]) {
        const label = dial.label[this.language];
        const range = make("input", { type: "range", min: "0", max: String(dial.high), step: String(dial.step), "aria-label": label });
        const number = make("input", { type: "text", inputmode: "decimal", class: "number", "aria-label": label, autocomplete: "off" });
        let gesture = 0;
        for (const sign of ["pointerdown", "focus"]) range.addEventListener(sign, () => { gesture += 1; });
        range.addEventListener("input", () => this.questions.ask({ do: "turn", dial: dial.path, value: Number(range.value), gesture: `${this.view} ${dial.path} ${gesture}` }));
        const typed = () => this.typed(number, this.state.dials.find((other) => other.path === dial.path).value, { do: "turn", dial: dial.path });
        number.addEventListener("change", typed);
        this.dialRows[dial.path] = { range, number };
        this.dialBox.append(make("div", { class: "node dial" }, make("span", { class: "label", title: label }, label), range, number));
      }
      const { range, number } = this.dialRows[dial.path];
      if (document.activeElement !== range || !this.questions.waiting.length) range.value = String(dial.value);
      number.value = shown(dial.value);
      range.setAttribute("aria-valuetext", `${dial.label[this.language]} ${shown(dial.value)}`);
    }
    this.dialBox.previousSibling.hidden = !this.state.dials.length;
  }

  adoption() {
    const field = (name, hint) => make("input", { type: "text", "aria-label": this.say(name), placeholder: hint ? this.say(hint) : "" });
    this.by = field("by", "by_hint");
    this.reason = field("reason");
    this.adoptButton = make("button", { type: "button", class: "adopt", onclick: () => this.questions.ask({ do: "adopt", by: this.by.value, reason: this.reason.value }) }, this.say("adopt"));
    return make("div", { class: "adoption" }, make("label", {}, this.say("by"), this.by), make("label", {}, this.say("reason"), this.reason),
      make("div", {}, this.adoptButton, make("p", {}, this.say("adopt_help"))));
  }

  adopted() { this.reason.value = ""; }

  status() {
    const until = this.until ? (this.language === "zh" ? "。" : ". ") + this.until[this.language] : "";
    setText(this.statusLine, this.state.status[this.language] + until + (this.language === "zh" ? "。" : "."));
  }

  moves() {
    const group = (name, sign, members) => {
      if (!members.length) return null;
      const wide = this.wide === name;
      const chips = members.slice(0, wide ? members.length : FEW).map((member) => make("button", { type: "button", class: "chip", onclick: () => this.open(member) }, this.start.members[member] + this.between(name, member)));
      const more = make("button", { type: "button", class: "more", "aria-expanded": String(wide), onclick: () => { this.wide = wide ? null : name; this.moves(); } },
        this.say(wide ? "fewer" : "more", { n: members.length }));
      return make("div", { class: `group ${name} ${wide ? "wide" : ""}` }, make("b", {}, `${sign} ${this.say(name)} ${members.length}`), make("div", { class: "chips" }, ...chips), more);
    };
    const groups = [["out", "▼"], ["into", "▲"], ["other", "◆"], ["fell", "▼"], ["rose", "▲"]].map(([name, sign]) => group(name, sign, this.state[name])).filter(Boolean);
    this.movesBox.replaceChildren(...groups);
    this.fit(groups.filter((box) => !box.classList.contains("wide")));
  }

  fit(groups) {
    // A group is one line; who does not fit follows on a press.
    const beyond = groups.map((box) => [...box.querySelectorAll(".chip")].filter((chip, place, chips) => chip.offsetTop > chips[0].offsetTop + 4));
    groups.forEach((box, place) => {
      for (const chip of beyond[place]) chip.hidden = true;
      box.querySelector(".more").hidden = !beyond[place].length && box.querySelectorAll(".chip").length < FEW;
    });
  }

  between(name, member) {
    if (name === "rose" || name === "fell") return `（${this.gradeName(this.start.decided.grade[member])} → ${this.gradeName(this.grade[member])}）`;
    const label = (number) => (number > 0 ? this.start.awards[number - 1] : "");
    const [then, now] = [label(this.start.decided.award[member]), label(this.award[member])];
    if (name === "other") return `（${then} → ${now}）`;
    return `（${name === "out" ? then : now}）`;
  }

  gradeName(number) { return number > 0 ? this.start.grades[number - 1] : "—"; }

  // ---- the list ----

  right() {
    this.search = make("input", { type: "search", "aria-label": this.say("search"), placeholder: this.say("search"), oninput: () => { this.ordered(); this.paint(); } });
    const options = [make("option", { value: "" }, this.say("all")), ...this.start.classes.map((name, place) => make("option", { value: String(place) }, name))];
    this.choice = make("select", { "aria-label": this.say("class"), onchange: () => { this.ordered(); this.paint(); } }, ...options);
    this.choice.hidden = this.start.classes.length < 2;
    this.count = make("span", { class: "count" });
    const names = this.columns();
    this.heads = Object.fromEntries(names.map((name) => {
      const title = name === "chance" ? this.say("chance_help", { draws: this.start.draws }) : name === "margin" ? this.say("margin_help") : "";
      return [name, make("button", { type: "button", title, onclick: () => this.sorted(name) }, this.say(name))];
    }));
    const head = make("div", { role: "row", class: "row head", "aria-rowindex": "1" }, ...names.map((name) => make("span", { role: "columnheader", class: name }, this.heads[name])));
    this.rows = make("div", { class: "rows", role: "rowgroup" });
    this.space = make("div", { class: "space", role: "presentation" }, this.rows);
    this.scroll = make("div", { class: "scroll", role: "presentation", onscroll: () => this.paint() }, this.space);
    this.grid = make("div", { role: "grid", class: "grid", tabindex: "0", "aria-label": this.say("list"), onkeydown: (event) => this.keys(event) }, head, this.scroll);
    this.listBox = make("div", { class: "listbox" }, make("div", { class: "filters" }, this.search, this.choice, this.count, this.legend()), this.grid);
    this.cardBox = make("div", { class: "cardbox", hidden: true });
    this.pool = [];
    this.active = 0;
    return make("section", { class: "right", "aria-label": this.say("list") }, this.listBox, this.cardBox);
  }

  columns() {
    const { awards, grades } = this.start;
    this.root.classList.toggle("graded", grades.length > 0);
    this.root.classList.toggle("no-awards", !awards.length);
    return ["place", "move", "name", "total", ...(awards.length ? ["margin", "award"] : []), ...(grades.length ? ["grade"] : []), ...(awards.length ? ["chance"] : [])];
  }

  legend() {
    const key = this.start.awards.map((label, place) => make("span", {}, make("i", { class: `bar award${place}` }), label));
    return make("span", { class: "legend", hidden: !key.length }, this.say("chance") + this.colon(), ...key);
  }

  sorted(name) {
    this.down = this.sort === name ? !this.down : false;
    this.sort = name;
    this.ordered();
    this.paint();
  }

  chance(member) {
    if (!this.chances) return 0;
    let sum = 0;
    for (let award = 0; award < this.start.awards.length; award += 1) sum += this.chances[award * this.total.length + member];
    return Math.min(1, sum / this.start.draws);
  }

  ordered() {
    const { rank, total, margin, award } = this, { none, members, class_of } = this.start;
    const words = this.search.value.trim().toLowerCase(), chosen = this.choice.value;
    const all = [];
    for (let member = 0; member < members.length; member += 1) {
      if (chosen !== "" && String(class_of[member]) !== chosen) continue;
      if (words && !members[member].toLowerCase().includes(words) && !this.start.codes[member].toLowerCase().includes(words)) continue;
      all.push(member);
    }
    const last = (value) => (value === 0 || value === none ? Infinity : value);
    const by = {
      place: (a, b) => (class_of.length ? class_of[a] - class_of[b] : 0) || last(rank[a]) - last(rank[b]),
      total: (a, b) => total[b] - total[a],
      margin: (a, b) => last(Math.abs(margin[a])) - last(Math.abs(margin[b])),
      award: (a, b) => (award[a] > 0 ? award[a] : 100) - (award[b] > 0 ? award[b] : 100),
      grade: (a, b) => last(this.grade[a]) - last(this.grade[b]),
      name: (a, b) => members[a].localeCompare(members[b], "zh-u-co-pinyin"),
      move: (a, b) => Math.abs(this.moved(b)) - Math.abs(this.moved(a)),
      chance: (a, b) => Math.abs(this.chance(a) - 0.5) - Math.abs(this.chance(b) - 0.5),
    };
    const sign = this.down ? -1 : 1, difference = (x) => (Number.isNaN(x) ? 0 : x);
    all.sort((a, b) => sign * difference(by[this.sort](a, b)) || difference(by.place(a, b)) || a - b);
    this.order = all;
    this.space.style.height = `${all.length * ROW}px`;
    this.grid.setAttribute("aria-rowcount", String(all.length + 1));
    setText(this.count, all.length ? this.say("shown", { n: all.length, all: members.length }) : this.say("none"));
    for (const [name, head] of Object.entries(this.heads)) {
      head.parentNode.setAttribute("aria-sort", name === this.sort ? (this.down ? "descending" : "ascending") : "none");
    }
    this.active = Math.min(this.active, Math.max(0, all.length - 1));
  }

  moved(member) {
    const was = this.start.decided.rank[member], now = this.rank[member];
    return was && now ? was - now : 0;
  }

  rise(member) {
    const [was, now] = [this.start.decided.grade[member], this.grade[member]].map((number) => number || Infinity);
    return was === now ? 0 : now < was ? 1 : -1;
  }

  row() {
    const cells = Object.fromEntries(["place", "move", "name", "total", "margin", "award", "grade", "chance"].map((name) => [name, make("span", { role: "gridcell", class: name })]));
    const bars = this.start.awards.map((_, place) => make("i", { class: `bar award${place}` }));
    const percent = make("em");
    const nameText = make("span"), classText = make("small");
    cells.name.append(nameText, classText);
    cells.chance.append(make("span", { class: "bars", "aria-hidden": "true" }, ...bars), percent);
    const row = make("div", { role: "row", class: "row", onclick: () => this.open(row.member) }, ...this.columns().map((name) => cells[name]));
    return Object.assign(row, { cells, bars, percent, nameText, classText });
  }

  paint() {
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW)), height = this.scroll.clientHeight || 420;
    const many = Math.min(this.order.length - first, Math.ceil(height / ROW) + 1);
    while (this.pool.length < many) { const row = this.row(); this.pool.push(row); this.rows.append(row); }
    this.rows.style.transform = `translateY(${first * ROW}px)`;
    this.pool.forEach((row, place) => {
      row.hidden = place >= many;
      if (place < many) this.cells(row, first + place);
    });
  }

  cells(row, place) {
    const member = this.order[place], { none, awards, draws, decimals } = this.start;
    const points = (steps) => (steps / 10 ** decimals).toFixed(decimals);
    const number = this.award[member], was = this.start.decided.award[member], moved = this.moved(member);
    row.member = member;
    row.id = `${this.view}-${place}`;
    row.setAttribute("aria-rowindex", String(place + 2));
    setText(row.cells.place, this.rank[member] ? String(this.rank[member]) : "—");
    setText(row.cells.move, moved ? `${moved > 0 ? "▲" : "▼"}${Math.abs(moved)}` : "");
    row.cells.move.className = `move ${moved > 0 ? "up" : moved < 0 ? "down" : ""}`;
    setText(row.nameText, this.start.members[member]);
    setText(row.classText, this.choice.value === "" && this.start.classes.length ? this.start.classes[this.start.class_of[member]] : "");
    row.cells.name.title = this.start.classes.length ? `${this.start.members[member]}　${this.start.classes[this.start.class_of[member]]}` : this.start.members[member];
    setText(row.cells.total, this.total[member] === none ? "—" : points(this.total[member]));
    const margin = this.margin[member];
    setText(row.cells.margin, margin === none ? "—" : `${margin > 0 ? "+" : ""}${points(margin).replace("-", "−")}`);
    setText(row.cells.award, number > 0 ? awards[number - 1] : number < 0 ? this.say("open") : "");
    const rise = this.rise(member);
    setText(row.cells.grade, (this.grade[member] > 0 ? this.gradeName(this.grade[member]) : "") + (rise > 0 ? " ▲" : rise < 0 ? " ▼" : ""));
    row.cells.grade.className = `grade ${rise > 0 ? "up" : rise < 0 ? "down" : ""}`;
    row.className = `row ${number > 0 ? `has has${number - 1}` : ""} ${(was > 0) !== (number > 0) ? (number > 0 ? "entered" : "left") : ""} ${place === this.active ? "active" : ""} ${this.rule(place)}`;
    let told = [];
    row.bars.forEach((bar, award) => {
      const chance = this.chances ? this.chances[award * this.total.length + member] / draws : 0;
      bar.style.width = `${100 * chance}%`;
      if (chance) told.push(`${awards[award]} ${Math.round(100 * chance)}%`);
    });
    const chance = this.chance(member);
    setText(row.percent, !this.chances ? "…" : chance === 0 ? "0" : chance === 1 ? "100%" : chance < 0.01 ? "<1%" : chance > 0.99 ? ">99%" : `${Math.round(100 * chance)}%`);
    row.cells.chance.title = told.join("，");
  }

  rule(place) {
    // Where the places of an award end: a thick line below the last who has it. Where a class ends: a double one.
    if (this.sort !== "place" || this.down || place + 1 >= this.order.length) return "";
    const [one, other] = [this.order[place], this.order[place + 1]];
    if (this.start.class_of.length && this.start.class_of[one] !== this.start.class_of[other]) return "class-end";
    if (!this.start.awards.length && this.grade[one] > 0 && this.grade[other] > this.grade[one]) return "line";
    return this.award[one] > 0 && this.award[other] !== this.award[one] ? "line" : "";
  }

  keys(event) {
    const page = Math.max(1, Math.floor(this.scroll.clientHeight / ROW) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter" && event.target === this.grid && this.order.length) {
      event.preventDefault(); // else the same key would press the button that has the focus then
      this.open(this.order[this.active]);
    }
    if (step === undefined || event.target !== this.grid) return;
    event.preventDefault();
    this.active = Math.max(0, Math.min(this.order.length - 1, this.active + step));
    const top = this.active * ROW;
    if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
    if (top + ROW > this.scroll.scrollTop + this.scroll.clientHeight) this.scroll.scrollTop = top + ROW - this.scroll.clientHeight;
    this.paint();
    this.grid.setAttribute("aria-activedescendant", `${this.view}-${this.active}`);
  }

  // ---- one member ----

  open(member) {
    this.asked = member;
    this.listBox.hidden = true;
    this.cardBox.hidden = false;
    this.cardBox.replaceChildren(this.backButton(), make("h3", {}, this.start.members[member]), make("p", {}, this.say("waiting")));
    this.cardBox.querySelector("button").focus();
    this.questions.ask({ do: "member", member, language: this.language });
  }

  backButton() {
    const back = () => { this.asked = undefined; this.cardBox.hidden = true; this.listBox.hidden = false; this.paint(); this.grid.focus(); };
    this.cardBox.onkeydown = (event) => { if (event.key === "Escape") back(); };
    return make("button", { type: "button", class: "back", onclick: back }, `← ${this.say("back")}`);
  }

  card(card) {
    const heading = make("h3", {}, `${card.name}　${card.class}　${card.total === null ? this.say("unranked") : card.total}`);
    const line = (row) => make("li", {}, row.award + this.colon() + this.say(row.state, row));
    const single = card.single.map((row) => make("li", {}, this.say(row.state, row)));
    const records = [...new Set(card.records.map((row) => row.label))].map((label) => make("li", {}, label, make("ul", {},
      ...card.records.filter((row) => row.label === label).map((row) => make("li", {}, row.amount ? row.place + this.colon() + row.amount : row.place)))));
    const list = (name, items) => (items.length ? [make("h4", {}, this.say(name)), make("ul", {}, ...items)] : []);
    this.cardBox.replaceChildren(this.backButton(), heading, make("p", { class: "why" }, card.reason), ...list("lines", card.lines.map(line)),
      ...(this.start.awards.length ? list("single", single.length ? single : [make("li", {}, this.say("single_none"))]) : []),
      make("h4", {}, this.say("made_of")), this.waterfall(card.parts), ...list("records", records));
    this.cardBox.querySelector("button").focus();
    this.mark("card");
  }

  waterfall(parts) {
    let sum = 0;
    const ends = parts.map((part) => { const from = sum; sum += part.points; return [Math.min(from, sum), Math.max(from, sum)]; });
    const high = Math.max(1e-9, ...ends.map(([, end]) => end)), low = Math.min(0, ...ends.map(([start]) => start));
    const place = (value) => (100 * (value - low)) / (high - low);
    return make("div", { class: "waterfall" }, ...parts.map((part, index) => {
      const [start, end] = ends[index];
      const bar = make("i", { class: part.points < 0 ? "less" : "more" });
      bar.style.left = `${place(start)}%`;
      bar.style.width = `${Math.max(0.3, place(end) - place(start))}%`;
      return make("div", { class: "part" }, make("span", { class: "label", title: part.label }, part.label), make("span", { class: "raw" }, part.raw),
        make("span", { class: "track" }, bar), make("span", { class: "points" }, part.shown));
    }));
  }
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const page = new Page(model, root);
    const heard = (message, buffers) => page.heard(message, buffers);
    model.on("msg:custom", heard);
    return () => {
      for (const sign of ["pointerup", "pointercancel"]) window.removeEventListener(sign, page.released);
      page.resized.disconnect();
      model.off("msg:custom", heard);
      root.remove();
    };
  },
};
