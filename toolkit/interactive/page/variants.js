// What lies beside the weights: the steps that outlive a reload, where one can go back to, the variants, and how they compare.

const CHART = { circle: 11, step: 25, wide: 880, names: 218 }; // its measures, in its own units
const NAMED = 6; // of those who leave, enter or change, before the others are folded away

class Variants {
  // ---- what outlives a reload: every step of this tab in its session, and the last of any tab for the next that is opened ----

  stores() { return [window.sessionStorage, window.localStorage]; }

  place() { return `committee board ${this.model.get("key")}`; }

  kept() {
    try {
      const [session, local] = this.stores().map((store) => JSON.parse(store.getItem(this.place()) || "null"));
      return session || local;
    } catch { return null; }
  }

  keep(told) {
    Object.assign(this.patches, told.patches);
    const used = new Set([...told.past, told.now, ...told.future].map(String));
    for (const number of Object.keys(this.patches)) if (!used.has(number)) delete this.patches[number];
    const steps = (numbers) => numbers.map((number) => this.patches[number]);
    const now = { decided: told.decided, locked: told.locked, tab: this.view, now: this.patches[told.now] };
    try {
      const [session, local] = this.stores();
      session.setItem(this.place(), JSON.stringify({ ...now, past: steps(told.past), future: steps(told.future) }));
      if (this.state.changed || this.state.what_if) local.setItem(this.place(), JSON.stringify(now));
      else if ((JSON.parse(local.getItem(this.place()) || "null") || {}).tab === this.view) local.removeItem(this.place());
    } catch { /* a browser may keep nothing */ }
    this.mark("kept");
  }

  // ---- where one can go ----

  origins() {
    if (!this.start.adoptable) return [];
    const back = ({ to, name }) => make("button", { type: "button", class: `origin ${to}`, title: this.say(`${to}_help`), onclick: () => this.questions.ask({ do: "back", name: to }) }, this.say(to, { name }));
    const variants = make("button", { type: "button", class: "variants", title: this.say("variants_help"), onclick: () => this.openShelf() }, this.say("variants"));
    return [...this.start.origins.map(back), variants];
  }

  // ---- the variants ----

  openShelf() {
    this.asked = undefined;
    const field = (name, hint) => make("input", { type: "text", class: name, "aria-label": this.say(name), placeholder: hint ? this.say(hint) : "" });
    const FIELDS = { name: "variant_name", by: "variant_by", reason: "variant_reason" };
    this.variantFields = { name: field("variant_name", "variant_hint"), by: field("variant_by"), reason: field("variant_reason") };
    const values = () => Object.fromEntries(Object.entries(this.variantFields).map(([name, box]) => [name, box.value]));
    const save = () => this.questions.ask({ do: "save", ...values() });
    const form = make("div", { class: "keeping", onkeydown: (event) => { if (event.key === "Enter" && !event.isComposing && event.target.tagName === "INPUT") { event.preventDefault(); save(); } } },
      ...Object.entries(this.variantFields).map(([name, box]) => make("label", {}, this.say(FIELDS[name]), box)), make("button", { type: "button", class: "save", onclick: save }, this.say("save")));
    this.entries = make("div", { class: "entries" }, make("p", {}, this.say("waiting")));
    this.chartBox = make("div", { class: "chartbox" });
    this.shelfBox.replaceChildren(this.backButton(this.shelfBox), make("h3", {}, this.say("variants")), form, this.entries, this.chartBox);
    this.show(this.shelfBox);
    this.variantFields.name.focus();
    this.chosen = null;
    this.lookAgain();
  }

  shelfAnew() {
    // What was moved since the variants were compared is compared anew.
    if (!this.shelfBox.hidden && this.shelfOf !== this.number) this.lookAgain();
  }

  lookAgain() {
    if (this.shelfBox.hidden) return;
    this.shelfOf = this.number;
    for (const box of Object.values(this.variantFields)) if (this.state.saved) box.value = "";
    this.questions.ask({ do: "shelf", chosen: this.chosen });
  }

  shelved(told) {
    if (this.shelfBox.hidden || !this.entries) return;
    if (!told.columns) { this.entries.replaceChildren(make("p", { class: "wrong" }, told.wrong ? told.wrong[this.language] : "")); return; }
    this.told = told;
    const column = (key) => told.columns.find((one) => one.key === key), failed = (key) => told.failed.find((one) => one.key === key);
    const now = column("now") || failed("now");
    const rows = [...(now ? [this.entry(null, now)] : []), ...told.variants.map((variant) => this.entry(variant, column(`variant ${variant.name}`) || failed(`variant ${variant.name}`)))];
    const broken = told.broken.map((line) => make("p", { class: "wrong" }, line[this.language]));
    const trial = told.trial ? [make("p", { class: "trial" }, this.say("trial_not_kept"))] : [];
    this.entries.replaceChildren(...trial, ...rows, ...(told.variants.length ? [] : [make("p", {}, this.say("no_variants"))]), ...broken);
    this.chart();
    this.mark("shelf");
  }

