// The ballot: the groups, the way of judging one of them, and the weights it gives.

const SPAN = 8; // steps of the scale to either side
const MARKS = { empty: "○", unfinished: "◐", doubtful: "⚠", done: "✓" };

class BallotPaper extends Paper {
  entered() { this.group = this.start.groups[0].id; }

  merged(message) {
    if (message.before) Object.assign(this, { before: message.before, former: message.former });
    return message;
  }

  plan() {
    const { expert, groups, rounds } = this.state;
    if (!expert) return JSON.stringify([this.language, rounds]);
    const { method, best, worst, order } = groups[this.group];
    return JSON.stringify([this.language, expert, this.state.round, this.group, method, method === "best_worst" && [best, worst], method === "rank_order" && order, this.before, this.former]);
  }

  whose() { return this.say("whose_round", { expert: this.state.expert, round: String(this.state.round) }); }

  gate() {
    const options = this.state.rounds.map(({ number, title }) => make("option", { value: String(number), selected: number === this.state.round }, this.both(title)));
    this.roundBox = make("select", { "data-key": "round", "aria-label": this.say("round") }, ...options);
    return super.gate(make("label", {}, this.say("round"), this.roundBox));
  }

  gated() { return { round: Number(this.roundBox.value) }; }

  unsavedHere() { return Object.values(this.state.groups).some(({ state }) => state !== "empty"); }

  get at() {
    const group = this.start.groups.find(({ id }) => id === this.group);
    return { ...group, nodes: group.nodes.map(({ id, label }) => ({ id, label: this.called(label) })) };
  }

  get drawn() { return this.state.groups[this.group]; }

  label(id) { return this.at.nodes.find((node) => node.id === id).label; }

  move(what, more = {}) { this.ask(what, { group: this.group, ...more }); }

  body() {
    this.tabs = Object.fromEntries(this.start.groups.map(({ id, title }, place) => {
      const mark = make("i", { "aria-hidden": "true" });
      const text = make("span", {}, `${place + 1} ${this.both(title)}`);
      return [id, Object.assign(make("button", { type: "button", "data-key": `group ${id}`, onclick: () => { this.group = id; this.paint(); } }, mark, text), { mark, text })];
    }));
    const groups = make("nav", { class: "groups scroll", "aria-label": this.say("groups") }, ...Object.values(this.tabs));
    this.saveButton = this.button("save", () => this.ask("save"));
    this.saveButton.classList.add("primary");
    this.nextButton = this.button("next", () => this.onward());
    this.progress = make("span", { class: "progress" });
    const former = this.former ? this.button("former", () => this.ask("former")) : null;
    return make("div", {}, make("div", { class: "thirds" }, groups, this.judging(), this.result()), make("footer", {}, this.progress, former, this.nextButton, this.saveButton));
  }

  onward() {
    const ids = this.start.groups.map(({ id }) => id), place = ids.indexOf(this.group);
    const open = [...ids.slice(place + 1), ...ids.slice(0, place)].find((id) => ["empty", "unfinished"].includes(this.state.groups[id].state));
    this.group = open || ids[(place + 1) % ids.length];
    this.paint();
  }

  judging() {
    const name = `method ${this.view}`;
    this.ways = this.start.methods.map(({ id, title }) => {
      const radio = make("input", { type: "radio", name, value: id, "data-key": `method ${id}`, onchange: () => this.move("method", { method: id }) });
      return Object.assign(make("label", {}, radio, this.both(title)), { radio });
    });
    const { method } = this.drawn;
    this.refresh = [];
    const kinds = { points: () => this.amounts("points", "points"), swing: () => this.amounts("swing", "swings"), ahp: () => this.pairs(), best_worst: () => this.ends(), rank_order: () => this.ranks() };
    const rows = kinds[method]();
    this.sumLine = make("span", { class: "sum" });
    const scale = ["points", "swing"].includes(method) ? this.button(`scale_${method}`, () => this.move("scale")) : null;
    return make("section", { class: "judging", "aria-label": this.both(this.at.title) }, make("h3", {}, this.both(this.at.title)),
      make("div", { class: "ways", role: "radiogroup", "aria-label": this.say("method") }, ...this.ways), make("p", { class: "hint" }, this.say(`${method}_hint`)),
      make("div", { class: "rows scroll" }, ...rows), make("div", { class: "foot" }, this.sumLine, scale));
  }

