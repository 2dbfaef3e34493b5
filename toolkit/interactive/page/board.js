// The weight board. It computes nothing: it asks one question at a time, and paints the arrays that come back.
// Whatever comes of the records is set as text only, and no word of the page stands here.

const ROW = 28; // pixels of a row of the list
const patience = (question) => (question.slow ? 20_000 : 1000); // milliseconds without an answer after which the page says so; where the records are asked again
const [LINES, WHOLE] = [":lines", ":total"]; // what can be looked at beside the nodes
const FEW = 24; // members named at once of those who leave, enter or change; the others follow on a press
const NARROW = 760, SMALLER = 13 / 14; // pixels up to which each kind of movers has a line of its own; the size of their names beside all other text
const WIDEST = 168, BOLDER = 1.1; // pixels of the column of awards at most; how much longer a bold text is
const FADES = 200; // milliseconds that chances of the board before stand as they were
const PAUSE = 1000; // a slider that rests so long begins another gesture

const array = (kind, view) => new kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

const roving = (box, selector, [back, forth]) => {
  // One stop of the Tab key for all items of a box; arrow keys lead from one to the next.
  const items = () => [...box.querySelectorAll(selector)].filter((item) => !item.hidden);
  const stops = (item) => (item.matches("button") ? [item] : [...item.querySelectorAll("button, input")]);
  const only = (chosen) => items().forEach((item) => stops(item).forEach((stop) => { stop.tabIndex = item === chosen ? 0 : -1; }));
  box.addEventListener("focusin", (event) => { const item = event.target.closest(selector); if (item) only(item); });
  box.addEventListener("keydown", (event) => {
    const step = { [back]: -1, [forth]: 1 }[event.key], item = event.target.closest(selector);
    if (!step || !item || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = items(), next = all[all.indexOf(item) + step];
    if (!next) return;
    const same = stops(next)[stops(item).indexOf(event.target)];
    const to = same && !same.disabled ? same : stops(next).find((stop) => !stop.disabled);
    to.focus();
    if (to.matches("input.number")) to.select(); // what is typed then takes its place, as after the Tab key
  });
  only(items()[0]);
};

class Page {
  constructor(model, root) {
    Object.assign(this, { model, root, view: Math.random().toString(36).slice(2), sort: "place", down: false, fading: 0, order: [], top: 0, chances: null, until: null, unfolded: new Set() });
    this.questions = new Questions(model, this.view, (dead) => { if (this.deadLine) this.deadLine.hidden = !dead; else if (dead) setText(root, model.get("lost")); },
      (busy) => { root.dataset.busy = String(busy); }, patience);
    // Keys belong to the board while it has the focus: the notebook around it would delete its cell on "d d".
    this.stop = (event) => { if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation(); };
    root.addEventListener("keydown", this.stop);
    // The keys for back and forth are those of the board, but in a line of text, which has its own.
    root.addEventListener("keydown", (event) => {
      const way = steps(event);
      if (!way || !this.start || (event.target.matches("input") && !event.target.matches("input.number, [type=range], [type=checkbox]"))) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.state[way]) this.questions.ask({ do: way });
    });
    // Nothing moves under a button that is being pressed: what comes meanwhile is shown when the press has ended.
    this.held = null;
    root.addEventListener("pointerdown", (event) => { if (event.target.closest("button")) this.held = []; }, true);
    this.released = () => window.setTimeout(() => { const held = this.held || []; this.held = null; held.forEach((heard) => this.heard(...heard)); });
    for (const sign of ["pointerup", "pointercancel"]) window.addEventListener(sign, this.released);
    this.turned = (event) => { if (this.start && event.detail !== this.language) this.switched(event.detail); };
    window.addEventListener(SPOKEN, this.turned);
    this.recorded = (event) => { if (!this.start || !this.start.adoptable) return; event.preventDefault(); this.questions.ask({ do: "reread", slow: true }); root.scrollIntoView({ block: "start" }); };
    window.addEventListener(RECORDED, this.recorded);
    // A page that was out of sight asks whether somebody changed the scheme meanwhile, beside all questions: no move waits for it.
    this.looked = () => { if (this.start && this.start.adoptable && document.visibilityState === "visible") this.questions.elsewhere(); };
    window.addEventListener("focus", this.looked);
    document.addEventListener("visibilitychange", this.looked);
    this.printed = (event) => { if (this.sheetBox) this.onPaper(event.type === "beforeprint"); };
    for (const sign of ["beforeprint", "afterprint"]) window.addEventListener(sign, this.printed);
    root.classList.add("weight-board");
    this.resized = new ResizeObserver(() => {
      if (!this.rank || this.listBox.hidden) return;
      if (this.width !== root.clientWidth) { this.width = root.clientWidth; this.moves(); }
      this.grid.firstChild.style.marginRight = `${this.scroll.offsetWidth - this.scroll.clientWidth}px`;
      this.paint();
    });
    this.patches = {};
    this.questions.ask({ do: "open", kept: this.kept() });
  }

  colon() { return this.language === "zh" ? "：" : ": "; }

  say(name, values) { return fill(this.start.words[this.language][name], values); }

  // ---- what comes from the kernel ----

  heard(message, buffers) {
    if (this.held) { this.held.push([message, buffers]); return; }
    if (message.kind === "board") this.board(message, buffers);
    else if (this.start && message.number === this.number) {
      if (message.kind === "chances") { this.chances = array(Uint16Array, buffers[0]); this.chancesOf = this.award; this.freshen(true); this.paintChances(); this.chanceLines(); this.mark("chances"); }
      if (message.kind === "until") { this.until = message.until; this.status(); }
      if (message.kind === "changes") { this.changesOf = message.number; this.changes(message.changes); this.cardAnew(); this.shelfAnew(); }
    }
    if (message.kind === "card" && this.asked === message.member) this.card(message);
    if (message.kind === "turns" && this.asked === message.member) this.turns(message);
    if (message.kind === "kept") this.keep(message);
    if (message.kind === "shelf") this.shelved(message);
    if (message.kind === "elsewhere" && this.start) { this.state.elsewhere = message.elsewhere; this.steadily(() => this.elsewhere()); }
    if (message.answer !== undefined) this.questions.heard(message);
  }

  board(message, buffers) {
    const mine = message.view === this.view;
    if (message.start && (mine || this.start)) {
      this.given = message.start;
      this.language = this.language || message.start.language;
      this.start = this.named(this.given);
      this.build();
    }
    if (!this.start) return;
    const moved = this.state && this.state.stand !== message.stand;
    this.state = message;
    this.struck = new Set(message.struck);
    const another = message.number !== this.number;
    if (another) { this.until = null; this.wide = null; this.number = message.number; }
    [this.total, this.margin] = [0, 2].map((place) => array(Int32Array, buffers[place]));
    this.rank = array(buffers[1].byteLength === buffers[0].byteLength ? Int32Array : Uint16Array, buffers[1]);
    [this.award, this.grade] = [3, 4].map((place) => array(Int8Array, buffers[place]));
    if (message.start && message.card === undefined) this.asked = undefined;
    if (message.adopted && mine) this.adopted();
    if (message.saved && mine) this.lookAgain();
    this.steadily(() => {
      if (another) this.freshen(false);
      if (mine) this.notice(message.refused || message.notice, Boolean(message.refused), Boolean(message.reopen));
      else if (message.adopted) this.notice(this.worded((words, language) => words.adopted_elsewhere + message.notice[language]), false, false);
      else if (moved && !message.refused) this.notice(this.worded((words) => words[message.reread ? "reread_elsewhere" : "moved_elsewhere"]), false, false);
      this.all();
    });
    this.mark("board");
  }

  steadily(work) {
    // What is told above grows and shrinks: what lies under the hand stays where it is, and the page gives way, as far as all that is told stays in sight.
    const stood = this.halves.getBoundingClientRect().top, held = this.halves.contains(document.activeElement);
    work();
    const by = held && this.halves.isConnected ? this.halves.getBoundingClientRect().top - stood : 0;
    if (Math.abs(by) < 1) return;
    const page = scroller(this.root), room = this.root.getBoundingClientRect().top - (page === document.scrollingElement ? 0 : page.getBoundingClientRect().top);
    page.scrollTop += Math.min(by, Math.max(0, room));
  }

  all() {
    // What is in sight is asked before anything is written, and what fits into a line when all is: the browser lays the page out anew for each look at what was written.
    const sight = this.sight();
    this.tree();
    this.status();
    this.ordered();
    this.paint(sight);
    this.panels();
    this.tried();
    if (!this.state.changed) this.changes([]);
    this.outdated();
    this.moves();
  }

  freshen(fresh) {
    // Chances are of the board before till those of this one are there: they fade where that takes long. To begin and to break off so many transitions for each move costs more than the move.
    this.fresh = fresh;
    if (!fresh) { this.fading ||= window.setTimeout(() => this.root.classList.add("stale"), FADES); this.chanceLines(); return; }
    window.clearTimeout(this.fading);
    this.fading = 0;
    this.root.classList.remove("stale");
  }

  outdated() {
    // Within a notebook other parts, its first line too, stand as they were till they are computed anew: so it is said of each of them, and once here, beside the button.
    const panel = this.root.closest(".jp-NotebookPanel");
    this.outdatedLine.hidden = !panel || !this.state.renewed;
    if (!panel) return;
    panel.classList.toggle("outdated", this.state.renewed);
    panel.style.setProperty("--outdated", JSON.stringify(this.say("outdated_part")));
  }

  anew() {
    // A button of the notebook's bar listens to the press itself, and not to the click that follows.
    const button = this.root.closest(".jp-NotebookPanel").querySelector('[data-command="notebook:restart-run-all"]');
    if (!button) { this.notice(this.worded((words) => words.recompute_above), true, false); return; } // the bar is folded
    for (const sign of ["mousedown", "mouseup", "click"]) button.dispatchEvent(new MouseEvent(sign, { bubbles: true, cancelable: true }));
  }

  worded(said) { return Object.fromEntries(Object.entries(this.start.words).map(([language, words]) => [language, said(words, language)])); }

  mark(name) { this.root.dataset[name] = String(this.number); }

  notice(said, refused, reopen) {
    this.noticeSaid = said || null;
    this.noticeLine.hidden = !said;
    this.noticeLine.classList.toggle("refused", refused);
    setText(this.noticeText, said ? said[this.language] : "");
    this.reopenButton.hidden = !reopen;
    this.elsewhere();
  }

  elsewhere() {
    this.elsewhereLine.hidden = !this.reopenButton.hidden || !this.state.elsewhere; // said once
    setText(this.elsewhereText, this.state.elsewhere ? this.state.elsewhere[this.language] : "");
  }

  // ---- the page ----

  build() {
    const button = (name, act) => make("button", { type: "button", class: name, onclick: act }, this.say(name));
    this.deadLine = make("p", { class: "dead", role: "alert", hidden: true }, this.say("dead"));
    this.statusLine = make("p", { class: "status", role: "status" });
    this.noticeText = make("span");
    this.reopenButton = make("button", { type: "button", class: "reopen", hidden: true, onclick: () => this.questions.ask({ do: "reopen" }) }, this.say("reopen"));
    this.noticeLine = make("p", { class: "notice", role: "alert", hidden: true }, this.noticeText, this.reopenButton);
    this.elsewhereText = make("span");
    this.elsewhereLine = make("p", { class: "elsewhere", role: "alert", hidden: true }, this.elsewhereText,
      make("button", { type: "button", onclick: () => this.questions.ask({ do: "reopen" }) }, this.say("reopen")));
    this.buttons = Object.fromEntries(["undo", "redo", "restore"].map((name) => [name, button(name, () => this.questions.ask({ do: name }))]));
    this.movesBox = make("div", { class: "moves" });
    this.outdatedLine = make("p", { class: "outdated", hidden: true }, this.say("outdated"), button("recompute", () => this.anew()));
    this.triedText = make("b");
    this.triedLine = make("p", { class: "tried", role: "alert", hidden: true }, this.triedText, make("button", { type: "button", class: "all-back", onclick: () => this.questions.ask({ do: "put_back" }) }, this.say("all_back")));
    const language = make("button", { type: "button", class: "language", onclick: () => speak(this.language === "zh" ? "en" : "zh") }, this.say("language"));
    const head = make("header", {}, make("div", { class: "headline" }, this.statusLine, language), this.deadLine, this.elsewhereLine, this.noticeLine, this.outdatedLine, this.triedLine, this.movesBox);
    this.picture = null;
    this.known = {};
    this.halves = make("div", { class: "halves" }, this.left(), this.right());
    this.sheetBox = make("div", { class: "sheet" });
    this.root.replaceChildren(head, this.halves, this.sheetBox);
    this.paneled();
    this.resized.disconnect();
    this.resized.observe(this.scroll);
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", this.say("board"));
    this.root.setAttribute("lang", this.language === "zh" ? "zh-CN" : "en");
  }

  named(start) {
    // In English with the names that the scheme has in English.
    const name = (label) => (this.language === "en" && start.english[label]) || label;
    const [awards, grades, classes] = [start.awards, start.grades, start.classes].map((labels) => labels.map(name));
    return { ...start, title: name(start.title), awards, grades, classes, nodes: start.nodes.map((node) => ({ ...node, label: name(node.label) })) };
  }

  switched(language) {
    this.language = language;
    this.start = this.named(this.given);
    const looking = !this.shelfBox.hidden;
    const [said, refused, reopen] = [this.noticeSaid, this.noticeLine.classList.contains("refused"), !this.reopenButton.hidden];
    this.build();
    this.notice(said, refused, reopen);
    this.all();
    this.changes(this.changed || []);
    if (looking) this.openShelf();
  }
}