  entry(variant, told) {
    const trial = this.told.trial && this.told.trial[this.language];
    const name = variant ? variant.name : this.say("now") + (trial ? (this.language === "zh" ? `（${trial}）` : ` (${trial})`) : "");
    const act = (word, question) => make("button", { type: "button", class: word, "aria-label": this.say("of_variant", { act: this.say(word), name }), onclick: () => this.questions.ask({ ...question, name }) }, this.say(word));
    const shown = variant ? make("input", { type: "checkbox", checked: variant.shown, "aria-label": `${this.say("show")} ${name}`, title: this.say("show"), onchange: () => this.choose(variant.name, shown.checked) }) : null;
    const origin = variant ? [variant.by, variant.reason, variant.time].filter(Boolean).join(" · ") : "";
    const head = make("div", { class: "entryhead" }, make("label", {}, shown, make("b", {}, name)), make("small", {}, origin),
      ...(variant ? [act("open_variant", { do: "variant" }), act("aside", { do: "aside" })] : []));
    return make("div", { class: "entry" }, head, ...(told ? this.difference(told) : []));
  }

  difference(told) {
    if (told.failed) return [make("p", { class: "wrong" }, told.failed[this.language])];
    const present = (names) => names.filter((name) => told[name].length), separator = this.language === "zh" ? "、" : ", ";
    const line = (name, members, more) => make("li", { class: name }, make("b", {}, `${this.say(name)} ${told[name].length}${this.colon()}`),
      members.map((member) => this.start.members[member]).join(separator) + (more ? ` ${this.say("and_more", { n: more })}` : ""));
    const brief = present(["out", "into", "other"]).map((name) => line(name, told[name].slice(0, NAMED), Math.max(0, told[name].length - NAMED)));
    const all = present(["out", "into", "other"]).filter((name) => told[name].length > NAMED), grades = present(["fell", "rose"]);
    const words = told.words.map((words) => make("li", {}, words[this.language]));
    return [
      make("p", { class: "sum" }, told.status[this.language]),
      ...(brief.length ? [make("ul", { class: "who" }, ...brief)] : []),
      make("details", {}, make("summary", {}, this.say("differs", { n: told.words.length })), make("ul", {}, ...words)),
      ...(all.length || grades.length ? [make("details", {}, make("summary", {}, this.say("all_names")), make("ul", { class: "who" }, ...[...all, ...grades].map((name) => line(name, told[name], 0))))] : []),
    ];
  }

  choose(name, shown) {
    const chosen = this.told.variants.filter((variant) => (variant.name === name ? shown : variant.shown)).map((variant) => variant.name);
    this.chosen = chosen;
    this.lookAgain();
  }

  // ---- the chart: places by variant ----

  columnName(key) { return key.startsWith("variant ") ? key.slice(8) : this.say(key); }

  awardAt(column, place) { return this.start.awards.length ? Math.max(0, this.told.awards[column][place]) : this.told.grades[column][place]; }

  chart() {
    const { columns, members, cut } = this.told, { classes, class_of } = this.start;
    if (columns.length < 2) { this.chartBox.replaceChildren(); return; }
    const classOf = (place) => (classes.length ? class_of[members[place]] : 0);
    const changes = (place) => columns.some((_, column) => this.awardAt(column, place) !== this.awardAt(0, place));
    const places = members.map((_, place) => place), present = [...new Set(places.map(classOf))].sort((a, b) => a - b);
    const count = (number) => places.filter((place) => classOf(place) === number && changes(place)).length;
    const most = present.reduce((best, number) => (count(number) > count(best) ? number : best), present[0]);
    if (!present.includes(this.chartClass)) this.chartClass = most;
    const options = present.map((number) => make("option", { value: String(number), selected: number === this.chartClass }, this.say("class_changes", { name: classes[number], n: count(number) })));
    const choice = make("select", { "aria-label": this.say("class"), onchange: () => { this.chartClass = Number(choice.value); this.chart(); this.chartBox.querySelector("select").focus(); } }, ...options);
    choice.hidden = classes.length < 2;
    const shown = places.filter((place) => classOf(place) === this.chartClass);
    this.chartBox.replaceChildren(make("div", { class: "charthead" }, make("h4", {}, this.say("chart")), choice), this.chartPicture(shown), make("p", { class: "hint" }, this.say("chart_help")),
      ...(cut ? [make("p", { class: "hint" }, this.say("chart_cut", { n: cut }))] : []), make("details", {}, make("summary", {}, this.say("as_table")), this.chartTable(shown)));
  }

