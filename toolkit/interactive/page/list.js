// The list of all members, of which only the rows in sight are painted; and who leaves, enters or changes.

class List {
  status() {
    const until = this.until ? (this.language === "zh" ? "。" : ". ") + this.until[this.language] : "";
    setText(this.statusLine, this.state.status[this.language] + until + (this.language === "zh" ? "。" : "."));
  }

  moves() {
    // Each kind has its line from the start: when the first names come, nothing below moves away from the hand.
    this.width ??= this.root.clientWidth;
    const lines = this.inLines().map((kinds) => {
      const groups = kinds.map(([name, sign]) => this.movers(name, sign)), even = this.fit(groups.filter((group) => !group.wide));
      return make("div", { class: `line ${even ? "even" : ""}` }, ...groups.map(({ box }) => box));
    });
    this.movesBox.replaceChildren(...lines);
    for (const chips of this.movesBox.querySelectorAll(".chips:not(:empty)")) roving(chips, ".chip", ["ArrowLeft", "ArrowRight"]);
  }

  movers(name, sign) {
    const members = this.state[name], wide = this.wide === name, head = `${sign} ${this.say(name)} ${members.length}`;
    const texts = members.slice(0, wide ? members.length : FEW).map((member) => this.start.members[member] + this.between(name, member));
    const chips = texts.map((text, place) => make("button", { type: "button", class: "chip", title: text, onclick: () => this.open(members[place]) }, text));
    const more = make("button", { type: "button", class: "more", "aria-expanded": String(wide), onclick: () => { this.wide = wide ? null : name; this.moves(); } },
      this.say(wide ? "fewer" : "more", { n: members.length }));
    const box = make("div", { class: `group ${name} ${wide ? "wide" : ""} ${members.length ? "" : "nobody"}` }, make("b", {}, head), make("div", { class: "chips" }, ...chips), more);
    return { box, wide, head, texts, chips, more, many: members.length };
  }

  inLines() {
    const kinds = this.kinds(), two = this.start.awards.length && this.start.grades.length;
    return this.width <= NARROW ? kinds.map((kind) => [kind]) : two ? [kinds.slice(0, 2), kinds.slice(2)] : kinds.length ? [kinds] : [];
  }

  kinds() {
    const awarded = [["out", "▼"], ["into", "▲"], ["other", "◆"]], graded = [["fell", "▼"], ["rose", "▲"]];
    return [...(this.start.awards.length ? awarded : []), ...(this.start.grades.length ? graded : [])];
  }

  fit(groups) {
    // Of each group of a line as many as there is room for, the others on a press. What a text takes is worked out and not looked up:
    // for a look at what was just written the browser lays the page out anew. True where every group does with an even share.
    const wide = (group, many) => this.taken(group.head) + 8 + group.texts.slice(0, many).reduce((sum, text) => sum + SMALLER * this.taken(text) + 16, 0) + (many < group.many ? this.taken(this.say("more")) + 26 : 0);
    const room = this.width - 16 * (groups.length - 1), found = groups.map((group) => Math.min(1, group.many));
    const sum = () => groups.reduce((all, group, place) => all + wide(group, found[place]), 0);
    for (let open = groups.map((_, place) => place); open.length;) {
      open = open.filter((place) => {
        if (found[place] >= groups[place].texts.length) return false;
        found[place] += 1;
        if (sum() <= room) return true;
        found[place] -= 1;
        return false;
      });
    }
    groups.forEach((group, place) => {
      group.chips.forEach((chip, number) => { chip.hidden = number >= found[place]; });
      group.more.hidden = found[place] >= group.many;
    });
    return groups.every((group, place) => wide(group, found[place]) * groups.length <= room);
  }

  taken(text) {
    this.pen ??= document.createElement("canvas").getContext("2d");
    this.pen.font = this.font ??= (({ fontSize, fontFamily }) => `${fontSize} ${fontFamily}`)(getComputedStyle(this.root));
    return this.pen.measureText(quoted(text)).width;
  }

