// The score sheet: members down, indicators across. Only the rows of one class, or of who was looked for, are on the page.

const FEW_REFUSED = 5; // told at once of the scores that were not taken

class ScorePaper extends Paper {
  entered() { Object.assign(this, { class: null, words: "", lacking: false, wrong: {}, saved: false }); }

  merged(message) {
    if (message.members) {
      this.members = message.members;
      this.ranges = message.ranges;
      this.built = "";
      this.given = Object.fromEntries(message.given.map(([member, column, entry]) => [JSON.stringify([member, column]), entry]));
    }
    if (message.cell && message.cell[0] !== "undefined") {
      const [member, column, entry] = message.cell, cell = JSON.stringify([member, column]);
      if (entry === null) delete this.given[cell];
      else this.given[cell] = entry;
    }
    if (message.saved) this.saved = true;
    this.unsaved = new Set((message.unsaved || []).map((cell) => JSON.stringify(cell)));
    const asked = message.view === this.view ? this.questions.current : {};
    if (asked.do === "score") { // what was typed and not taken stays in its cell till another is
      const key = JSON.stringify([asked.member, asked.column]);
      if (message.refused) this.wrong[key] = { typed: asked.typed, said: message.refused };
      else delete this.wrong[key];
    }
    return message;
  }

  plan() { return JSON.stringify([this.language, this.state.expert, this.class, this.words, this.lacking]); }

  unsavedHere() { return this.unsaved.size + Object.keys(this.wrong).length > 0; }

  get columns() { return this.start.columns.map(({ id, label }) => ({ id, label: this.called(label) })); }

  named(key) {
    const [member, column] = JSON.parse(key);
    return this.say("cell", { member: this.members.find(({ id }) => id === member).name, column: this.columns.find(({ id }) => id === column).label });
  }

  refusals() {
    // Whatever else is told, what was not taken is told with it: of which member, and why.
    const wrong = Object.entries(this.wrong);
    if (!wrong.length) return;
    const lines = wrong.slice(0, FEW_REFUSED).map(([key, { said }]) => `${this.named(key)}${this.language === "zh" ? "：" : ": "}${this.both(said)}`);
    const rest = wrong.length > FEW_REFUSED ? ["…"] : [];
    setText(this.noticeLine, [...(this.notice && !this.refused ? [this.both(this.notice)] : []), this.say("not_taken", { n: String(wrong.length) }), ...lines, ...rest].join("\n"));
    this.noticeLine.hidden = false;
    this.noticeLine.classList.add("refused");
  }

  rows() {
    const words = this.words.toLowerCase();
    return this.members.filter((member) => (this.class === null || member.class === this.class) && (!words || member.name.toLowerCase().includes(words) || member.id.toLowerCase().includes(words)) &&
      (!this.lacking || this.start.columns.some(({ id }) => !member.shut[id] && this.given[JSON.stringify([member.id, id])] === undefined)));
  }

