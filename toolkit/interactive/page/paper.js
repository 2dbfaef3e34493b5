// The papers that an expert fills in: the ballot and the score sheet. The page judges nothing: it asks one question at a time and
// paints what comes back. Whatever comes of the records is set as text only, and no word of the page stands here.

const FILES = ["open", "enter", "leave", "save", "former"];
// Milliseconds without an answer after which the page says so: of the first question, of what reads or writes files, of all others.
const patience = (question, number) => (number === 1 ? 5000 : FILES.includes(question.do) ? 15_000 : 1000);

// A paper belongs to the page that opened it, also when that page is loaded again; another window, or a copy of this one, is another page.
const KEPT = "committee-page";
const here = () => {
  if (window[KEPT]) return window[KEPT];
  const kept = (act) => { try { return act(window.sessionStorage); } catch { return null; } }; // a browser may keep nothing
  window[KEPT] = kept((store) => store.getItem(KEPT)) || Math.random().toString(36).slice(2);
  kept((store) => store.removeItem(KEPT));
  window.addEventListener("pageshow", () => kept((store) => store.removeItem(KEPT)));
  window.addEventListener("pagehide", () => kept((store) => store.setItem(KEPT, window[KEPT])));
  return window[KEPT];
};

class Paper {
  constructor(model, root) {
    Object.assign(this, { model, root, view: Math.random().toString(36).slice(2), built: "", before: {}, former: false });
    this.questions = new Questions(model, this.view, (dead) => { if (this.deadLine) this.deadLine.hidden = !dead; else if (dead) setText(root, model.get("lost")); },
      (busy) => { root.dataset.busy = String(busy); }, patience);
    // Keys belong to the paper while it has the focus: the notebook around it would delete its cell on "d d".
    root.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation(); });
    // Nothing moves under a button that is being pressed: what comes meanwhile is shown when the press has ended.
    this.held = null;
    root.addEventListener("pointerdown", (event) => { if (event.target.closest("button, select")) this.held = []; }, true);
    this.released = () => window.setTimeout(() => { const held = this.held || []; this.held = null; held.forEach((heard) => this.heard(heard)); });
    for (const sign of ["pointerup", "pointercancel"]) window.addEventListener(sign, this.released);
    // A page of its own has a kernel of its own: what was not saved would go with it. In a notebook the kernel keeps it.
    this.leaving = (event) => { if (document.body.dataset.voila !== undefined && this.state?.expert && this.unsavedHere()) event.preventDefault(); };
    window.addEventListener("beforeunload", this.leaving);
    this.turned = (event) => { if (this.start && event.detail !== this.language) { this.language = event.detail; this.paint(); } };
    window.addEventListener(SPOKEN, this.turned);
    root.classList.add("paper");
    this.ask("open");
  }

  ask(what, more = {}) { this.questions.ask({ do: what, page: here(), ...more }); }

  say(name, values) { return fill(this.start.words[this.language][name], values); }

  both(said) { return said ? said[this.language] : ""; }

  // What the scheme or its records call something, in English as the scheme says it there.
  called(name) { return (this.language === "en" && this.start.english[name]) || name; }

  heard(message) {
    if (message.kind !== "paper") return;
    if (this.held) { this.held.push(message); return; }
    if (message.page !== here()) { this.questions.heard(message); return; } // of another window: nothing of it is shown here
    const mine = message.view === this.view;
    if (message.start && (mine || this.start)) {
      this.start = message.start;
      this.language = this.language || message.start.language;
      this.built = "";
    }
    if (this.start) {
      const other = !this.state || this.state.expert !== message.expert;
      this.state = this.merged(message);
      if (mine || other) this.notice = message.refused || message.notice || null;
      if (mine || other) this.refused = Boolean(message.refused);
      if (other) this.entered();
      this.paint();
      if (mine && other && message.expert) window.requestAnimationFrame(() => this.root.scrollIntoView({ block: "start" })); // else what was opened lies below the window
    }
    this.questions.heard(message);
  }

  merged(message) { return message; }

  entered() {}

  paint() {
    const plan = this.plan();
    if (plan !== this.built) {
      const focus = document.activeElement && this.root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
      const tops = this.places();
      this.built = plan;
      this.build();
      this.restored(tops);
      if (focus) [...this.root.querySelectorAll("[data-key]")].find((node) => node.dataset.key === focus)?.focus();
    }
    this.noticeLine.hidden = !this.notice;
    this.noticeLine.classList.toggle("refused", this.refused);
    setText(this.noticeLine, this.both(this.notice));
    if (this.state.expert) this.update();
    else this.overButton.hidden = !this.state.taken;
  }

  places() { return [...this.root.querySelectorAll(".scroll")].map((node) => node.scrollTop); }

  restored(tops) { [...this.root.querySelectorAll(".scroll")].forEach((node, place) => { node.scrollTop = tops[place] || 0; }); }

  plan() { return JSON.stringify([this.language, this.state.expert]); }

  button(name, act, more = {}) { return make("button", { type: "button", class: name, "data-key": name, onclick: act, ...more }, this.say(name)); }

  build() {
    this.deadLine = make("p", { class: "lost", role: "alert", hidden: true }, this.say("dead"));
    this.noticeLine = make("p", { class: "answer", role: "alert", hidden: true });
    this.statusLine = make("span", { class: "standing", role: "status" });
    const language = this.button("language", () => speak(this.language === "zh" ? "en" : "zh"), { hidden: this.besideBoard() });
    const who = this.state.expert ? [make("span", { class: "who" }, this.whose()), this.button("leave", () => this.ask("leave"), { title: this.say("leave_help") })] : [];
    const head = make("header", {}, make("div", { class: "headline" }, make("b", {}, this.both(this.start.title)), ...who, this.statusLine, language), this.deadLine, this.noticeLine);
    this.root.replaceChildren(head, this.state.expert ? this.body() : this.gate());
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", this.both(this.start.title));
    this.root.setAttribute("lang", this.language === "zh" ? "zh-CN" : "en");
  }

  // On a page of their own the board above has the button for all.
  besideBoard() { return document.body.dataset.voila !== undefined && document.querySelector(".weight-board") !== null; }

  whose() { return this.say("whose", { expert: this.state.expert }); }

  gate(...fields) {
    const code = make("input", { type: "text", "data-key": "expert", "aria-label": this.say("expert"), placeholder: this.say("expert_hint"), autocomplete: "off", spellcheck: false });
    const enter = () => { this.wanted = { expert: code.value, ...this.gated() }; this.ask("enter", this.wanted); };
    code.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); enter(); } });
    const begin = this.button("begin", enter);
    begin.classList.add("primary");
    this.overButton = this.button("over", () => this.ask("enter", { ...this.wanted, over: true }), { hidden: true });
    return make("div", { class: "gate" }, make("label", {}, this.say("expert"), code), ...fields, begin, this.overButton);
  }

  gated() { return {}; }

  typed(box, stands, ask) {
    // What was typed is read by the kernel, full-width signs and all; a box that was emptied shows again what stands.
    const text = box.value.trim();
    if (text !== "" && text !== stands()) { this.asking = box; return ask(text); }
    box.value = stands();
    if (this.refused && this.asking === box) { Object.assign(this, { notice: null, refused: false }); this.paint(); } // it was said of what is gone now
  }
}

const PAPERS = {}; // by the name that the kernel gives

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const page = new PAPERS[model.get("paper")](model, root);
    const heard = (message) => page.heard(message);
    model.on("msg:custom", heard);
    return () => {
      for (const sign of ["pointerup", "pointercancel"]) window.removeEventListener(sign, page.released);
      window.removeEventListener("beforeunload", page.leaving);
      window.removeEventListener(SPOKEN, page.turned);
      model.off("msg:custom", heard);
      root.remove();
    };
  },
};
