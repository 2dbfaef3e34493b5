// The table on paper: by which weights and places the list is made, who moves, and the list itself under headings that every page repeats.

class Sheet {
  onPaper(printing) {
    // Of the screen nothing is printed but a card or a comparison that lies open; of the list a sheet is made.
    this.printing = printing;
    this.laidOpen();
    this.setApart();
    const listed = printing && this.state && this.rank && !this.listBox.hidden;
    this.root.classList.toggle("on-paper", Boolean(listed));
    this.sheetBox.replaceChildren(...(listed ? this.sheet() : []));
  }

  setApart() {
    // While something is moved, all else in a notebook, its first line too, tells of the list as decided: on paper it says so, beside the list as moved.
    const panel = this.root.closest(".jp-NotebookPanel");
    if (!panel) return;
    panel.classList.toggle("set-apart", Boolean(this.printing && (this.state.changed || this.state.what_if)));
    panel.style.setProperty("--decided", JSON.stringify(this.say("decided_part")));
  }

  sheet() {
    const { title } = this.start, standing = this.state.changed ? this.say("paper_tried") : this.say("paper_decided");
    const trial = this.state.what_if ? [make("p", { class: "tried" }, this.state.what_if[this.language])] : [];
    return [make("h2", {}, `${title}　${this.say("board")}`), make("p", {}, `${standing}　${this.say("paper_day", { day: new Date().toLocaleString(this.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long", timeStyle: "short" }) })}`), ...trial,
      make("p", { class: "sum" }, this.heldOnPaper() + this.statusLine.textContent), ...this.moversOnPaper(),
      make("h3", {}, this.say("weights")), this.weightsOnPaper(), make("h3", {}, this.say("lines_tab")), this.rulesOnPaper(), ...this.changesOnPaper(),
      make("h3", {}, `${this.say("list")}　${this.count.textContent}`), ...this.notesOnPaper(), this.listOnPaper()];
  }

  heldOnPaper() {
    // How many hold each award as the scheme stands: what the notebook says above the table is of the decided one.
    const [comma, stop] = this.language === "zh" ? ["、", "。"] : [", ", ". "];
    const many = (number) => this.award.filter((one) => one === number).length; // who is level at the line of the places is told apart: the committee has yet to settle it
    const held = this.start.awards.map((label, place) => this.say(many(-1 - place) ? "awarded_open" : "awarded", { label, n: many(place + 1), open: many(-1 - place) }));
    return held.length ? held.join(comma) + stop : "";
  }

  moversOnPaper() {
    const said = this.kinds().filter(([name]) => this.state[name].length).map(([name, sign]) => make("li", { class: name }, make("b", {}, `${sign} ${this.say(name)} ${this.state[name].length}${this.colon()}`),
      this.state[name].map((member) => this.start.members[member] + this.between(name, member)).join(this.language === "zh" ? "、" : ", ")));
    return said.length ? [make("ul", { class: "movers" }, ...said)] : [];
  }

  weightsOnPaper() {
    // Two halves side by side: a scheme of some twenty weights takes no more than a third of the page.
    const { nodes, decided } = this.start, half = Math.ceil(nodes.length / 2), now = this.state.own_shares || this.state.shares;
    const moved = nodes.some(({ id }) => Math.abs(now[id] - decided.shares[id]) > 1e-6);
    const row = ({ id, number, label, depth }) => {
      const other = Math.abs(now[id] - decided.shares[id]) > 1e-6, by = now[id] - decided.shares[id];
      return make("tr", { class: `depth${depth} ${other ? "differs" : ""}` }, make("td", { class: "label" }, `${number} ${label}`), make("td", {}, shown(decided.shares[id])),
        ...(moved ? [make("td", {}, shown(now[id])), make("td", {}, other ? `${by > 0 ? "+" : "−"}${shown(Math.abs(by))}` : "")] : []));
    };
    const head = () => make("tr", {}, make("th", { class: "label" }, this.say("indicator")), make("th", {}, this.say("decided")), ...(moved ? [make("th", {}, this.say("stands")), make("th", {}, this.say("by_so_much"))] : []));
    return make("div", { class: "weights" }, ...[nodes.slice(0, half), nodes.slice(half)].filter((part) => part.length).map((part) => make("table", {}, make("thead", {}, head()), make("tbody", {}, ...part.map(row)))));
  }

  rulesOnPaper() {
    const now = this.state.rules || this.start.rules;
    const items = now.map(({ label, words }) => {
      const was = this.start.rules.find((one) => one.label.zh === label.zh), other = was && was.words.zh !== words.zh;
      return make("li", {}, make("b", {}, label[this.language] + this.colon()), words[this.language],
        other ? make("small", {}, this.language === "zh" ? `（${this.say("was", { was: was.words.zh })}）` : ` (${this.say("was", { was: was.words.en })})`) : null);
    });
    return make("ul", { class: "rules" }, ...items);
  }

  changesOnPaper() {
    // What is decided otherwise beside weights is worked out after the list: while it is not there, that is said.
    if (!this.state.changed) return [];
    const fresh = this.changesOf === this.number;
    return [make("p", {}, make("b", {}, this.say("changed", { n: fresh ? this.changed.length : "…" }) + this.colon()), (fresh ? this.changed : []).map((said) => said[this.language]).join(this.language === "zh" ? "；" : "; "))];
  }

  notesOnPaper() {
    if (!this.start.awards.length) return [];
    const note = (name, told) => this.say(name) + this.colon() + told;
    return [make("p", { class: "note" }, [note("margin", this.say("margin_help")), note("chance", this.say("chance_paper", { draws: this.start.draws }))].join(this.language === "zh" ? "。" : ". "))];
  }

  listOnPaper() {
    const apart = this.choice.value === "" && this.start.classes.length > 1, row = this.row();
    const columns = this.columns().flatMap((name) => (name === "name" && apart ? ["name", "class"] : [name]));
    const head = make("tr", {}, ...columns.map((name) => make("th", { class: name }, this.say(name))));
    const rows = this.order.map((member, place) => {
      this.cells(row, place);
      const told = (name) => (name === "class" ? this.start.classes[this.start.class_of[member]] : name === "name" ? this.start.members[member] : name === "chance" ? row.percent.textContent : row.cells[name].textContent);
      return make("tr", { class: row.className.replace("active", "") }, ...columns.map((name) => make("td", { class: name }, told(name))));
    });
    return make("table", { class: "listed" }, make("thead", {}, head), make("tbody", {}, ...rows));
  }
}
