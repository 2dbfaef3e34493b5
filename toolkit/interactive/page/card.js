// One member: what its total is made of, and why.

class Card {
  open(member) {
    this.asked = member;
    this.cardOf = this.number;
    this.show(this.cardBox);
    this.cardBox.replaceChildren(this.backButton(this.cardBox), make("h3", {}, this.start.members[member]), make("p", {}, this.say("waiting")));
    this.cardBox.querySelector("button").focus();
    this.questions.ask({ do: "member", member, language: this.language });
  }

  show(box) {
    if (this.noticeLine.classList.contains("refused")) this.notice(null, false, false); // it was said of what lies behind now
    for (const one of [this.listBox, this.cardBox, this.shelfBox]) one.hidden = one !== box;
  }

  backButton(box) {
    const back = () => { this.asked = undefined; this.show(this.listBox); this.paint(); this.grid.focus(); };
    box.onkeydown = (event) => { if (event.key === "Escape" && !event.isComposing) back(); };
    return make("button", { type: "button", class: "back", onclick: back }, `← ${this.say("back")}`);
  }

  cardAnew() {
    // What was moved since a card was opened holds for the card too.
    if (this.asked === undefined || this.cardBox.hidden || this.cardOf === this.number) return;
    this.cardOf = this.number;
    this.questions.ask({ do: "member", member: this.asked, language: this.language });
  }

  chanceLines() {
    if (this.cardBox.hidden || !this.chanceBox || this.asked === undefined) return;
    const told = this.chances && this.fresh ? [this.chanceTold(this.asked), ...this.chancesTold(this.asked)] : ["…"];
    this.chanceBox.replaceChildren(...told.map((text) => make("li", {}, text)));
  }

  card(card) {
    const focused = this.cardBox.contains(document.activeElement) ? document.activeElement.className : "back", top = this.cardBox.scrollTop;
    const heading = make("h3", {}, `${card.name}　${card.class}　${card.total === null ? this.say("unranked") : card.total}`);
    const line = (row) => make("li", {}, row.award + this.colon() + this.say(row.state, row) + (row.bar ? this.say("bar", row) : row.besides ? this.say("besides") : ""));
    const single = card.single && card.single.map((row) => make("li", {}, this.say(row.state, row)));
    const kinds = [...new Set(card.records.map((row) => row.label))].map((label) => [label, card.records.filter((row) => row.label === label)]);
    const records = kinds.map(([label, rows]) => make("li", {}, make("details", { open: this.unfolded.has(label), ontoggle: (event) => this.unfolded[event.target.open ? "add" : "delete"](label) },
      make("summary", {}, this.say("records_of", { label, n: rows.length })),
      make("ul", {}, ...rows.map((row) => make("li", {}, row.amount ? row.place + this.colon() + row.amount : row.place))))));
    if (card.records_more) records.push(make("li", {}, this.say("records_more", { n: card.records_more })));
    const list = (name, items) => (items.length ? [make("h4", {}, this.say(name)), make("ul", {}, ...items)] : []);
    this.turnBoxes = Object.fromEntries(["value", "record", "ahead"].map((name) => [name, make("ul", {}, make("li", {}, "…"))]));
    this.chanceBox = make("ul", {});
    const chances = this.start.awards.length ? [make("h4", { title: this.say("chance_help", { draws: this.start.draws }) }, this.say("chances_of")), this.chanceBox] : [];
    const turns = this.start.awards.length ? Object.entries(this.turnBoxes).flatMap(([name, box]) => [make("h4", {}, this.say(name)), box]) : [];
    this.cardBox.replaceChildren(this.backButton(this.cardBox), this.leaver("member", card.member, card.name), heading, make("p", { class: "member-out" }, this.say("member_out")), make("p", { class: "why" }, this.sentences(card.reason)),
      make("div", { class: "standing" }, ...list("lines", card.lines.map(line)), ...chances,
        ...(this.start.awards.length ? list("single", single && single.length ? single : [make("li", {}, this.say(single ? "single_none" : "single_untold"))]) : []), ...turns),
      make("h4", {}, this.say("made_of")), this.waterfall(card.parts), ...list("records", records));
    this.memberOut();
    this.chanceLines();
    if (this.cardBox.contains(document.activeElement) || document.activeElement === document.body) (this.cardBox.querySelector(`button.${focused}`) || this.cardBox.querySelector("button")).focus();
    this.cardBox.scrollTop = top;
    this.mark("card");
    if (this.start.awards.length) this.questions.ask({ do: "turns", member: card.member, language: this.language });
  }

  laidOpen() {
    // On paper nothing is folded.
    for (const fold of this.cardBox ? this.cardBox.querySelectorAll("details") : []) {
      if (this.printing && !fold.open) fold.open = fold.forPaper = true;
      else if (!this.printing && fold.forPaper) fold.open = fold.forPaper = false;
    }
  }

  memberOut() {
    // Of a member that is left out nothing is told that holds of who is ranked.
    this.cardBox.classList.toggle("out", this.state.left.member.includes(this.asked));
  }

  turns(told) {
    // Which single figure, which single record and which day turns a member: each is told when it is worked out.
    for (const [name, rows] of [["value", told.values], ["record", told.records], ["ahead", told.ahead]]) {
      if (!this.turnBoxes) continue;
      if (told.wrong && this.turnBoxes[name].textContent === "…") this.turnBoxes[name].replaceChildren(make("li", {}, told.wrong[this.language]));
      if (!rows) continue;
      const items = rows.length ? rows.map((row) => this.say(row.state, row)) : [this.say(`${name}_none`)];
      this.turnBoxes[name].replaceChildren(...items.map((text) => make("li", {}, text)));
      this.mark(name);
    }
  }

  sentences(text) { return this.language === "zh" ? text : text.replace(/(^|\. )([a-z])/g, (whole, stop, letter) => stop + letter.toUpperCase()); }

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
      return make("div", { class: "part" }, make("span", { class: "label", title: part.label }, part.label), make("span", { class: "raw", title: part.raw }, part.raw),
        make("span", { class: "track" }, bar), make("span", { class: "points" }, part.shown));
    }));
  }
}