  amounts(what, kept) {
    return this.at.nodes.map(({ id, label }) => {
      const name = this.say("points_of", { label });
      const stands = () => inWords(this.drawn[kept][id] || 0);
      const range = make("input", { type: "range", min: "0", max: "100", step: "1", "aria-label": name, "data-key": `range ${id}`, oninput: () => { number.value = range.value; this.move(what, { node: id, value: Number(range.value) }); } });
      const number = numberBox({ "aria-label": name, "data-key": `number ${id}` }, () => this.typed(number, stands, (text) => this.move(what, { node: id, typed: text })));
      this.refresh.push(() => {
        if (document.activeElement !== range || !this.questions.waiting.length) range.value = String(this.drawn[kept][id] || 0);
        number.show(stands());
        range.setAttribute("aria-valuetext", `${label} ${stands()}`);
      });
      return make("div", { class: "amount" }, make("span", { class: "label", title: label }, label), range, number);
    });
  }

  // A slider between two labels: to the left the first is the more important. Untouched it says nothing.
  scale(a, b, key, low, step, change) {
    const name = this.say("pair", { a, b });
    const range = make("input", { type: "range", min: String(low), max: String(SPAN), step: "1", "aria-label": name, "data-key": `scale ${key}` });
    const words = make("span", { class: "words" });
    const equal = make("button", { type: "button", "data-key": `equal ${key}`, "aria-label": this.say("equal_of", { a, b }), onclick: () => change(0) }, this.say("equal"));
    const clear = make("button", { type: "button", "data-key": `clear ${key}`, "aria-label": this.say("clear_of", { a, b }), onclick: () => change(null) }, this.say("clear"));
    const think = make("em", { class: "think", hidden: true }, this.say("think"));
    const sign = low < 0 ? -1 : 1; // left is more for the first; where only one can be the more important, right is
    const draw = (value) => {
      const set = value !== undefined && value !== null;
      row.classList.toggle("unset", !set);
      setText(words, set ? this.inWords(value, a, b) : this.say("unset"));
      range.setAttribute("aria-valuetext", words.textContent);
      clear.hidden = !set;
      equal.hidden = set && value === 0;
    };
    range.addEventListener("input", () => { draw(sign * Number(range.value)); change(sign * Number(range.value)); });
    range.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); change(sign * Number(range.value)); } });
    const row = make("div", { class: low < 0 ? "pair" : "pair one" }, make("span", { class: "first", title: a }, a), range, make("span", { class: "second", title: b }, b), make("span", { class: "told" }, words, think, equal, clear));
    this.refresh.push(() => {
      const value = step();
      if (document.activeElement !== range || !this.questions.waiting.length) { range.value = String(sign * (value ?? 0)); draw(value); }
      think.hidden = !this.drawn.changes.some((pair) => JSON.stringify(pair) === key);
    });
    return row;
  }

  inWords(step, a, b) {
    if (step === 0) return this.say("level", { a, b });
    const [first, second] = step > 0 ? [a, b] : [b, a], n = Math.abs(step) + 1;
    return this.say("more", { a: first, b: second, level: this.start.levels[this.language][n - 1], n: String(n) });
  }

  pairs() {
    const { nodes } = this.at, rows = [];
    nodes.forEach((one, place) => nodes.slice(place + 1).forEach((other) => {
      const step = () => this.drawn.pairs.find(([first, second]) => first === one.id && second === other.id)?.[2];
      rows.push(this.scale(one.label, other.label, JSON.stringify([one.id, other.id]), -SPAN, step, (value) => this.move("pair", { first: one.id, second: other.id, step: value })));
    }));
    return rows;
  }

  ends() {
    const { best, worst } = this.drawn;
    // Both are told as they are shown: whoever chooses the second before the first is answered has chosen two.
    const boxes = {}, chosen = () => this.move("ends", { best: boxes.best.value, worst: boxes.worst.value });
    const choice = (name, now) => make("label", {}, this.say(name), boxes[name] = make("select", { "data-key": name, onchange: chosen }, make("option", { value: "" }, this.say("choose")), ...this.at.nodes.map(({ id, label }) => make("option", { value: id, selected: id === now }, label))));
    const rows = [make("div", { class: "ends" }, choice("best", best), choice("worst", worst))];
    if (!best || !worst || best === worst) return rows;
    const row = (what, first, second, node) => {
      const step = () => { const given = this.drawn[what][node]; return given ? given - 1 : undefined; };
      rows.push(this.scale(this.label(first), this.label(second), JSON.stringify([first, second]), 0, step, (value) => this.move(what, { node, value: value === null ? 0 : value + 1 })));
    };
    for (const { id } of this.at.nodes) if (id !== best) row("to_others", best, id, id);
    for (const { id } of this.at.nodes) if (id !== best && id !== worst) row("to_worst", id, worst, id);
    return rows;
  }

  ranks() {
    const given = this.drawn.order.length > 0;
    const levels = given ? this.drawn.order : this.at.nodes.map(({ id }) => [id]);
    const flat = levels.flatMap((level) => level.map((id, place) => ({ id, tied: place > 0 })));
    const send = (items) => {
      const order = [];
      items.forEach(({ id, tied }, place) => { if (tied && place) order[order.length - 1].push(id); else order.push([id]); });
      this.move("order", { order });
    };
    const shift = (from, to) => {
      if (to < 0 || to >= flat.length || to === from) return;
      const items = flat.map((item) => ({ ...item }));
      const [item] = items.splice(from, 1);
      items.splice(to, 0, { ...item, tied: false });
      if (items[from < to ? from : from + 1]?.tied && from === 0) items[0].tied = false;
      send(items);
    };
    let number = 0;
    const rows = flat.map(({ id, tied }, place) => {
      const label = this.label(id);
      if (!tied) number = place + 1;
      const arrow = (name, sign, to) => make("button", { type: "button", "data-key": `${name} ${id}`, "aria-label": this.say(name, { label }), disabled: to < 0 || to >= flat.length, onclick: () => shift(place, to) }, sign);
      const handle = make("button", { type: "button", class: "handle", "data-key": `handle ${id}`, title: this.say("drag"), "aria-label": `${label} ${this.say("drag")}`, onkeydown: (event) => {
        const to = { ArrowUp: place - 1, ArrowDown: place + 1 }[event.key];
        if (to !== undefined) { event.preventDefault(); shift(place, to); }
      } }, "⠿");
      this.draggable(handle, place, shift);
      const level = make("label", { class: "tied", hidden: place === 0 }, make("input", { type: "checkbox", checked: tied, "data-key": `tied ${id}`, onchange: (event) => send(flat.map((item, at) => (at === place ? { ...item, tied: event.target.checked } : item))) }), this.say("tied"));
      return make("li", { class: given ? "" : "unset" }, handle, make("span", { class: "number" }, given ? String(number) : "—"), make("span", { class: "label", title: label }, label), level, arrow("up", "▲", place - 1), arrow("down", "▼", place + 1));
    });
    const unsaid = given ? null : make("p", { class: "unordered" }, this.say("unordered"), this.button("as_listed", () => send(flat)));
    return [unsaid, make("ol", { class: "ranks" }, ...rows)];
  }

  draggable(handle, from, shift) {
    handle.addEventListener("pointerdown", (down) => {
      if (down.button !== 0) return;
      const rows = [...handle.closest("ol").children], middles = rows.map((row) => { const box = row.getBoundingClientRect(); return box.top + box.height / 2; });
      let to = from;
      handle.setPointerCapture(down.pointerId);
      const moving = (event) => {
        to = middles.filter((middle, place) => place !== from && event.clientY > middle).length;
        rows.forEach((row, place) => { row.classList.toggle("dragged", place === from); row.classList.toggle("target", place === to && to !== from); });
      };
      const end = () => {
        handle.removeEventListener("pointermove", moving);
        rows.forEach((row) => row.classList.remove("dragged", "target"));
        shift(from, to);
      };
      handle.addEventListener("pointermove", moving);
      handle.addEventListener("pointerup", end, { once: true });
    });
  }

  result() {
    this.bars = Object.fromEntries(this.at.nodes.map(({ id, label }) => {
      const bar = make("i", { class: "bar" }), number = make("span", { class: "percent" });
      const place = this.before[id], marks = place ? [["quartiles", place.quartiles[0]], ["median", place.quartiles[1]], ["own", place.own]].filter(([, at]) => at !== null).map(([name, at]) => this.mark(name, at)) : [];
      const row = make("div", { class: "weight" }, make("span", { class: "label", title: label }, label), make("span", { class: "track", "aria-hidden": "true" }, bar, ...marks), number, place ? make("small", {}, this.placed(place)) : null);
      return [id, { row, bar, number, marks, place }];
    }));
    this.resultHead = make("small");
    this.coherence = make("p", { class: "coherence" });
    this.doubts = make("ul", { class: "doubts" });
    this.mendLine = make("p", { class: "mendline" });
    this.mendButton = this.button("mend", () => this.move("mend"));
    this.mendHelp = make("small");
    this.mendBox = make("div", { class: "mending" }, this.mendLine, this.mendButton, this.mendHelp);
    const key = Object.keys(this.before).length ? make("small", { class: "key" }, this.say("before")) : null;
    return make("section", { class: "result scroll", "aria-label": this.say("result") }, make("h3", {}, this.say("result"), " ", this.resultHead),
      this.coherence, this.doubts, this.mendBox, ...Object.values(this.bars).map(({ row }) => row), key);
  }

  mark(name, at) { return Object.assign(make("i", { class: name }, name === "own" ? "◆" : ""), { at }); }

  // Bars and marks share one scale: as far as the largest of them.
  drawBars(weights, unfinished) {
    const bars = this.at.nodes.map(({ id }) => this.bars[id]);
    const most = Math.max(1, ...weights, ...bars.flatMap(({ place }) => (place ? [place.quartiles[2], place.own ?? 0] : [])));
    const across = (share) => `${(100 * share) / most}%`;
    bars.forEach(({ bar, number, marks, place }, at) => {
      const weight = weights[at];
      bar.style.width = across(weight || 0);
      bar.classList.toggle("preview", unfinished);
      setText(number, weight === undefined ? "—" : `${weight.toFixed(this.start.decimals)}%`);
      for (const mark of marks) {
        mark.style.left = across(mark.at);
        if (mark.className === "quartiles") mark.style.width = across(place.quartiles[2] - place.quartiles[0]);
      }
    });
  }

  placed({ own, quartiles, outside }) {
    const [low, middle, high] = quartiles.map((share) => share.toFixed(1));
    return this.say(own === null ? "place_none" : "place", { own: own === null ? "" : own.toFixed(1), low, middle, high, place: this.start.places[this.language][String(outside)] });
  }

  update() {
    const { drawn } = this, { method, state, weights } = drawn;
    const all = this.start.groups.map(({ id }) => this.state.groups[id]);
    for (const [id, tab] of Object.entries(this.tabs)) {
      const { state: now } = this.state.groups[id];
      setText(tab.mark, MARKS[now]);
      tab.className = `tab ${now}`;
      tab.setAttribute("aria-current", String(id === this.group));
      tab.title = this.say("tab", { title: tab.text.textContent, state: this.say(now) });
      tab.setAttribute("aria-label", tab.title);
    }
    for (const way of this.ways) way.radio.checked = way.radio.value === method;
    this.refresh.forEach((draw) => draw());
    this.summed();
    const unfinished = state !== "done" && state !== "doubtful" && weights.length > 0;
    setText(this.resultHead, unfinished ? this.say("preview") : "");
    this.drawBars(weights, unfinished);
    const coherence = this.both(drawn.coherence);
    const judged = { ahp: { doubtful: "incoherent", done: "coherent" }, best_worst: { done: "within" } }[method]?.[state];
    setText(this.coherence, coherence && judged && weights.length ? this.say(judged, { coherence }) : coherence);
    this.coherence.classList.toggle("wrong", state === "doubtful");
    this.doubts.replaceChildren(...drawn.contradictions.map((said) => make("li", {}, this.both(said))));
    setText(this.mendLine, this.both(drawn.mend));
    this.mendBox.hidden = !this.both(drawn.mend);
    this.mendButton.hidden = this.mendHelp.hidden = !drawn.changes.length;
    setText(this.mendHelp, this.say(drawn.least ? "mend_least" : "mend_small"));
    setText(this.progress, this.say("progress", { done: all.filter((one) => ["done", "doubtful"].includes(one.state)).length, all: all.length }));
    setText(this.statusLine, this.spoken(drawn, coherence));
  }

  spoken({ state, contradictions }, coherence) {
    const first = contradictions.length ? this.both(contradictions[0]) : "";
    return [this.both(this.at.title), this.say(state), coherence, first].filter(Boolean).join(this.language === "zh" ? "，" : ", ");
  }

  summed() {
    const { method, said } = this.drawn;
    if (method === "points") {
      const sum = Object.values(this.drawn.points).reduce((one, other) => one + other, 0), apart = 100 - sum;
      const name = Math.abs(apart) < 1e-9 ? "sum_done" : apart > 0 ? "sum_lacking" : "sum_over";
      setText(this.sumLine, this.say(name, { sum: shown(sum), apart: shown(Math.abs(apart)) }));
      this.sumLine.dataset.state = name;
    } else setText(this.sumLine, this.both(said));
  }
}

PAPERS.BallotPaper = BallotPaper;