  body() {
    const classes = [...new Set(this.members.map((member) => member.class))];
    if (this.class === null && this.members.length > 100 && classes.length > 1) this.class = classes[0];
    const options = [make("option", { value: "all", selected: this.class === null }, this.say("all")), ...classes.map((name, place) => make("option", { value: String(place), selected: name === this.class }, this.called(name)))];
    const choice = make("select", { "data-key": "class", "aria-label": this.say("class"), onchange: (event) => { this.class = event.target.value === "all" ? null : classes[Number(event.target.value)]; this.paint(); } }, ...options);
    choice.hidden = classes.length < 2;
    const search = make("input", { type: "search", "data-key": "search", "aria-label": this.say("search"), placeholder: this.say("search"), value: this.words });
    search.value = this.words;
    search.addEventListener("change", () => { this.words = search.value.trim(); this.paint(); });
    const lacking = make("label", {}, make("input", { type: "checkbox", "data-key": "lacking", checked: this.lacking, onchange: (event) => { this.lacking = event.target.checked; this.paint(); } }), this.say("lacking"));
    const { columns } = this;
    const head = make("tr", {}, make("th", { scope: "col" }, this.say("member")), ...columns.map(({ id, label }) => {
      const range = this.ranges[id];
      return make("th", { scope: "col" }, label, range ? make("small", {}, this.say("range", { low: shown(range[0]), high: shown(range[1]) })) : null);
    }));
    this.cells = {};
    const rows = this.rows().map((member, row) => make("tr", {}, make("th", { scope: "row" }, make("span", {}, member.name), make("small", {}, `${member.id}　${this.called(member.class)}`)),
      ...columns.map((column, place) => (member.shut[column.id] ? make("td", { class: "shut" }, member.shut[column.id]) : make("td", {}, this.cell(member, column, row, place))))));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
    this.saveButton = this.button("save", () => this.ask("save"));
    this.saveButton.classList.add("primary");
    this.progress = make("span", { class: "progress" });
    this.recomputeButton = this.button("recompute", () => this.recompute(), { hidden: !this.saved });
    return make("div", {}, make("p", { class: "hint" }, this.say("hint")), make("div", { class: "filters" }, choice, search, lacking),
      make("div", { class: "sheet scroll" }, rows.length ? table : make("p", {}, this.say("none"))), make("footer", {}, this.progress, this.saveButton, this.recomputeButton));
  }

  recompute() {
    // By the board of this page; where there is none yet, a page of its own is opened anew, and a notebook is run by its button.
    const taken = recorded();
    if (!taken && document.body.dataset.voila !== undefined) { window.location.reload(); return; }
    Object.assign(this, { saved: !taken, notice: this.start.told[taken ? "recomputing" : "run_again"], refused: false });
    this.paint();
  }

  cell(member, column, row, place) {
    const key = JSON.stringify([member.id, column.id]);
    const stands = () => (this.given[key] === undefined ? "" : String(this.given[key]));
    const box = make("input", { type: "text", class: "score", autocomplete: "off", "data-key": `cell ${key}`, "data-row": String(row), "data-column": String(place), "aria-label": this.say("cell", { member: member.name, column: column.label }) });
    box.addEventListener("change", () => { 
      if (box.value.trim() === stands()) { // back to what stands: nothing is refused here any more
        delete this.wrong[key];
        this.paint();
        return;
      }
      this.ask("score", { member: member.id, column: column.id, typed: box.value });
    });
    box.addEventListener("keydown", (event) => {
      const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step === undefined || event.isComposing) return;
      event.preventDefault();
      const next = [...this.root.querySelectorAll(`input.score[data-column="${place}"]`)].filter((other) => Math.sign(Number(other.dataset.row) - row) === step);
      const to = step > 0 ? next[0] : next[next.length - 1];
      if (to) { to.focus(); to.select(); } else box.blur();
    });
    this.cells[key] = { box, stands };
    box.value = stands();
    return box;
  }

  update() {
    for (const [key, { box, stands }] of Object.entries(this.cells)) {
      const wrong = this.wrong[key];
      if (document.activeElement !== box) box.value = wrong ? wrong.typed : stands();
      box.setAttribute("aria-invalid", String(wrong !== undefined));
      box.classList.toggle("unsaved", this.unsaved.has(key));
      box.classList.toggle("withdrawn", stands() === this.start.recused);
    }
    const progress = this.both(this.state.progress);
    const counted = [["unsaved", this.unsaved.size], ["not_taken", Object.keys(this.wrong).length]].filter(([, n]) => n).map(([name, n]) => this.say(name, { n: String(n) }));
    setText(this.progress, [progress, ...counted].join("　"));
    setText(this.statusLine, progress);
    this.recomputeButton.hidden = !this.saved;
    this.refusals();
  }
}

PAPERS.ScorePaper = ScorePaper;