  between(name, member) {
    const within = (text) => (this.language === "zh" ? `（${text}）` : ` (${text})`);
    if (name === "rose" || name === "fell") return within(`${this.gradeName(this.start.decided.grade[member])} → ${this.gradeName(this.grade[member])}`);
    const label = (number) => (number > 0 ? this.start.awards[number - 1] : "");
    const [then, now] = [label(this.start.decided.award[member]), label(this.award[member])];
    if (name === "other") return within(`${then} → ${now}`);
    return within(name === "out" ? then : now);
  }

  gradeName(number) { return number > 0 ? this.start.grades[number - 1] : "—"; }

  // ---- the list ----

  right() {
    const found = () => { this.ordered(); this.paint(); }; // what is being composed is not searched for yet
    this.search = make("input", { type: "search", "aria-label": this.say("search"), placeholder: this.say("search"), oninput: (event) => { if (!event.isComposing) found(); }, oncompositionend: () => found() });
    const options = [make("option", { value: "" }, this.say("all")), ...this.start.classes.map((name, place) => make("option", { value: String(place) }, name))];
    this.choice = make("select", { "aria-label": this.say("class"), onchange: () => { this.ordered(); this.paint(); this.panels(); } }, ...options);
    this.choice.hidden = this.start.classes.length < 2;
    this.count = make("span", { class: "count" });
    const names = this.columns();
    this.heads = Object.fromEntries(names.map((name) => {
      const title = name === "chance" ? this.say("chance_help", { draws: this.start.draws }) : name === "margin" ? this.say("margin_help") : "";
      return [name, make("button", { type: "button", title, onclick: () => this.sorted(name) }, this.say(name))];
    }));
    const head = make("div", { role: "row", class: "row head", "aria-rowindex": "1" }, ...names.map((name) => make("span", { role: "columnheader", class: name }, this.heads[name])));
    roving(head, "button", ["ArrowLeft", "ArrowRight"]);
    this.rows = make("div", { class: "rows", role: "rowgroup" });
    this.space = make("div", { class: "space", role: "presentation" }, this.rows);
    this.scroll = make("div", { class: "scroll", role: "presentation", tabindex: "-1", onscroll: () => this.paint() }, this.space);
    this.grid = make("div", { role: "grid", class: "grid", tabindex: "0", "aria-label": this.say("list"), onkeydown: (event) => this.keys(event) }, head, this.scroll);
    this.listBox = make("div", { class: "listbox" }, make("div", { class: "filters" }, this.search, this.choice, this.count, this.legend()), this.grid);
    this.cardBox = make("div", { class: "cardbox", hidden: true });
    this.shelfBox = make("div", { class: "shelfbox", hidden: true });
    this.pool = [];
    this.active = 0;
    // The longest name of an award has room, up to a bound: in English it is twice as long.
    const longest = Math.max(0, ...this.start.awards.map((label) => this.taken(label)));
    this.root.style.setProperty("--award", `${Math.min(WIDEST, Math.ceil(BOLDER * longest) + 12)}px`);
    return make("section", { class: "right", "aria-label": this.say("list") }, this.listBox, this.cardBox, this.shelfBox);
  }

  columns() {
    const { awards, grades } = this.start;
    this.root.classList.toggle("graded", grades.length > 0);
    this.root.classList.toggle("no-awards", !awards.length);
    return ["place", "move", "name", "total", ...(awards.length ? ["margin", "award"] : []), ...(grades.length ? ["grade"] : []), ...(awards.length ? ["chance"] : [])];
  }

  legend() {
    const key = this.start.awards.map((label, place) => make("span", {}, make("i", { class: `bar award${place}` }), label));
    return make("span", { class: "legend", hidden: !key.length }, this.say("chance_legend") + this.colon(), ...key);
  }

  sorted(name) {
    this.down = this.sort === name ? !this.down : false;
    this.sort = name;
    this.ordered();
    this.paint();
  }

  chanceOf(award, member) { return this.chances ? this.chances[award * this.total.length + member] / this.start.draws : 0; }

  chance(member) {
    // Of the award that is shown or a better one; of who has none, of any award.
    const held = this.award[member] > 0 ? [this.award[member] - 1] : this.start.awards.map((_, award) => award);
    return Math.min(1, Math.max(0, ...held.map((award) => this.start.better[award].reduce((sum, other) => sum + this.chanceOf(other, member), 0))));
  }