  standing(column, places) {
    const rank = (place) => this.told.ranks[column][place] || Infinity, first = (place) => this.told.ranks[0][place] || Infinity;
    const difference = (one) => (Number.isNaN(one) ? 0 : one);
    return [...places].sort((a, b) => difference(rank(a) - rank(b)) || difference(first(a) - first(b)) || a - b);
  }

  chartPicture(places) {
    const { columns } = this.told, top = 40, high = top + CHART.step * places.length + 4;
    const x = columns.map((_, column) => CHART.names + 24 + (column * (CHART.wide - 2 * CHART.names - 48)) / (columns.length - 1));
    const orders = columns.map((_, column) => this.standing(column, places));
    const y = orders.map((order) => new Map(order.map((place, step) => [place, top + CHART.step * (step + 0.5)])));
    const svg = drawn("svg", { viewBox: `0 0 ${CHART.wide} ${high}`, width: "100%", role: "img", "aria-label": this.say("chart"), class: "bump" });
    columns.forEach(({ key }, column) => {
      svg.append(this.written(this.columnName(key), x[column], 16, { "text-anchor": "middle", class: "heading" }, Math.min(150, (CHART.wide - 2 * CHART.names) / (columns.length - 1))));
      for (const place of places) if (column + 1 < columns.length) svg.append(this.chartLink(place, column, x, y));
      for (const line of this.awardLines(orders[column], column)) svg.append(drawn("line", { x1: x[column] - 24, x2: x[column] + 24, y1: top + CHART.step * line, y2: top + CHART.step * line, class: "awardline" }));
    });
    columns.forEach((_, column) => places.forEach((place) => svg.append(this.circle(place, column, x[column], y[column].get(place)))));
    const last = columns.length - 1;
    for (const place of places) {
      const name = this.start.members[this.told.members[place]], bold = this.awardAt(0, place) !== this.awardAt(last, place) ? " differs" : "";
      svg.append(this.written(name, x[0] - 22, y[0].get(place) + 5, { "text-anchor": "end", class: `name${bold}` }, CHART.names));
      svg.append(this.written(name, x[last] + 22, y[last].get(place) + 5, { class: `name${bold}` }, CHART.names));
    }
    return svg;
  }

  written(text, x, y, attributes, room) {
    // As many characters as there is room for; all of them when pointed at.
    let width = 0, end = 0;
    for (const letter of text) { width += letter.charCodeAt(0) > 0x2e7f ? 13.5 : 7.5; if (width > room) break; end += letter.length; }
    return drawn("text", { x, y, ...attributes }, drawn("title", {}, text), end < text.length ? `${text.slice(0, Math.max(1, end - 1))}…` : text);
  }

  chartLink(place, column, x, y) {
    const [from, to] = [this.awardAt(column, place), this.awardAt(column + 1, place)];
    const better = (one) => one || Infinity;
    const kind = from === to ? "same" : better(to) < better(from) ? "rises" : "falls";
    const [x1, x2, y1, y2] = [x[column] + CHART.circle, x[column + 1] - CHART.circle, y[column].get(place), y[column + 1].get(place)], middle = (x1 + x2) / 2;
    return drawn("path", { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, class: `link ${kind}` });
  }

  awardLines(order, column) {
    const ends = [];
    for (let step = 0; step + 1 < order.length; step += 1) if (this.awardAt(column, order[step]) !== this.awardAt(column, order[step + 1]) && this.awardAt(column, order[step]) > 0) ends.push(step + 1);
    return ends;
  }

  circle(place, column, x, y) {
    const held = this.awardAt(column, place), open = this.told.awards[column][place] < 0, rank = this.told.ranks[column][place];
    const kind = open ? "open" : held && this.start.awards.length ? `award${Math.min(held - 1, 2)}` : "none";
    return drawn("g", { class: `place ${kind}` }, drawn("title", {}, `${this.start.members[this.told.members[place]]} ${this.awardName(column, place)}`),
      drawn("circle", { cx: x, cy: y, r: CHART.circle }), drawn("text", { x, y: y + 4, "text-anchor": "middle" }, rank ? String(rank) : "—"));
  }

  awardName(column, place) {
    const held = this.awardAt(column, place);
    if (this.told.awards[column][place] < 0) return this.say("open");
    return held ? (this.start.awards.length ? this.start.awards : this.start.grades)[held - 1] : this.say("unawarded");
  }

  chartTable(places) {
    const { columns, ranks } = this.told;
    const head = make("tr", {}, make("th", { scope: "col" }, this.say("name")), ...columns.map(({ key }) => make("th", { scope: "col" }, this.columnName(key))));
    const cell = (column, place) => make("td", { class: this.awardAt(column, place) !== this.awardAt(0, place) ? "differs" : "" }, `${ranks[column][place] || "—"}　${this.awardName(column, place)}`);
    const rows = this.standing(0, places).map((place) => make("tr", {}, make("th", { scope: "row" }, this.start.members[this.told.members[place]]), ...columns.map((_, column) => cell(column, place))));
    return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  }
}
