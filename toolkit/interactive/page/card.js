// One member: what its total is made of, and why.

class Card {
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