  inPercent(chance) { return chance === 0 ? "0" : chance === 1 ? "100%" : chance < 0.01 ? "<1%" : chance > 0.99 ? ">99%" : `${Math.round(100 * chance)}%`; }

  chanceTold(member) {
    const held = this.award[member] > 0, chance = this.inPercent(this.chance(member));
    if (this.award[member] < 0) return this.say("chance_open") + (this.chance(member) ? this.colon() + this.say("chance_apart", { chance }) : "");
    return held ? this.say("chance_keep", { award: this.start.awards[this.award[member] - 1], chance }) : this.say("chance_win", { chance });
  }

  chancesTold(member) {
    const told = this.start.awards.map((award, place) => `${award}${this.colon()}${this.inPercent(this.chanceOf(place, member))}`);
    return told.filter((_, place) => this.award[member] >= 0 || this.chanceOf(place, member) > 0); // of what is open no chance is known
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
    setText(this.count, all.length ? this.say(all.length === members.length ? "shown_all" : "shown", { n: all.length, all: members.length }) : this.say("none"));
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

  sight() { return [Math.max(0, Math.floor(this.scroll.scrollTop / ROW)), this.scroll.clientHeight || 420]; }

  paint([first, height] = this.sight()) {
    const many = Math.min(this.order.length - first, Math.ceil(height / ROW) + 1);
    while (this.pool.length < many) { const row = this.row(); this.pool.push(row); this.rows.append(row); }
    this.rows.style.transform = `translateY(${first * ROW}px)`;
    this.pool.forEach((row, place) => {
      row.hidden = place >= many;
      if (place < many) this.cells(row, first + place);
    });
  }

  paintChances() {
    for (const row of this.pool) if (!row.hidden) this.chanceCell(row);
  }

  cells(row, place) {
    const member = this.order[place], { none, awards } = this.start, { decimals } = this.state;
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
    setText(row.cells.award, number > 0 ? awards[number - 1] : number < 0 ? this.say("open") : this.unawarded(member));
    row.cells.award.title = row.cells.award.textContent;
    row.cells.award.classList.toggle("why-none", number === 0);
    const rise = this.rise(member);
    setText(row.cells.grade, (this.grade[member] > 0 ? this.gradeName(this.grade[member]) : "") + (rise > 0 ? " ▲" : rise < 0 ? " ▼" : ""));
    row.cells.grade.className = `grade ${rise > 0 ? "up" : rise < 0 ? "down" : ""}`;
    row.className = `row ${number > 0 ? `has has${number - 1}` : ""} ${(was > 0) !== (number > 0) ? (number > 0 ? "entered" : "left") : ""} ${place === this.active ? "active" : ""} ${this.rule(place)}`;
    this.chanceCell(row);
  }

  chanceCell(row) {
    const { member } = row, number = this.award[member];
    const known = this.chances && (this.fresh || this.chancesOf[member] === number); // of what is not awarded any more nothing is told
    row.bars.forEach((bar, award) => { bar.style.width = known ? `${100 * this.chanceOf(award, member)}%` : "0"; });
    setText(row.percent, number < 0 ? this.say("open") : known ? this.inPercent(this.chance(member)) : "…");
    const told = known ? [this.chanceTold(member), ...this.chancesTold(member)].join(this.language === "zh" ? "；" : "; ") : "";
    row.cells.chance.title = told;
    row.cells.chance.setAttribute("aria-label", told);
  }

  unawarded(member) {
    // Why somebody that may stand high in the list can have no award.
    return !this.rank[member] ? this.say("no_part") : this.struck.has(member) ? this.say("struck") : "";
  }

  rule(place) {
    // Where the places of an award end: a thick line below the last who has it. Where a class ends: a double one.
    if (this.sort !== "place" || this.down || place + 1 >= this.order.length) return "";
    const [one, other] = [this.order[place], this.order[place + 1]];
    if (this.start.class_of.length && this.start.class_of[one] !== this.start.class_of[other]) return "class-end";
    if (!this.start.awards.length && this.grade[one] > 0 && this.grade[other] > this.grade[one]) return "line";
    const [held, next] = [this.award[one], this.award[other]];
    if (held < 0 && next !== held) return "line open-line"; // whose the last place is the committee has yet to say
    return held > 0 && next !== held && next !== -held ? "line" : "";
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
}
